"""``stat``: what stands at a path of the guest."""

import stat as bits
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AliasChoices, Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.files.state import PathState, facts_in, path_state
from smolrun.modules.guest import script_text
from smolrun.shortening import beginning
from smolrun.source.coercions import Boolean, Text

Algorithm = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
KINDS = {"b": "blk", "c": "chr", "p": "fifo", "S": "sock"}
"""From the letters of test(1) to Ansible's names."""


class StatArguments(Arguments):
    """Tell what stands at a path: a file, a folder, a link or nothing, whose it is, how large, and its hash.

    Example:
        ```yaml
        - stat:
            path: /etc/tool.conf
          register: conf
        - debug:
            msg: "{{ conf.stat.mode }} {{ conf.stat.checksum }}"
          when: conf.stat.exists
        ```

    Returns: ``stat``, with ``exists`` and, where it does, ``path``, ``isreg``, ``isdir``, ``islnk``, ``mode``,
    ``size``, ``uid``, ``gid``, ``pw_name``, ``gr_name``, ``checksum``, ``mtime``, ``lnk_source``, ``lnk_target``
    and so on. Never ``changed``.

    The guest needs: ``/bin/sh``; `stat`, the tool for the hash, and `file` for the MIME type where it has them.
    """

    path: Text = Field(validation_alias=AliasChoices("path", "dest", "name"), description="The path to look at")
    follow: Boolean = Field(False, description="Where it is a link, tell of what it leads to")
    get_checksum: Boolean = Field(True, description="Tell the hash of a file")
    checksum_algorithm: Algorithm = Field(
        "sha1",
        validation_alias=AliasChoices("checksum_algorithm", "checksum", "checksum_algo"),
        description="What the hash is made with",
    )
    get_mime: Boolean = Field(
        True,
        validation_alias=AliasChoices("get_mime", "mime", "mime_type", "mime-type"),
        description="Tell the MIME type, if the guest has the tool `file`",
    )
    get_attributes: Boolean = Field(
        True,
        validation_alias=AliasChoices("get_attributes", "attr", "attributes"),
        description="Taken for compatibility; attributes of lsattr are not told",
    )


def run(arguments: StatArguments, task: TaskContext) -> ModuleResult:
    setup = (
        f"path={expanding(arguments.path)}\nfollow={'yes' if arguments.follow else ''}\n"
        f"algorithm={arguments.checksum_algorithm if arguments.get_checksum else ''}\n"
        f"mime={'yes' if arguments.get_mime else ''}\n"
    )
    result = task.guest.read(setup, script_text("state", "stat"))
    facts = facts_in(result)
    try:
        told = dict(facts)
        state = path_state(told)
    except (KeyError, ValueError, IndexError) as error:
        said = result.stderr.strip() or beginning(result.stdout, 200)
        raise ModuleError(f"{arguments.path} on {task.host} cannot be looked at: {said}") from error
    if "missing" in told:
        raise ModuleError(f"`{told['missing']}` is not installed on {task.host}", hint="or write `get_checksum: false`")
    special = next((value for name, value in facts if name == "special"), "")
    return ModuleResult(values={"stat": _values(state, told, special) if state.exists else {"exists": False}})


def _values(state: PathState, told: Mapping[str, str], special: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "exists": True,
        "path": told["given"],
        "mode": f"{state.mode:04o}",
        "size": state.size,
        "uid": state.uid,
        "gid": state.gid,
        "nlink": state.links,
        "isreg": state.kind == "file",
        "isdir": state.kind == "directory",
        "islnk": state.kind == "link",
        **{f"is{name}": special == letter and state.kind == "other" for letter, name in KINDS.items()},
        **_permissions(state.mode),
        **{name: f"may_{letter}" in told for letter, name in _MAY.items()},
    }
    optional = {
        "pw_name": state.owner,
        "gr_name": state.group,
        "checksum": told.get("checksum"),
        "mimetype": told.get("mime"),
        "charset": told.get("charset"),
        "lnk_target": state.target,
        "lnk_source": told.get("source"),
    }
    return values | {name: value for name, value in optional.items() if value} | _numbers(told.get("numbers", ""))


_MAY = {"r": "readable", "w": "writeable", "x": "executable"}
_NUMBERS = ("dev", "inode", "blocks", "atime", "mtime", "ctime", "block_size")
_PERMISSIONS = {
    "rusr": bits.S_IRUSR, "wusr": bits.S_IWUSR, "xusr": bits.S_IXUSR, "rgrp": bits.S_IRGRP, "wgrp": bits.S_IWGRP,
    "xgrp": bits.S_IXGRP, "roth": bits.S_IROTH, "woth": bits.S_IWOTH, "xoth": bits.S_IXOTH, "isuid": bits.S_ISUID,
    "isgid": bits.S_ISGID,
}  # fmt: skip


def _permissions(mode: int) -> dict[str, bool]:
    return {name: bool(mode & bit) for name, bit in _PERMISSIONS.items()}


def _numbers(text: str) -> dict[str, int]:
    """What only the tool ``stat`` tells; BusyBox's knows most of it."""
    pairs = zip(_NUMBERS, text.split(), strict=False)
    return {name: int(word) for name, word in pairs if word.isdigit()}


MODULE = Module(StatArguments, run, check_mode="always")
