"""``capabilities``: what a program may do that else root alone may."""

import re
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Text

_CAPABILITY = re.compile(r"(?P<names>[a-z0-9_,]*)(?P<flags>[=+-][eip]*)?")
Capabilities = dict[str, frozenset[str]]


class CapabilitiesArguments(Arguments):
    """Give a program a capability of Linux, or take it away.

    Example:
        ```yaml
        - capabilities:
            path: /usr/local/bin/tool
            capability: cap_net_bind_service=ep
        - capabilities:
            path: /usr/local/bin/tool
            capability: cap_net_raw
            state: absent
        ```

    Returns: ``state``, ``msg``, ``stdout`` of setcap. ``changed`` where the program had the capability otherwise.

    The guest needs: ``getcap`` and ``setcap`` (package libcap2-bin, libcap).
    """

    path: Text = Field(validation_alias=AliasChoices("path", "key"), description="The program, a file and no link")
    capability: Text = Field(
        validation_alias=AliasChoices("capability", "cap"),
        description="Its name, with `=` or `+` and the sets that it is in (`cap_net_raw=ep`) where it shall be there",
    )
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")

    @model_validator(mode="after")
    def _is_one(self) -> "CapabilitiesArguments":
        found = _CAPABILITY.fullmatch(self.capability.strip().lower())
        if found is None:
            raise mistake(f"`capability` is such as cap_net_raw=ep, not '{self.capability}'")
        if self.state == "present" and found["flags"] is None:
            raise mistake("`capability` needs =, + or -, and some of e, i and p, as in cap_net_raw=ep")
        return self

    @property
    def wanted(self) -> Capabilities:
        """By name, the sets it shall be in: those that are written and no others, as in Ansible also with ``+``."""
        found = _CAPABILITY.fullmatch(self.capability.strip().lower())
        assert found is not None
        flags = found["flags"] or ""
        sets = frozenset() if flags.startswith("-") or self.state == "absent" else frozenset(flags[1:])
        return dict.fromkeys(map(_name, found["names"].split(",")), sets)


def run(arguments: CapabilitiesArguments, task: TaskContext) -> ModuleResult:
    path = arguments.path.strip()
    raw = ask(task, "capabilities", arguments={"path": path})
    if raw.text("problem"):
        raise ModuleError(f"{path} is no file on {task.host}, and only files have capabilities")
    if raw.text("capabilities").startswith("("):
        raise ModuleError(f"the capabilities of {path} cannot be told: {raw.text('capabilities')}")
    now = capabilities_in(raw.text("capabilities"))
    after = {name: sets for name, sets in {**now, **arguments.wanted}.items() if sets}
    if after == now:
        return ModuleResult(values={"state": arguments.state})
    said = ""
    if not task.check_mode:
        command = ["setcap", _text(after), path]
        said = perform(task, [command], about=f"changing the capabilities of {path}").output
    diffs = (Diff(_lines(now), _lines(after), path, path),) if task.diff_mode else ()
    values = {"state": arguments.state, "stdout": said}
    return ModuleResult(changed=True, msg="capabilities changed", values=values, diffs=diffs)


def capabilities_in(told: str) -> Capabilities:
    """What getcap(8) told, whose older releases write ``= cap_a,cap_b+ep``, newer ones ``cap_a,cap_b=ep``."""
    found: Capabilities = {}
    for clause in told.lower().split():
        names, flags = re.split(r"[=+]", clause, maxsplit=1) if re.search("[=+]", clause) else ("", "")
        if flags:
            found |= dict.fromkeys(map(_name, names.split(",")), frozenset(flags))
    return found


def _name(written: str) -> str:
    return written or "all"


def _text(capabilities: Capabilities) -> str:
    return " ".join(f"{name}={''.join(sorted(sets))}" for name, sets in capabilities.items())


def _lines(capabilities: Capabilities) -> str:
    return "".join(f"{name}={''.join(sorted(sets))}\n" for name, sets in sorted(capabilities.items()))


MODULE = Module(CapabilitiesArguments, run, collection="community.general")
