"""``probe_file``: whether a file is there, whose it is, and what is in it."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from smolrun.modules import stat
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.probes.watching import ProbeArguments, Seen, searched, watch
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Pattern, Text

Kind = Literal["file", "directory", "link", "present", "absent"]


class ProbeFileArguments(ProbeArguments):
    """See that a path is there, or not, whose it is, its mode, and what is in it.

    Example:
        ```yaml
        - probe_file:
            path: /etc/ssh/sshd_config
            owner: root
            mode: "0600"
            contains: ^PermitRootLogin no$
        - probe_file: {path: /etc/motd, state: absent}
        ```

    Returns: ``stat`` as the module `stat` gives it, ``problems``, ``looks``, ``elapsed``. Never ``changed``.

    The guest needs: ``/bin/sh``.
    """

    path: Text = Field(description="The path on the guest")
    state: Kind = Field("present", description="What it has to be; `present` is anything")
    owner: Text | None = Field(None, description="Whose it has to be, by name or number")
    group: Text | None = Field(None, description="Which group it has to be of, by name or number")
    mode: Text | None = Field(None, description='Its mode, in octal digits, such as "0644"', pattern="^0?[0-7]{3,4}$")
    contains: Pattern | None = Field(None, description="A regular expression that it has to have, line by line")
    checksum: Text | None = Field(None, description="Its SHA-1, as `stat` gives it")

    @model_validator(mode="after")
    def _belong_together(self) -> "ProbeFileArguments":
        further = ("owner", "group", "mode", "contains", "checksum")
        if self.state == "absent" and any(getattr(self, name) is not None for name in further):
            raise mistake("nothing more can be said of a file that is to be absent")
        if self.contains is not None and self.state in ("directory", "link"):
            raise mistake(f"`contains` is for files, not for a {self.state}")
        return self


def run(arguments: ProbeFileArguments, task: TaskContext) -> ModuleResult:
    def look() -> Seen:
        wanted = stat.StatArguments(
            path=arguments.path, get_mime=False, get_checksum=arguments.checksum is not None
        )  # fmt: skip
        found = stat.run(wanted, task).values["stat"]
        problems = tuple(_problems(arguments, found))
        if not problems and arguments.contains is not None:
            text = ask(task, setup=f'path={expanding(arguments.path)}\nfile text "$path"\n').text("text")
            problems = searched("it", arguments.contains, text)
        return Seen(problems, {"stat": found})

    return watch(arguments, task, arguments.path, look)


def _problems(arguments: ProbeFileArguments, found: Mapping[str, Any]) -> Iterator[str]:
    if not found["exists"]:
        if arguments.state != "absent":
            yield "it is not there"
        return
    kind = next((kind for kind, key in _KINDS.items() if found[key]), "present")
    if arguments.state != "present" and arguments.state != kind:
        yield "it is there" if arguments.state == "absent" else f"it is a {kind}, not a {arguments.state}"
    for who, name, number in (("owner", "pw_name", "uid"), ("group", "gr_name", "gid")):
        wanted = getattr(arguments, who)
        if wanted is not None and wanted not in (found.get(name), str(found[number])):
            yield f"its {who} is {found.get(name, found[number])}, not {wanted}"
    if arguments.mode is not None and int(found["mode"], 8) != int(arguments.mode, 8):
        yield f"its mode is {found['mode']}, not {arguments.mode}"
    if arguments.checksum is not None and found.get("checksum") != arguments.checksum:
        yield f"its checksum is {found.get('checksum')}, not {arguments.checksum}"


_KINDS = {"link": "islnk", "file": "isreg", "directory": "isdir"}

MODULE = Module(ProbeFileArguments, run, collection="smolrun", check_mode="always", own_limit=True)
