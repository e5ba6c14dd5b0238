"""``xattr``: what is written beside a file by name: its extended attributes."""

import base64
import binascii
import re
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, expanding
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Boolean, Text

_ESCAPED = re.compile(rb'\\([0-7]{1,3}|["\\])')


class XattrArguments(Arguments):
    """Set an extended attribute of a file or folder, remove it, or tell what there is.

    Example:
        ```yaml
        - xattr:
            path: /srv/data/report
            key: origin
            value: import
        - xattr:
            path: /srv/bricks/one
            namespace: trusted
            key: glusterfs.volume-id
            value: "0x817b94343f164f199e5b573b4ea1f914"
        - xattr:
            path: /srv/data/report
            key: origin
            state: absent
        - xattr:
            path: /srv/data/report
            state: all
          register: found
        ```

    Returns: ``xattr``, values by name as ``getfattr`` tells them (text, or ``0s…`` in base64) before a change, ``msg``.

    The guest needs: ``getfattr``, and ``setfattr`` for changes (package attr).
    """

    path: Text = Field(validation_alias=AliasChoices("path", "name"), description="The file or folder on the guest")
    key: Text | None = Field(None, description="The name of the attribute, without its namespace")
    value: Text | None = Field(
        None, description="Its value: text, `0x…` in hexadecimal or `0s…` in base64; means `state: present`"
    )
    namespace: Text = Field("user", description="The namespace of the name; empty where `key` has it in front")
    state: Literal["absent", "all", "keys", "present", "read"] = Field(
        "read", description="`read` tells the value, `keys` all names and `all` all values of the namespace user"
    )
    follow: Boolean = Field(True, description="Of what a link leads to, rather than its own")

    @model_validator(mode="after")
    def _belong_together(self) -> "XattrArguments":
        if self.key is None and (self.value is not None or self.state in ("absent", "present")):
            raise mistake(f"`key` is needed with {'`value`' if self.value is not None else f'`state: {self.state}`'}")
        if self.state == "present" and self.value is None:
            raise mistake("`value` is needed with `state: present`")
        return self

    @property
    def name(self) -> str | None:
        if self.key is None or not self.namespace or (self.namespace == "user" and self.key.startswith("user.")):
            return self.key
        return f"{self.namespace}.{self.key}"


def run(arguments: XattrArguments, task: TaskContext) -> ModuleResult:
    exact, told, place = _look(arguments, task)
    name, value = arguments.name, arguments.value
    if value is not None:
        assert name is not None
        wanted = meant(value)
        changed = wanted is None or exact.get(name) != wanted
        command, msg = ["setfattr", "-n", name, "-v", value], f"{name} set to {value}"
        return _change(arguments, task, command, place, told, changed=changed, msg=msg)
    if arguments.state == "absent":
        assert name is not None
        command, msg = ["setfattr", "-x", name], f"{name} removed"
        return _change(arguments, task, command, place, told, changed=name in exact, msg=msg)
    msg = {"keys": "returning all keys", "all": "dumping all"}.get(arguments.state, f"returning {name}")
    return ModuleResult(msg=msg, values={"xattr": told})


def _look(arguments: XattrArguments, task: TaskContext) -> tuple[dict[str, bytes | None], dict[str, str], str]:
    """The values as they are, those that Ansible would tell, and the path."""
    changing = arguments.value is not None or arguments.state == "absent"
    what: list[str] = []
    if arguments.state != "keys" or changing:
        by_name = arguments.name is not None and (changing or arguments.state == "read")
        what = ["-n", arguments.name or ""] if by_name else ["-d"]
    given = {
        "tools": "getfattr setfattr" if changing else "getfattr",
        "options": command_line(["--absolute-names", *_physical(arguments)]),
        "what": command_line(what),
    }
    raw = ask(task, "xattr", arguments=given, setup=f"path={expanding(arguments.path)}")
    if raw.text("problem"):
        raise ModuleError(f"{raw.text('place')} is not there on {task.host}, or cannot be come at")
    exact = {name: meant(value) for name, value in _lines(raw.text("exact")).items()}
    told = {name: value.strip('"') for name, value in _lines(raw.text("told")).items()}
    return exact, told, raw.text("place")


def _change(
    arguments: XattrArguments,
    task: TaskContext,
    command: list[str],
    place: str,
    told: dict[str, str],
    *,
    changed: bool,
    msg: str,
) -> ModuleResult:
    name = str(arguments.name)
    if changed and not task.check_mode:
        perform(task, [[*command, *_physical(arguments), "--", place]], about=f"changing {name} of {place}")
    diffs: tuple[Diff, ...] = ()
    if changed and task.diff_mode:
        before = f"{name}: {told[name]}\n" if name in told else ""
        diffs = (Diff(before, "" if arguments.value is None else f"{name}: {arguments.value}\n", place, place),)
    return ModuleResult(changed=changed, msg=msg, values={"xattr": told}, diffs=diffs)


def _physical(arguments: XattrArguments) -> list[str]:
    return [] if arguments.follow else ["-h"]


def _lines(told: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in told.splitlines() if line and not line.startswith("#"))
    return {_unescaped(name.encode()).decode(errors="replace"): value for name, _, value in pairs}


def meant(value: str) -> bytes | None:
    """The bytes that setfattr(1) makes of a value; None where it would refuse it."""
    kind, rest = value[:2].lower(), value[2:]
    try:
        if kind == "0x":
            return bytes.fromhex("".join(rest.split()))
        if kind == "0s":
            return base64.b64decode(rest)
    except (ValueError, binascii.Error):
        return None
    quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    return _unescaped((value[1:-1] if quoted else value).encode("utf-8", "surrogateescape"))


def _unescaped(text: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        return match[1] if match[1] in (b'"', b"\\") else bytes([int(match[1], 8) & 0xFF])

    return _ESCAPED.sub(plain, text)


MODULE = Module(XattrArguments, run, collection="community.general")
