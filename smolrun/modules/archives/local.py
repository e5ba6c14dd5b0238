"""Archives that are on the controller: read here, and sent as a tar of what is wanted of them."""

import hashlib
import io
import lzma
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from calendar import timegm
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

from smolrun.errors import ModuleError
from smolrun.modules.archives.members import Member
from smolrun.modules.files.content import Content

ZSTANDARD = b"\x28\xb5\x2f\xfd"  # RFC 8878, section 3.1.1
PIECE = 1 << 18
_SYMBOLIC_LINK = 0o120000
_UNIX = 3  # the system that made the entry, APPNOTE.TXT 4.4.2: its attributes are those of Unix
_TIMES = 0x5455  # the extra field "extended timestamp", in UTC
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    EOFError,
    lzma.LZMAError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    subprocess.CalledProcessError,
)


class Archive(Protocol):
    """An archive that is open."""

    handler: str

    def members(self) -> list[Member]: ...

    def open(self, member: Member) -> IO[bytes]: ...


class TarArchive:
    """A tar, however it is compressed."""

    def __init__(self, tar: tarfile.TarFile, handler: str) -> None:
        self._tar = tar
        self._found: dict[str, tarfile.TarInfo] = {}
        self.handler = handler

    def members(self) -> list[Member]:
        """All of them; of those with the same name only the last, since that is what stays."""
        self._found = {found.name: found for found in self._tar}
        return [self._member(found) for found in self._found.values()]

    def _member(self, found: tarfile.TarInfo) -> Member:
        size = self._found[found.linkname].size if found.islnk() and found.linkname in self._found else found.size
        kind = (
            "link"
            if found.issym()
            else "directory"
            if found.isdir()
            else "file"
            if found.isreg() or found.islnk()
            else "other"
        )
        return Member(
            name=clean(found.name),
            stored=found.name,
            kind=kind,  # type: ignore[arg-type]
            mode=found.mode & 0o7777,
            owner=found.uname,
            group=found.gname,
            uid=found.uid,
            gid=found.gid,
            size=size,
            modified=int(found.mtime),
            target=found.linkname if found.issym() else "",
            same_as=found.linkname if found.islnk() else "",
        )

    def open(self, member: Member) -> IO[bytes]:
        stream = self._tar.extractfile(self._found[member.stored])
        if stream is None:
            raise ModuleError(f"'{member.stored}' cannot be read from the archive")
        return stream


class ZipArchive:
    """A zip. What it holds belongs to whoever unpacks it, and its times are those of the guest's own clock.

    Args:
        zone: seconds that the guest's clock is ahead of UTC.
    """

    handler = "ZipArchive"

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def members(self) -> list[Member]:
        return [self._member(found) for found in {found.filename: found for found in self._archive.infolist()}.values()]

    def _member(self, found: zipfile.ZipInfo) -> Member:
        raw = found.external_attr >> 16 if found.create_system == _UNIX else 0
        link = raw & 0o170000 == _SYMBOLIC_LINK
        return Member(
            name=clean(found.filename),
            stored=found.filename,
            kind="directory" if found.is_dir() else "link" if link else "file",
            mode=raw & 0o777 or None,
            size=found.file_size,
            modified=None,
            target=self._archive.read(found).decode("utf-8", "surrogateescape") if link else "",
        )

    def open(self, member: Member) -> IO[bytes]:
        return self._archive.open(member.stored)

    def modified(self, member: Member, zone: int) -> int:
        """Seconds since 1970 of a member; a zip has the time of some clock, and sometimes that of UTC, too."""
        found = self._archive.getinfo(member.stored)
        extra = found.extra
        while len(extra) >= 4:
            kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
            if kind == _TIMES and size >= 5 and extra[4] & 1:
                return int.from_bytes(extra[5:9], "little", signed=True)
            extra = extra[4 + size :]
        return timegm((*found.date_time, 0, 0, 0)) - zone


