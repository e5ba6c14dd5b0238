"""Puts files on a guest and gets them, by means of a POSIX shell alone: no SFTP, no Python, and become works."""

import contextlib
import hashlib
import secrets
import shlex
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from smolrun.deadline import Deadline
from smolrun.errors import CommandNotStartedError, TransferError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult, Stream
from smolrun.ssh.wrap import guest_script

Execute = Callable[[CommandRequest, Deadline], CommandResult]

_PIECE = 1024 * 1024
_HEADER = 64 * 1024
"""Bytes of output that are expected beside a file's content: our line, and what a noisy ``~/.bashrc`` prints."""
_TRIES = 3
"""A log file that grows while it is read is not the same twice; one more look usually catches it at rest."""
_NOT_TWICE = "it changes while it is read, or arrives damaged"


def put(
    execute: Execute,
    content: bytes | Path,
    destination: str,
    *,
    deadline: Deadline,
    mode: int | None = None,
    become: Become | None = None,
) -> None:
    """Write a file on the guest, with one command.

    That is one round trip, and another on OpenSSH, which takes no input before it has the command.

    It is written under a random name in the same folder, closed to other users, checked by size and digest, and then
    renamed; whatever goes wrong, the old file stays as it was. A symbolic link at the destination is replaced.

    Args:
        execute: runs a command on the guest.
        content: the bytes, or a local file, which is not read into memory.
        destination: the path on the guest; relative ones start in the login's home.
        mode: permission bits. None keeps those of a file that is replaced, or else gives 0666 less the umask; the
            owner and the group of a replaced file are kept too, as far as the user may give files away.

    Raises:
        ValueError: an empty destination, one with a NUL, or a mode that is none.
        OSError: the local file cannot be read.
        TransferError: it was not written: no such folder, no permission, no space, changed on the way, ….
        SmolVMError: as for any command.
    """
    _check_path(destination)
    if mode is not None and not 0 <= mode <= 0o7777:
        raise ValueError(f"mode must be from 0 to 0o7777, not {mode!r}")
    digest = digest_of(content)
    reply = _word()
    script = _script(
        "put.sh",
        destination=destination,
        part=f".smolrun-{secrets.token_hex(8)}",
        size=str(digest.size),
        sha256=digest.sha256,
        cksum=str(digest.cksum),
        permissions="" if mode is None else f"{mode:04o}",
        reply=reply,
    )
    result = execute(CommandRequest(script, "sh", stdin=content, become=become), deadline)
    answer, _ = _answer(result, reply)
    if answer[0] != "ok":
        raise TransferError(f"cannot write {destination}: {_put_failure(answer[0], result)}")


def get(
    execute: Execute,
    source: str,
    *,
    deadline: Deadline,
    limit: int | None = None,
    become: Become | None = None,
) -> bytes:
    """Read a file on the guest, checked by size and digest.

    Args:
        execute: runs a command on the guest.
        source: its path on the guest; links are followed.
        limit: the most bytes to take; a larger file is an error, before anything of it is sent.

    Raises:
        ValueError: an empty source, one with a NUL, or a negative limit.
        TransferError: there is no such file, it may not be read, it is too large, or it changed while it was read.
        SmolVMError: as for any command.
    """
    _check_path(source)
    if limit is not None and limit < 0:
        raise ValueError(f"limit must not be negative, not {limit!r}")
    for _ in range(_TRIES):
        content = _get_once(execute, source, deadline, limit, become)
        if content is not None:
            return content
    raise TransferError(f"cannot read {source}: {_NOT_TWICE}")


def get_into(
    execute: Execute,
    source: str,
    file: BinaryIO,
    *,
    deadline: Deadline,
    limit: int | None = None,
    become: Become | None = None,
) -> None:
    """The same as `get`, written into a local file piece by piece, so that it need not fit into memory.

    Args:
        file: open for reading and writing; what was in it is gone.

    Raises:
        OSError: the local file cannot be written.
    """
    _check_path(source)
    for _ in range(_TRIES):
        reply = _word()
        receiver = _Receiver(f"{reply} ".encode(), file)
        script = _script("get.sh", source=source, limit="" if limit is None else str(limit), reply=reply)
        request = CommandRequest(script, "sh", become=become, on_output=receiver, output_limit=2 * _HEADER)
        result = execute(request, deadline)
        answer, _ = _answer(result, reply)
        if answer[0] != "ok":
            raise TransferError(f"cannot read {source}: {_get_failure(answer, limit, result)}")
        receiver.finish()
        if _is_announced(answer, digest_of(file)):
            return
    raise TransferError(f"cannot read {source}: {_NOT_TWICE}")


class _Receiver:
    """Takes output as it arrives, and writes what comes after the answer's line."""

    def __init__(self, reply: bytes, file: BinaryIO) -> None:
        self._reply = reply
        self._file = file
        self._before: bytes | None = b""
        self._error: OSError | None = None
        file.seek(0)
        file.truncate()

    def __call__(self, stream: Stream, data: bytes) -> None:
        if stream != "stdout":
            return
        if self._before is not None:
            self._before += data
            _, found, rest = self._before.partition(self._reply)
            _, newline, data = rest.partition(b"\n")
            if not found or not newline:
                return
            self._before = None
        try:
            if self._error is None:
                self._file.write(data)
        except OSError as error:
            self._error = error  # told once the command has ended: it cannot be left alone

    def finish(self) -> None:
        """All has come. Raises `OSError` where it could not be written."""
        if self._error is not None:
            raise self._error


