"""Files with secrets in them: replaced in one step, and edited where nobody else can read them."""

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from smolrun.errors import SmolVMError, UsageError

_IN_MEMORY = ("XDG_RUNTIME_DIR", "/dev/shm")  # noqa: S108  a folder of our own is made in it
PRIVATE = 0o600


def replace_file(path: Path, content: bytes) -> None:
    """Give a file new content in one step: a reader sees the old or the new one, never a part.

    Its mode and, where that is allowed, its owner stay; a new file is private. A symbolic link stays one.

    Raises:
        UsageError: it cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    try:
        with open(number, "wb") as stream:  # noqa: PTH123  a descriptor
            _like(target, number)
            stream.write(content)
            stream.flush()
            os.fsync(number)
        Path(name).replace(target)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _like(target: Path, number: int) -> None:
    """Mode and owner of the file that is replaced; private where there is none."""
    try:
        known = target.stat()
    except FileNotFoundError:
        return
    with contextlib.suppress(PermissionError):
        os.fchown(number, known.st_uid, known.st_gid)
    os.fchmod(number, known.st_mode & 0o7777)


def edited(content: bytes, suffix: str) -> bytes:
    """What the user's editor makes of `content`.

    Args:
        suffix: of the file that it belongs to, by which editors know its language.

    Raises:
        UsageError: there is no such editor.
        SmolVMError: the editor failed.
    """
    with _private_folder() as folder:
        path = folder / f"vault{suffix}"
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "wb") as stream:  # noqa: PTH123
            stream.write(content)
        editor = os.environ.get("EDITOR") or os.environ.get("VISUAL") or "vi"
        try:
            ended = subprocess.run([*shlex.split(editor), str(path)], check=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"the editor {editor!r} cannot be run: {error}", hint="EDITOR names it") from None
        if ended.returncode != 0:
            raise SmolVMError(f"the editor {editor!r} ended with {ended.returncode}; nothing was changed")
        return path.read_bytes()


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that only its user can enter, in memory where there is such a place; wiped in the end."""
    folder = Path(tempfile.mkdtemp(prefix="smolrun-vault-", dir=_memory()))  # made with mode 0700
    try:
        yield folder
    finally:
        for file in folder.rglob("*"):  # editors leave copies
            if file.is_file() and not file.is_symlink():
                _wipe(file)
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str | None:
    for place in _IN_MEMORY:
        folder = place if place.startswith("/") else os.environ.get(place, "")
        if folder and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def _wipe(file: Path) -> None:
    with contextlib.suppress(OSError), file.open("r+b") as stream:
        stream.write(bytes(file.stat().st_size))
        stream.flush()
        os.fsync(stream.fileno())