def clean(name: str) -> str:
    """A member's name without what means nothing in it; `.` for the folder itself."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return "/".join(parts) or "."


@contextmanager
def opened(content: Content, shown_as: str) -> Iterator["TarArchive | ZipArchive | None"]:
    """The archive; None for one that this machine has no means to unpack.

    Raises:
        ModuleError: it is none, or damaged.
    """
    if content.size == 0:
        raise ModuleError(f"Invalid archive '{shown_as}', the file is 0 bytes")
    try:
        with _stream(content) as stream:
            yield from _opened(content, stream)
    except _BROKEN as error:
        raise ModuleError(f"{shown_as} is not an archive that can be read: {error}") from error


def _opened(content: Content, stream: IO[bytes]) -> Iterator["TarArchive | ZipArchive | None"]:
    if zipfile.is_zipfile(stream):
        with _zip(stream) as archive:
            yield ZipArchive(archive)
        return
    stream.seek(0)
    start = stream.read(6)
    stream.seek(0)
    if start.startswith(ZSTANDARD):
        if shutil.which("zstd") is None:
            yield None
            return
        with tempfile.TemporaryFile() as plain:
            subprocess.run(["zstd", "-dcq"], input=stream.read(), stdout=plain, check=True)
            plain.seek(0)
            with tarfile.open(fileobj=plain) as tar:
                yield TarArchive(tar, "TarZstdArchive")
        return
    with tarfile.open(fileobj=stream) as tar:
        yield TarArchive(tar, _handler(start))


def _zip(stream: IO[bytes]) -> zipfile.ZipFile:
    """Names are the bytes that they are on the system that packed them, which is UTF-8 nearly everywhere."""
    try:
        return zipfile.ZipFile(stream, metadata_encoding="utf-8")
    except UnicodeDecodeError:
        return zipfile.ZipFile(stream)


def _handler(start: bytes) -> str:
    """Ansible's word for the kind of an archive, by its first bytes."""
    kinds = {b"\x1f\x8b": "TgzArchive", b"BZh": "TarBzipArchive", b"\xfd7zXZ\0": "TarXzArchive"}
    return next((name for magic, name in kinds.items() if start.startswith(magic)), "TarArchive")


def _stream(content: Content) -> IO[bytes]:
    return io.BytesIO(content.source) if isinstance(content.source, bytes) else content.source.open("rb")


def digest(archive: Archive, member: Member, algorithm: str) -> str:
    """The hash of a member's content, in hexadecimal."""
    with archive.open(member) as stream:
        return hashlib.file_digest(
            cast("io.BytesIO", stream), lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()


def repack(archive: Archive, members: Sequence[Member], file: Path, *, zone: int, umask: int) -> None:
    """Write a compressed tar of the members into `file`.

    Args:
        zone: seconds that the guest's clock is ahead of UTC.
        umask: for members that have no mode of their own.
    """
    names = {member.stored: member.name for member in members if member.kind == "file" and not member.same_as}
    # The form of GNU, which BusyBox reads, too; a low level, since the guest's link is seldom the slow part.
    with tarfile.open(file, "w:gz", format=tarfile.GNU_FORMAT, compresslevel=4) as packed:
        for member in members:
            info = _info(member, umask)
            info.mtime = archive.modified(member, zone) if isinstance(archive, ZipArchive) else member.modified or 0
            if member.same_as in names:
                info.type, info.linkname, info.size = tarfile.LNKTYPE, names[member.same_as], 0
            if info.type == tarfile.REGTYPE:
                with archive.open(member) as stream:
                    packed.addfile(info, stream)
            else:
                packed.addfile(info)


def _info(member: Member, umask: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(member.name)
    types = {"directory": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}
    info.type = types.get(member.kind, tarfile.REGTYPE)
    if member.mode is None:
        info.mode = (0o777 if member.kind == "directory" else 0o666) & ~umask
    else:
        info.mode = member.mode
    info.uid, info.gid, info.uname, info.gname = member.uid or 0, member.gid or 0, member.owner, member.group
    info.linkname = member.target
    info.size = member.size if member.kind == "file" else 0
    return info
