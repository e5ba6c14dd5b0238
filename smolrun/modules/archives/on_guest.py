"""Archives that are on the guest: listed, compared and unpacked by its own tools."""

import re
from calendar import timegm
from collections.abc import Sequence
from time import strptime

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.archives.local import clean
from smolrun.modules.archives.members import UNKNOWN, Member
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.guest import script_text

_TAR = re.compile(
    r"(?P<mode>[-dlhpbcCDsS][-rwxsStT]{9}) +(?P<owner>\S+)/(?P<group>\S+) +(?P<size>\d+|\d+, *\d+) "
    r"(?P<time>[-\d]+ [:\d]+)(?:\.\d+)? "
)
_ZIP = re.compile(r"(?P<mode>\S{7,10}) +\S+ +(?P<system>\S+) +(?P<size>\d+) +\S+ +\S+ +(?P<time>\d{8}\.\d{6}) ")
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_KINDS = {"d": "directory", "l": "link", "-": "file", "h": "file"}
_BITS = {"r": 4, "w": 2, "x": 1, "s": 1, "t": 1}
_HANDLERS = {"gzip": "TgzArchive", "bzip2": "TarBzipArchive", "xz": "TarXzArchive", "zstd": "TarZstdArchive"}


@dataclass(frozen=True)
class GuestArchive:
    """What to say to the guest's tools.

    Attributes:
        path: of the archive, absolute or as the user wrote it.
        options: the user's, words for tar or unzip.
        include, exclude: as `members.selected` says.
    """

    path: str
    options: Sequence[str] = ()
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def lines(self) -> str:
        """The ``sh`` that defines what speaks of it; after attributes.sh."""
        of_gnu = [f"--exclude={pattern.rstrip('/')}" for pattern in self.exclude]
        of_gnu += ["--", *self.include] if self.include else []
        of_unzip = [*self.include, *(["-x", *self.exclude] if self.exclude else [])]
        return (
            f"archive={expanding(self.path)}\noptions={quoted(command_line(self.options))}\n"
            f"of_gnu={quoted(command_line(of_gnu))}\nselection={quoted(command_line(of_unzip))}\n"
            f"{script_text('room', 'archive')}\n"
        )


@dataclass(frozen=True)
class Listing:
    """What the guest's tools told of an archive.

    Attributes:
        kind: tar or zip.
        tar: GNU, or other.
    """

    kind: str
    tar: str
    handler: str
    members: tuple[Member, ...]


def pattern_of(name: str) -> str:
    """What unzip(1), or the tar of BusyBox, takes for this name and no other."""
    return re.sub(r"([\[\]*?\\])", r"\\\1", name)


def listing_of(facts: dict[str, str]) -> Listing:
    """What ``archive.sh`` told.

    Raises:
        ModuleError: there is a name in it that cannot be told apart from others.
    """
    kind, tar = facts["kind"], facts["tar"]
    names, lines = facts["names"].split("\n"), facts["long"].split("\n")
    if kind == "zip":
        lines = [line for line in lines if _ZIP.match(line)]
        handler = "ZipArchive"
    else:
        handler = _HANDLERS.get(facts["unpack"].partition(" ")[0], "TarArchive")
    if names == [""]:
        names, lines = [], []
    if len(names) != len(lines):
        raise ModuleError("the names in the archive cannot be told apart: there is a line break in one of them")
    read = _zip_member if kind == "zip" else _gnu_member if tar == "GNU" else _tar_member
    found = {}
    for name, line in zip(names, lines, strict=True):
        member = read(name, line)
        if member.name != "." or name.strip("/") == "." or name == "./":
            found[member.name] = member
    return Listing(kind, tar, handler, tuple(found.values()))


def _gnu_member(name: str, line: str) -> Member:
    match = _matched(_TAR, name, line)
    rest = line[match.end() + len(name) :]
    target = _unescaped(rest.partition(" -> " if line[0] == "l" else " link to ")[2])
    return _member(_unescaped(name), match, line[0], target)


def _tar_member(name: str, line: str) -> Member:
    match = _matched(_TAR, name, line)
    target = line[match.end() + len(name) :].partition(" -> ")[2]
    return _member(name, match, "h" if target and line[0] == "-" else line[0], target)


def _member(name: str, match: re.Match[str], letter: str, target: str) -> Member:
    owner, group = match["owner"], match["group"]
    return Member(
        name=clean(name),
        stored=name,
        kind=_KINDS.get(letter, "other"),  # type: ignore[arg-type]
        mode=_mode(match["mode"]),
        owner="" if owner.isdigit() else owner,
        group="" if group.isdigit() else group,
        uid=int(owner) if owner.isdigit() else UNKNOWN,
        gid=int(group) if group.isdigit() else UNKNOWN,
        size=int(match["size"]) if match["size"].isdigit() else 0,
        modified=timegm(strptime(match["time"], "%Y-%m-%d %H:%M:%S")),
        target=target if letter == "l" else "",
        same_as=target if letter == "h" else "",
    )


def _zip_member(name: str, line: str) -> Member:
    match = _matched(_ZIP, name, line)
    mode = match["mode"]
    return Member(
        name=clean(name),
        stored=name,
        kind="directory" if name.endswith("/") else "link" if mode[0] == "l" else "file",
        mode=_mode(mode) & 0o777 if len(mode) == 10 and match["system"] == "unx" else None,
        size=int(match["size"]),
    )


def _matched(pattern: re.Pattern[str], name: str, line: str) -> re.Match[str]:
    match = pattern.match(line)
    if match is None or not line.startswith(name, match.end()):
        raise ModuleError(f"the names in the archive cannot be told apart, near {name!r}")
    return match


def _mode(letters: str) -> int:
    mode = 0
    for position, letter in enumerate(letters[1:10]):
        if letter in _BITS:
            mode |= 1 << (8 - position)
        if letter in "sStT":
            mode |= {2: 0o4000, 5: 0o2000, 8: 0o1000}[position]
    return mode


def _unescaped(name: str) -> str:
    """A name as GNU tar writes it with ``--quoting-style=escape``."""

    def plain(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8)]) if len(code) == 3 else _LETTERS.get(code, code)

    return _ESCAPED.sub(plain, name.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
