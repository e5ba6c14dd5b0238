"""Copies a whole folder: its folders in one round trip, then each file that is not as it should be."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Diff, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.files.arguments import WriteArguments
from smolrun.modules.files.content import Content, GuestContent
from smolrun.modules.files.labels import asked
from smolrun.modules.files.state import PathState, Reading, read_below
from smolrun.modules.files.writing import Attributes, Options, Outcome, attribute_changes, checked, make_folder, write
from smolrun.modules.guest import script_text


@dataclass(frozen=True)
class TreeCopy:
    """What is asked for.

    Attributes:
        source: as it was written; with a slash at its end what is in the folder is copied, not the folder itself.
        destination: a guest path.
        mode: of the files; ``preserve`` for what each has.
        folder_mode: of the folders.
        follow: links at the destination stay, and what they lead to is written.
    """

    source: str
    destination: str
    mode: str | None
    folder_mode: str | None
    follow: bool = False

    @property
    def root(self) -> str:
        """The guest path that takes what is in the folder."""
        return f"{self.destination.rstrip('/')}{self.added}" or "/"

    @property
    def added(self) -> str:
        """What comes after the destination: the folder's own name, where it is copied itself."""
        return "" if self.source.endswith("/") else f"/{PurePosixPath(self.source).name}"


@dataclass(frozen=True)
class Entry:
    """One thing in the folder.

    Attributes:
        name: its path below the folder.
        mode: its permission bits at the source.
        content: of a file.
        target: of a link.
    """

    name: str
    kind: Literal["file", "directory", "link"]
    mode: int
    content: Content | GuestContent | None = None
    target: str = ""


def local_entries(source: Path, *, follow: bool) -> list[Entry]:
    """All that is in a folder of the controller, each folder before what is in it.

    Args:
        follow: take what links lead to.

    Raises:
        ModuleError: something there can be neither a file, a folder nor a link, or leads nowhere.
    """
    entries: list[Entry] = []
    seen: set[tuple[int, int]] = set()
    for folder, names, files in os.walk(source, followlinks=follow):
        names.sort()
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            raise ModuleError(f"{folder} is a link to a folder that it lies in; `local_follow: false` copies links")
        seen.add((status.st_dev, status.st_ino))
        entries += [_entry(source, Path(folder) / name, follow=follow) for name in sorted([*names, *files])]
    return entries


def _entry(root: Path, path: Path, *, follow: bool) -> Entry:
    name = path.relative_to(root).as_posix()
    if path.is_symlink() and not follow:
        return Entry(name, "link", 0o777, target=str(path.readlink()))
    if path.is_dir():
        return Entry(name, "directory", path.stat().st_mode & 0o7777)
    if path.is_file():
        return Entry(name, "file", path.stat().st_mode & 0o7777, Content(path))
    raise ModuleError(f"{path} is neither a file nor a folder, or a link that leads nowhere")


def copy_tree(
    entries: Sequence[Entry], copy: TreeCopy, arguments: WriteArguments, task: TaskContext, *, own_root: bool = False
) -> ModuleResult:
    """The destination holds every one of `entries` afterwards; what else is there stays.

    Args:
        own_root: the folder that takes them gets owner and mode though it was there before.
    """
    if asked(arguments):
        raise ModuleError(
            "`attributes` and SELinux contexts are for single files here", hint="use `file` with `recurse`"
        )
    reading = read_below(task, copy.root, [entry.name for entry in entries])
    root, states = reading.states[0], reading.states[1:]
    owners = Attributes(arguments.owner, arguments.group, copy.folder_mode)
    folders = list(zip(states, entries, strict=True))
    if own_root or root.leads_to != "directory":
        folders.insert(0, (root, _folder_entry(root)))
    changed = _folders_and_links(task, reading, folders, owners, keep_modes=own_root)
    diffs: list[Diff] = []
    for state, entry in zip(states, entries, strict=True):
        if entry.content is not None:
            outcome = _file(task, reading, state, entry, copy, arguments)
            changed |= outcome.changed
            diffs += outcome.diffs
    # For a folder of the controller, Ansible tells what was asked for, as a folder.
    place = root.path if own_root else f"{root.path.removesuffix(copy.added).rstrip('/')}/"
    values = {"dest": place, "src": copy.source, "state": "directory"}
    return ModuleResult(changed=changed, values=values, diffs=tuple(diffs))


def _folder_entry(root: PathState) -> Entry:
    return Entry(root.path, "directory", 0o755)


def _file(
    task: TaskContext, reading: Reading, now: PathState, entry: Entry, copy: TreeCopy, arguments: WriteArguments
) -> Outcome:
    if now.exists and not arguments.force:
        return Outcome(False, now)
    if copy.follow and now.kind == "link" and now.leads_to == "file":
        raise ModuleError(f"{now.path} is a link; `follow` is for single files")
    mode = f"{entry.mode:04o}" if copy.mode == "preserve" else copy.mode
    options = Options(
        backup=arguments.backup,
        validate=arguments.validate_with,
        unsafe_writes=arguments.unsafe_writes,
        make_folders=True,
        folder_mode=copy.folder_mode,
    )
    assert entry.content is not None  # what calls this has looked
    return write(task, reading, now, entry.content, Attributes(arguments.owner, arguments.group, mode), options)


def _folders_and_links(
    task: TaskContext,
    reading: Reading,
    entries: Sequence[tuple[PathState, Entry]],
    wanted: Attributes,
    *,
    keep_modes: bool,
) -> bool:
    """Makes the folders and links that are missing, and gives the folders their attributes."""
    lines = ""
    for now, entry in entries:
        if entry.kind == "directory":
            # Of folders on the guest each new one has the mode of its source: a closed one stays closed.
            kept = f"{entry.mode:04o}" if keep_modes and entry.name != now.path else None
            lines += _folder(reading, now, wanted if now.exists else replace(wanted, mode=wanted.mode or kept))
        elif entry.kind == "link":
            lines += _link(now, entry)
    if lines and not task.check_mode:
        checked(task, task.guest.script(script_text("state", "attributes") + lines), reading.states[0].path)
    return bool(lines)


def _folder(reading: Reading, now: PathState, wanted: Attributes) -> str:
    if not now.exists:
        return make_folder(now.path, wanted)
    if now.leads_to != "directory":
        raise ModuleError(f"{now.path} on the guest is not a folder, and is not replaced by one")
    return attribute_changes(reading, now, wanted if now.kind == "directory" else replace(wanted, mode=None))


def _link(now: PathState, entry: Entry) -> str:
    if now.kind == "link" and now.target == entry.target:
        return ""
    if now.kind == "directory":
        raise ModuleError(f"{now.path} on the guest is a folder, and is not replaced by a link")
    path = quoted(now.path)
    return f"\nln -sfn -- {quoted(entry.target)} {path} || refuse link {path}\n"
