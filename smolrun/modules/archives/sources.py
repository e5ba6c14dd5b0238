"""What ``archive`` packs: the paths that were named or matched, all that is below them, and the names they get."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from fnmatch import fnmatchcase

from smolrun.lazy_dataclass import dataclass

KINDS = frozenset({"directory", "file", "link", "folder_link", "dangling", "socket", "other"})
"""What may be below a folder; links by what they lead to."""


@dataclass(frozen=True)
class Entry:
    """One thing that gets into the archive.

    Attributes:
        path: on the guest.
        name: in the archive.
    """

    path: str
    name: str
    kind: str


@dataclass(frozen=True)
class Sources:
    """What the guest told of the paths.

    Attributes:
        expanded: what the paths stand for, in the order of the paths; matches of patterns only where they are there.
        excluded: the same of the paths that are left out.
        kinds: of what is packed: ``directory``, ``file``, ``dangling``, ``other`` or ``missing``.
        below: what is in each folder, however deep.
    """

    expanded: tuple[str, ...]
    excluded: tuple[str, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    below: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """What is to be packed, sorted by its bytes."""
        return tuple(sorted(set(self.expanded) - set(self.excluded), key=_bytes))

    @property
    def root(self) -> str:
        """The folder that all of it is in, with a slash at its end; names in the archive begin below it."""
        folders = [posixpath.join(posixpath.dirname(path), "") for path in self.paths]
        return posixpath.join(posixpath.dirname(posixpath.commonprefix(folders)), "")

    @property
    def found(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths if self.kinds.get(path) != "missing")

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths if self.kinds.get(path) == "missing")

    def folders(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths if self.kinds.get(path) == "directory")

    def entries(self, patterns: Sequence[str], *, whole_paths: bool, leave_out: Iterable[str]) -> list[Entry]:
        """All that is packed, sorted, so that the same files give the same archive.

        Args:
            patterns: of what is left out, for names, or for paths with `whole_paths`; ``*`` matches slashes too.
            leave_out: paths that are never packed: the archive itself.
        """
        root, never = self.root, set(leave_out)
        found: dict[str, Entry] = {}
        for kind, path in self._all():
            name = path.removeprefix(root)
            tried = path if whole_paths else name.lstrip("/")
            if path not in never and not any(fnmatchcase(tried, pattern) for pattern in patterns):
                found[name] = Entry(path, name, kind)
        return sorted(found.values(), key=lambda entry: _bytes(entry.name))

    def _all(self) -> Iterator[tuple[str, str]]:
        for path in self.found:
            if self.kinds[path] == "directory":
                yield from self.below.get(path, ())
            else:
                yield self.kinds[path], path


def sources_in(facts: Iterable[tuple[str, str]]) -> Sources:
    """What ``pack_look.sh`` told."""
    expanded: list[str] = []
    excluded: list[str] = []
    kinds: dict[str, str] = {}
    below: dict[str, list[tuple[str, str]]] = {}
    for name, value in facts:
        if name == "expanded":
            expanded.append(value)
        elif name == "excluded":
            excluded.append(value)
        elif name == "target":
            kinds[expanded[-1]] = value
            below[expanded[-1]] = []
        elif name in KINDS and value.rstrip("/") != expanded[-1].rstrip("/"):
            below[expanded[-1]].append((name, value))
    return Sources(tuple(expanded), tuple(excluded), kinds, {path: tuple(found) for path, found in below.items()})


def is_pattern(path: str) -> bool:
    """Whether the guest is to look for what matches: without one of these, brackets mean themselves."""
    return "*" in path or "?" in path


def is_archive_name(path: str) -> bool:
    return bool(re.search(r"\.(tar|tar\.(gz|bz2|xz|zst)|tgz|tbz2|tzst|zip)$", posixpath.basename(path), re.IGNORECASE))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
