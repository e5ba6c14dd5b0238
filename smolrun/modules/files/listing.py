"""What lies in folders of the guest, in one round trip, and what is in files, many at a time."""

import posixpath
import re
import stat as bits
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from itertools import accumulate, islice

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import TaskContext
from smolrun.modules.commands.quoting import expanding, quoted
from smolrun.modules.files.state import Reading, known_name, reading_of
from smolrun.modules.guest import script_text

AT_ONCE = 4 * 1024 * 1024
"""Bytes of contents that come in one round trip; a larger file needs one of its own."""

FILES_AT_ONCE = 500
"""Files whose contents come in one round trip: each costs its name in the script."""

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is looked into: it is held in memory."""

_FIELDS = re.compile(r"([0-9a-fA-F]+) (\d+) (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+) (\d+) (\S+) (\S+) ")
"""What ``list.sh`` has stat(1) print ahead of a name: from the mode in hexadecimal to the names of owner and group."""


@dataclass(frozen=True)
class Entry:
    """One thing in a folder; of a link, the link itself.

    Attributes:
        path: absolute.
        folder: the number of the folder that was asked for, in which it lies.
        raw_mode: type and permissions, as ``st_mode``.
    """

    path: str
    folder: int
    raw_mode: int
    links: int
    uid: int
    gid: int
    size: int
    atime: float
    mtime: float
    ctime: float
    inode: int
    device: int
    owner: str
    group: str

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def mode(self) -> int:
        """The permission bits."""
        return bits.S_IMODE(self.raw_mode)

    @property
    def is_file(self) -> bool:
        return bits.S_ISREG(self.raw_mode)

    @property
    def is_folder(self) -> bool:
        return bits.S_ISDIR(self.raw_mode)

    @property
    def is_link(self) -> bool:
        return bits.S_ISLNK(self.raw_mode)


@dataclass(frozen=True)
class Listing:
    """What was found.

    Attributes:
        folders: as absolute paths, in the order they were asked for.
        entries: sorted by path within their folder.
        skipped: folders that could not be looked into, and why.
        now: the guest's clock, in seconds since 1970.
        complaints: what find(1) said of folders that it could not enter.
    """

    reading: Reading
    folders: tuple[str, ...]
    entries: tuple[Entry, ...]
    skipped: dict[str, str]
    now: float
    complaints: tuple[str, ...]


def list_folders(
    task: TaskContext,
    folders: Sequence[str],
    *,
    deep: bool = False,
    depth: int | None = None,
    follow: bool = False,
    before: str = "",
    must_hash: bool = False,
) -> Listing:
    """All that lies in folders of the guest.

    Args:
        folders: guest paths, expanded there.
        deep: what lies in folders below, too; down to `depth` where that is given.
        follow: into the folders that links lead to.
        before: what is told ahead, by lines of ``sh`` (after state.sh) that print the states of paths.
        must_hash: a guest that cannot hash files is an error.

    Raises:
        ModuleError: the guest has no ``stat``, or cannot tell.
    """
    lines = "".join(f"list_folder {expanding(folder)}\n" for folder in folders)
    settings = f"deep={'yes' if deep else ''}\ndepth={depth or ''}\nfollow={'yes' if follow else ''}\n"
    result = task.guest.script(f"{settings}{script_text('state', 'list')}\n{before}\n{lines}")
    if result.truncated:
        raise ModuleError("there are too many files to be listed", hint="name folders further down, or `depth`")
    if not result.ok:
        raise ModuleError(f"the files on {task.host} cannot be listed: {result.stderr.strip()}")
    found = _found(result.stdout_bytes.decode("utf-8", "surrogateescape").split("\0")[:-1])
    told = dict(found.facts)
    if "missing" in told:
        raise ModuleError(f"`{told['missing']}` is not installed on {task.host}", hint="install coreutils or BusyBox")
    return Listing(
        reading=reading_of(task, found.facts, must_hash=must_hash),
        folders=tuple(found.folders),
        entries=tuple(sorted(found.entries, key=lambda entry: (entry.folder, entry.path))),
        skipped=found.skipped,
        now=float(told.get("now") or 0),
        complaints=tuple(line for line in result.stderr.splitlines() if line.strip()),
    )


@dataclass
class _Found:
    """What has been read so far."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


def _found(words: list[str]) -> _Found:
    found, rest = _Found(), iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        match name:
            case "folder":
                found.folders.append(posixpath.normpath(value))
            case "skipped":
                found.skipped[found.folders[-1]] = value
            case "names":
                names = list(islice(rest, int(value)))
                found.entries += _entries(names, next(rest).removeprefix("stats="), len(found.folders) - 1)
            case _:
                found.facts.append((name, value))
    return found


def _entries(names: Iterable[str], stats: str, folder: int) -> Iterator[Entry]:
    """What stat(1) printed, a line a file. Names can hold newlines, and a file that has vanished has no line."""
    position = 0
    for name in names:
        match = _FIELDS.match(stats, position)
        if match is None or not stats.startswith(f"{name}\n", match.end()):
            continue
        position = match.end() + len(name) + 1
        mode, links, uid, gid, size, atime, mtime, ctime, inode, device, owner, group = match.groups()
        yield Entry(
            path=posixpath.normpath(name),
            folder=folder,
            raw_mode=int(mode, 16),
            links=int(links),
            uid=int(uid),
            gid=int(gid),
            size=int(size),
            atime=float(atime),
            mtime=float(mtime),
            ctime=float(ctime),
            inode=int(inode),
            device=int(device),
            owner=known_name(owner),
            group=known_name(group),
        )


def read_files(
    task: TaskContext, files: Sequence[Entry], *, quick: bool = False
) -> Iterator[tuple[Entry, bytes | None]]:
    """The files with their contents, many in one round trip; None for one that cannot be read.

    Args:
        quick: go by the sizes that were listed, with one process for many files instead of two for each; where the
            sizes are no longer right as a whole, the files are read one by one after all.
    """
    for batch in _batches(files):
        if len(batch) == 1 and batch[0].size > AT_ONCE:
            yield batch[0], task.guest.get(batch[0].path, limit=LARGEST)
            continue
        contents = _read_quickly(task, batch) if quick else None
        yield from zip(batch, _read_exactly(task, batch) if contents is None else contents, strict=True)


def _read_quickly(task: TaskContext, batch: Sequence[Entry]) -> list[bytes] | None:
    told = task.guest.script(f"cat {' '.join(quoted(file.path) for file in batch)}").stdout_bytes
    ends = list(accumulate(file.size for file in batch))
    if len(told) != ends[-1] or not all(file.is_file for file in batch):
        return None
    return [told[end - file.size : end] for file, end in zip(batch, ends, strict=True)]


def _read_exactly(task: TaskContext, batch: Sequence[Entry]) -> Iterator[bytes | None]:
    lines = "".join(f"tell_content {quoted(file.path)}\n" for file in batch)
    result = task.guest.script(f"{script_text('contents')}\n{lines}")
    if not result.ok or result.truncated:
        raise ModuleError(f"the files on {task.host} cannot be read: {result.stderr.strip()}")
    yield from _contents(result.stdout_bytes)


def _batches(files: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for file in files:
        if batch and (size + file.size > AT_ONCE or len(batch) >= FILES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _contents(told: bytes) -> Iterator[bytes | None]:
    position = 0
    while position < len(told):
        end = told.index(b"\n", position)
        length, position = told[position:end], end + 1
        if length == b"-":
            yield None
        else:
            yield told[position : position + int(length)]
            position += int(length)
