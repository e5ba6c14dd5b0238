"""``sysctl``: settings of the kernel."""

import re
from typing import Literal

from pydantic import AliasChoices, Field, field_validator, model_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.editing import read
from smolrun.modules.files.lines import lines_of
from smolrun.modules.system.asking import ask, perform
from smolrun.modules.system.saving import save, text_of
from smolrun.source.coercions import FALSE_WORDS, TRUE_WORDS, Boolean, Text

_LINE = re.compile(r"\s*-?\s*(?P<name>[^#;=\s][^=]*?)\s*=\s*(?P<value>.*?)\s*\Z")
_WORDS = {**dict.fromkeys(TRUE_WORDS - {"y", "t"}, "1"), **dict.fromkeys(FALSE_WORDS - {"n", "f"}, "0")}
CURRENT = 'need sysctl\nfact value "$(sysctl -n "$name" 2>/dev/null)"\n'


class SysctlArguments(Arguments):
    """Give a setting of the kernel a value, in a file and at once.

    Example:
        ```yaml
        - sysctl:
            name: net.ipv4.ip_forward
            value: 1
            sysctl_file: /etc/sysctl.d/50-router.conf
            sysctl_set: true
        ```

    Returns: only ``changed``.

    The guest needs: `sysctl`, where `reload` or `sysctl_set` call it.
    """

    name: Text = Field(validation_alias=AliasChoices("name", "key"), description="The setting")
    value: Text | None = Field(None, validation_alias=AliasChoices("value", "val"), description="Its value")
    state: Literal["absent", "present"] = Field("present", description="Whether the file has it")
    sysctl_file: Text = Field("/etc/sysctl.conf", description="The file")
    sysctl_set: Boolean = Field(False, description="Set it in the running kernel too, and look whether it is")
    reload: Boolean = Field(True, description="Let the kernel read the file, when it was changed")
    ignoreerrors: Boolean = Field(False, description="Settings that the kernel does not know are no failure")

    @field_validator("name")
    @classmethod
    def _a_name(cls, value: str) -> str:
        if not value.strip():
            raise mistake("`name` must not be empty")
        return value.strip()

    @field_validator("value")
    @classmethod
    def _as_the_kernel_writes_it(cls, value: str | None) -> str | None:
        return None if value is None else _WORDS.get(value.lower(), value.strip())

    @model_validator(mode="after")
    def _belong_together(self) -> "SysctlArguments":
        if self.state == "present" and not self.value:
            raise mistake("`value` is needed")
        return self


def run(arguments: SysctlArguments, task: TaskContext) -> ModuleResult:
    original = read(arguments.sysctl_file, task)
    before = text_of(original)
    after = with_setting(before, arguments.name, arguments.value if arguments.state == "present" else None)
    set_now = arguments.sysctl_set and arguments.state == "present" and not _is_set(arguments, task)
    changed = after != before
    diffs = save(task, original, after, mode="0644").diffs if changed else ()
    flags = ["-e"] if arguments.ignoreerrors else []
    commands = []
    if set_now:
        commands.append(["sysctl", *flags, "-w", f"{arguments.name}={arguments.value}"])
    if changed and arguments.reload:
        commands.append(["sysctl", *flags, "-p", original.state.path])
    if commands and not task.check_mode:
        perform(task, commands, about=f"setting {arguments.name}")
    return ModuleResult(changed=changed or set_now, diffs=diffs)


def _is_set(arguments: SysctlArguments, task: TaskContext) -> bool:
    current = ask(task, arguments={"name": arguments.name}, setup=CURRENT, reads=True).text("value")
    return current.split() == (arguments.value or "").split()


def with_setting(text: str, name: str, value: str | None) -> str:
    """The text of a file in which the setting has that value, once; None takes it out."""
    result: list[str] = []
    done = False
    for line in lines_of(text):
        found = _LINE.match(line)
        if found is None or found["name"].replace("/", ".") != name.replace("/", "."):
            result.append(line)
        elif value is not None and not done:
            done = True
            result.append(line if found["value"].split() == value.split() else f"{name}={value}")
    if value is not None and not done:
        result.append(f"{name}={value}")
    return text if result == lines_of(text) else "".join(f"{line}\n" for line in result)


MODULE = Module(SysctlArguments, run, collection="ansible.posix")
