"""``locale_gen``: languages and their conventions."""

import re
from typing import Literal

from pydantic import Field, field_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.editing import read
from smolrun.modules.files.lines import lines_of
from smolrun.modules.system.asking import ask, perform
from smolrun.modules.system.saving import save, text_of
from smolrun.source.coercions import TextList

READ = """
fact known "$(locale -a 2>/dev/null)"
file supported /usr/share/i18n/SUPPORTED
if has locale-gen; then fact tool yes; fi
"""
_ENTRY = re.compile(r"(?P<off>#\s*)?(?P<name>[A-Za-z][\w.@-]*)\s+(?P<charset>[\w-]+)\s*\Z")


class LocaleGenArguments(Arguments):
    """Have locales made on Debian and its descendants, or no longer.

    Example:
        ```yaml
        - locale_gen:
            name: [de_DE.UTF-8, en_US.UTF-8]
        ```

    Returns: ``name``, ``mechanism``.

    The guest needs: `locale-gen` (the package locales).
    """

    name: TextList = Field(description="The locales (`de_DE.UTF-8`)")
    state: Literal["absent", "present"] = Field("present", description="Whether they are to be there")

    @field_validator("name")
    @classmethod
    def _some(cls, value: list[str]) -> list[str]:
        if not value:
            raise mistake("`name` must name a locale")
        return value


def run(arguments: LocaleGenArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, setup=READ)
    if not raw.text("tool"):
        raise ModuleError(f"`locale-gen` is not installed on {task.host}", hint="it is in the package locales")
    present = arguments.state == "present"
    original = read("/etc/locale.gen", task)
    before = text_of(original)
    after = with_locales(before, arguments.name, raw.text("supported"), present=present, host=task.host)
    known = {normal(name) for name in raw.text("known").split()}
    wrong = [name for name in arguments.name if (normal(name) in known) != present]
    values = {"name": arguments.name, "mechanism": "debian"}
    if after == before and not wrong:
        return ModuleResult(values=values)
    diffs = save(task, original, after, mode="0644").diffs if after != before else ()
    if not task.check_mode:
        # Those that are no longer listed stay in the archive unless all are made anew.
        purge = "" if present else "rm -f /usr/lib/locale/locale-archive\n"
        perform(task, text=f"{purge}locale-gen >&2 </dev/null\n", needs=["locale-gen"], about="making locales")
    return ModuleResult(changed=True, values=values, diffs=diffs)


def with_locales(text: str, names: list[str], supported: str, *, present: bool, host: str) -> str:
    """The text of /etc/locale.gen (locale.gen(5)) with those lines switched on, or off.

    Raises:
        ModuleError: the guest knows no such locale.
    """
    lines = lines_of(text)
    for name in names:
        places = [place for place, line in enumerate(lines) if _name(line) == normal(name)]
        entry = next((line.strip() for line in lines_of(supported) if _name(line) == normal(name)), None)
        if not places and present:
            if entry is None:
                raise ModuleError(f"the locale {name} is not available on {host}")
            lines.append(entry)
        for place in places:
            bare = lines[place].lstrip("# ")
            if _ENTRY.match(lines[place]) and bool(lines[place].startswith("#")) == present:
                lines[place] = bare if present else f"# {bare}"
    return text if lines == lines_of(text) else "".join(f"{line}\n" for line in lines)


def _name(line: str) -> str | None:
    found = _ENTRY.match(line.strip())
    return normal(found["name"]) if found else None


def normal(name: str) -> str:
    """As ``locale -a`` writes it: ``de_DE.utf8``."""
    place, dot, rest = name.partition(".")
    charset, sign, modifier = rest.partition("@")
    return f"{place}{dot}{re.sub('[^a-z0-9]', '', charset.lower())}{sign}{modifier}"


MODULE = Module(LocaleGenArguments, run, collection="community.general")
