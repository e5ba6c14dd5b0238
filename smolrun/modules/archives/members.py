"""What is in an archive, and what must not be taken out of it."""

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Literal

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.files.content import SHOWN_AT_MOST

UNKNOWN = -1
"""The number of an owner of whom only the name was told."""


@dataclass(frozen=True)
class Member:
    """One thing in an archive.

    Attributes:
        name: its path below the folder that takes it; ``.`` for that folder itself.
        stored: its name in the archive, before anything was stripped off.
        kind: ``other`` for devices and pipes.
        mode: its permission bits; None where the archive has none.
        owner: the user's name that was stored, or empty.
        uid: their number; None where the archive has none, and what is taken out belongs to who takes it out.
        size: bytes of a file.
        modified: seconds since 1970; None where it cannot be known.
        target: of a symbolic link.
        same_as: of a hard link, the stored name of what it is another name of.
        implied: a folder that is only there because something is in it.
    """

    name: str
    stored: str
    kind: Literal["file", "directory", "link", "other"]
    mode: int | None = None
    owner: str = ""
    group: str = ""
    uid: int | None = None
    gid: int | None = None
    size: int = 0
    modified: int | None = None
    target: str = ""
    same_as: str = ""
    implied: bool = False


def selected(
    members: Iterable[Member], include: Sequence[str], exclude: Sequence[str], *, zip_rules: bool
) -> list[Member]:
    """Those that were asked for.

    Args:
        zip_rules: names are compared as unzip(1) does (patterns, the whole name); else as GNU tar does: `include`
            holds names, a folder's with all that is in it, and a pattern of `exclude` fits any part of a path, with
            all that is below.

    Raises:
        ModuleError: an `include` fits nothing.
    """
    found = list(members)
    for wanted in include:
        if not any(_included(member, wanted, zip_rules=zip_rules) for member in found):
            raise ModuleError(f"'{wanted}' is not in the archive")
    if include:
        found = [one for one in found if any(_included(one, wanted, zip_rules=zip_rules) for wanted in include)]
    return [one for one in found if not any(_excluded(one, pattern, zip_rules=zip_rules) for pattern in exclude)]


def _included(member: Member, wanted: str, *, zip_rules: bool) -> bool:
    name = _plain(member.stored)
    if zip_rules:
        return fnmatchcase(member.stored, wanted) or fnmatchcase(name, wanted)
    folder = _plain(wanted)
    return name == folder or name.startswith(f"{folder}/")


def _excluded(member: Member, pattern: str, *, zip_rules: bool) -> bool:
    if zip_rules:
        return fnmatchcase(member.stored, pattern)
    parts = _plain(member.stored).split("/")
    pattern = pattern.rstrip("/")
    return any(
        fnmatchcase("/".join(parts[start:end]), pattern)
        for start in range(len(parts))
        for end in range(start + 1, len(parts) + 1)
    )


def _plain(name: str) -> str:
    return posixpath.normpath(name) if name else name


def stripped(members: Iterable[Member], count: int) -> list[Member]:
    """Without the first `count` folders of their names; those that have no more are left out."""
    kept = []
    for member in members:
        parts = member.name.split("/")[count:]
        if parts:
            kept.append(replace(member, name="/".join(parts)))
    return kept


def with_implied_folders(members: Sequence[Member]) -> list[Member]:
    """And the topmost folders that are not in the archive by themselves."""
    names = {member.name for member in members}
    tops = dict.fromkeys(member.name.split("/")[0] for member in members if "/" in member.name)
    return [Member(top, "", "directory", implied=True) for top in tops if top not in names] + list(members)


def refuse_dangerous(members: Sequence[Member], destination: str) -> None:
    """Nothing, where all stays in the folder.

    Raises:
        ModuleError: something would be written, or a link would lead, outside of it; or it is a device.
    """
    links = {member.name for member in members if member.kind == "link"}
    for member in members:
        problem = _danger(member, links, destination)
        if problem:
            raise ModuleError(
                f"the archive is refused, since '{member.stored}' in it {problem}", hint="nothing was unpacked"
            )


def _danger(member: Member, links: set[str], destination: str) -> str:
    parts = member.stored.split("/")
    if member.stored.startswith("/"):
        return "has an absolute name"
    if ".." in parts or ".." in member.same_as.split("/") or member.same_as.startswith("/"):
        return f"would be outside of {destination}"
    if member.kind == "other":
        return "is a device or a pipe"
    folders = member.name.split("/")[:-1]
    if any("/".join(folders[: end + 1]) in links for end in range(len(folders))):
        return "would be written through a link of the same archive"
    if member.kind == "link":
        place = posixpath.dirname(posixpath.join(destination, member.name))
        target = posixpath.normpath(posixpath.join(place, member.target))
        if target != destination and not target.startswith(f"{destination.rstrip('/')}/"):
            return f"is a link to {member.target}, outside of {destination}"
    return ""


def listed(names: Iterable[str]) -> str:
    """Names, a line each, as a diff shows them."""
    text = "".join(f"{name}\n" for name in names)
    return text if len(text) <= SHOWN_AT_MOST else f"{text[:SHOWN_AT_MOST].rpartition(chr(10))[0]}\n…\n"
