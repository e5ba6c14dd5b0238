"""Reading the files that people write: bounded in size, valid UTF-8, and vaulted ones opened."""

import os
import stat
from pathlib import Path

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile
from smolrun.source.vault import HEADER, VaultError, VaultSecrets, decrypt

MAX_FILE_BYTES = 8 * 1024 * 1024
"""More than any playbook, inventory or variables file; a disk image given by mistake is refused unread."""

BYTE_ORDER_MARK = "\ufeff"


def shown_path(path: Path) -> str:
    """What a file that was found, not named by somebody, is called in messages: one name, whatever way led to it.

    Links are followed, since what they lead to is the file to be mended; what lies below the current folder, or was
    come to by a relative path, is named from there.
    """
    real, here = os.path.realpath(path), os.path.realpath(".")
    if path.is_absolute() and not real.startswith(here.rstrip("/") + "/"):
        return real
    return os.path.relpath(real, here)


def read_found(path: Path, vault: VaultSecrets | None = None) -> SourceFile:
    """As `read_source`, of a file that was found: under the name that `shown_path` gives it."""
    return read_source(path, vault, name=shown_path(path))


def read_source(
    path: str | Path, vault: VaultSecrets | None = None, *, name: str | None = None, limit: int = MAX_FILE_BYTES
) -> SourceFile:
    """The text of a file, under the name it was given by.

    Parameters:
        path: the file.
        name: what it is called in messages; None: exactly as `path`.
        vault: the passwords for a file that is vaulted as a whole.
        limit: the greatest size in bytes.

    Raises:
        LoadError: it does not exist, cannot be read, is too large, is not UTF-8, or its vault does not open.
    """
    name = str(path) if name is None else name
    content = _read_bytes(Path(path), name, limit)
    vaulted = content.startswith(HEADER)
    if vaulted:
        content = _open_vault(content, name, vault)
    return SourceFile(name, _decode(content, name, vaulted=vaulted), vaulted)


def everyone_may_write(path: Path) -> bool:
    """Whether anybody at all could have written what is there: the mode says so (S_IWOTH of inode(7))."""
    return bool(path.stat().st_mode & stat.S_IWOTH)


def _read_bytes(path: Path, name: str, limit: int) -> bytes:
    start = Location(SourceFile(name, ""), 1, 1)
    try:
        if path.is_dir():
            raise _refused("not-a-file", f"{name} is a directory, not a file", None)
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except FileNotFoundError:
        raise _refused("missing-file", f"there is no file {name}", None) from None
    except OSError as error:
        raise _refused("unreadable-file", f"{name} cannot be read: {error.strerror or error}", None) from None
    if len(content) > limit:
        raise _refused("file-too-large", f"{name} is larger than {limit // (1024 * 1024)} MiB", start)
    return content


def _open_vault(content: bytes, name: str, vault: VaultSecrets | None) -> bytes:
    start = Location(SourceFile(name, content.split(b"\n", 1)[0].decode("ascii", "replace")), 1, 1)
    try:
        return decrypt(content, vault)
    except VaultError as error:
        raise _refused("vault", f"the vaulted file cannot be opened: {error.message}", start, error.hint) from None


def _decode(content: bytes, name: str, *, vaulted: bool) -> str:
    try:
        return content.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        file = SourceFile(name, content.decode("utf-8", "replace"), vaulted)
        message = f"byte 0x{content[error.start]:02x} is not valid UTF-8"
        raise _refused("encoding", message, Location(file, line, column), "save the file as UTF-8") from None


def _refused(code: str, message: str, location: Location | None, hint: str | None = None) -> LoadError:
    return LoadError([Diagnostic(Severity.ERROR, code, message, location, hint)])