def save(content: bytes, destination: Path) -> None:
    """Write a local file: beside its destination, then renamed, so that what stood there is replaced whole.

    The permissions of a file that is replaced stay as they were, and hold from the first byte.

    Raises:
        OSError: it cannot be written; what stood there still does.
    """
    part = destination.with_name(f".smolrun-{secrets.token_hex(8)}")
    try:
        with contextlib.suppress(FileNotFoundError):
            permissions = stat.S_IMODE(destination.stat().st_mode)
            part.touch(0o600, exist_ok=False)
            part.chmod(permissions)
        part.write_bytes(content)
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)


def _get_once(
    execute: Execute, source: str, deadline: Deadline, limit: int | None, become: Become | None
) -> bytes | None:
    """The content; None if what came is not what the guest had announced."""
    reply = _word()
    script = _script("get.sh", source=source, limit="" if limit is None else str(limit), reply=reply)
    # One half of a stream's allowance is kept from its start: no cut may fall into a file within its limit.
    allowance = 2**62 if limit is None else 2 * (limit + _HEADER)
    result = execute(CommandRequest(script, "sh", become=become, output_limit=allowance), deadline)
    answer, content = _answer(result, reply)
    if answer[0] != "ok":
        raise TransferError(f"cannot read {source}: {_get_failure(answer, limit, result)}")
    return content if not result.truncated and _is_announced(answer, digest_of(content)) else None


def _is_announced(answer: list[str], digest: "Digest") -> bool:
    """Whether the guest had announced a file of this size and digest."""
    if len(answer) != 4 or answer[1] != str(digest.size):
        return False
    kind, value = answer[2:]
    return value == (digest.sha256 if kind == "sha256" else str(digest.cksum))


@dataclass(frozen=True)
class Digest:
    """What a file's content is recognised by.

    Attributes:
        cksum: the CRC of POSIX ``cksum``, for guests that can make no better digest.
    """

    size: int
    sha256: str
    cksum: int


def digest_of(content: bytes | Path | BinaryIO) -> Digest:
    """The digest of bytes or of a local file, an open one from its start. Raises `OSError` if that cannot be read."""
    sha256 = hashlib.sha256()
    crc, size = 0xFFFFFFFF, 0
    for piece in _pieces(content):
        sha256.update(piece)
        crc = zlib.crc32(piece.translate(_MIRRORED), crc)
        size += len(piece)
    length = size.to_bytes((size.bit_length() + 7) // 8, "little")
    crc = zlib.crc32(length.translate(_MIRRORED), crc)
    return Digest(size, sha256.hexdigest(), _cksum(crc))


# POSIX.1-2017, cksum: the same polynomial as zlib's CRC, but with the bits of each byte the other way round, a start
# of 0, and the length behind the data, its lowest byte first.
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _cksum(crc: int) -> int:
    return int(f"{~crc & 0xFFFFFFFF:032b}"[::-1], 2) ^ 0xFFFFFFFF


def _pieces(content: bytes | Path | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") if isinstance(content, Path) else nullcontext(content) as file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _check_path(path: str) -> None:
    if not path:
        raise ValueError("a path must not be empty")
    if "\0" in path:
        raise ValueError("a path must not hold a NUL")


def _word() -> str:
    return f"smolrun-{secrets.token_hex(8)}"


def _script(name: str, **variables: str) -> str:
    assignments = "".join(f"{variable}={shlex.quote(value)}\n" for variable, value in variables.items())
    return assignments + guest_script("digest.sh") + guest_script(name)


def _answer(result: CommandResult, reply: str) -> tuple[list[str], bytes]:
    """The words of the script's answer, and what came after that line."""
    _, found, rest = result.stdout_bytes.partition(f"{reply} ".encode())
    line, newline, content = rest.partition(b"\n")
    if not found or not newline:
        raise CommandNotStartedError(
            "nothing shows that the transfer ever started",
            stdout=result.stdout_bytes,
            stderr=result.stderr_bytes,
            status=result.exit_code,
            hint="does the login have a shell?",
        )
    return line.decode("ascii", "replace").split(), content


_COMMON = {
    "directory": "it is a directory",
    "special": "it is not a regular file",
}
_PUT = {
    "no-folder": "its folder does not exist",
    "size": "not all of it arrived",
    "digest": "it arrived damaged, or the local file changed while it was sent",
}
_GET = {"missing": "it does not exist"}


def _put_failure(answer: str, result: CommandResult) -> str:
    return (_COMMON | _PUT).get(answer) or _complaint(result)


def _get_failure(answer: list[str], limit: int | None, result: CommandResult) -> str:
    if answer[0] == "large":
        return f"it has {answer[1]} bytes, and the limit is {limit}"
    return (_COMMON | _GET).get(answer[0]) or _complaint(result)


def _complaint(result: CommandResult) -> str:
    """What the guest's tools said last."""
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else "the guest gives no reason"
