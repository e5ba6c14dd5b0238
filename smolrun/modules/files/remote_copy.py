"""Copies what is on the guest already, without its content leaving it."""

from collections.abc import Callable
from pathlib import PurePosixPath

from smolrun.errors import ModuleError
from smolrun.modules.base import ModuleResult, TaskContext
from smolrun.modules.files.arguments import WriteArguments
from smolrun.modules.files.content import GuestContent
from smolrun.modules.files.delivery import Delivery, arrived
from smolrun.modules.files.modes import final_mode
from smolrun.modules.files.state import PathState, read_place, read_tree
from smolrun.modules.files.tree import Entry, TreeCopy, copy_tree


def copy_on_guest(copy: TreeCopy, checksum: str | None, arguments: WriteArguments, task: TaskContext) -> ModuleResult:
    """A file or a folder of the guest is at its destination too afterwards.

    Args:
        checksum: the SHA-1 that the file has to have.
    """
    name = PurePosixPath(copy.source).name
    reading, now = read_place(task, copy.destination, name=name, follow=copy.follow, source=copy.source)
    source = reading.states[1]
    if source.kind == "directory":
        if not (now.exists or now.parent or copy.destination.endswith("/")):
            raise ModuleError(f"Destination directory {now.path.rpartition('/')[0]} does not exist")
        entries = [_entry(task, reading.algorithm, state, source.path) for state in read_tree(task, source.path).states]
        return copy_tree(entries, copy, arguments, task, own_root=True)
    if source.kind != "file" or source.digest is None:
        raise ModuleError(
            f"{source.path} is not on {task.host}" if not source.exists else f"{source.path} cannot be read"
        )
    if checksum is not None:
        _verify(task, source.path, checksum)
    mode = _mode(copy.mode, source, now, reading.umask)
    content = _content(task, reading.algorithm, source)
    delivery = Delivery(
        content, copy.destination, name, source.path, mode, copy.follow, copy.folder_mode, arguments.force
    )
    return arrived(delivery, arguments, task, reading, now)


def _mode(wanted: str | None, source: PathState, now: PathState, umask: int) -> str | None:
    """What replaces another file begins with the mode of its source, as with Ansible; a new file with the umask's."""
    replaces = now.exists and (now.kind == "link" or now.digest != source.digest)
    if wanted == "preserve" or (wanted is None and replaces):
        return f"{source.mode:04o}"
    if wanted is None or not replaces:
        return wanted
    return f"{final_mode(wanted, source.mode, directory=False, umask=umask):04o}"


def _verify(task: TaskContext, path: str, checksum: str) -> None:
    result = task.guest.script('sha1sum <"$path"', {"path": path})
    if not result.ok:
        raise ModuleError(f"`checksum` needs `sha1sum` on {task.host}: {result.stderr.strip()}")
    found = result.stdout.split(" ")[0]
    if found != checksum.lower():
        raise ModuleError(f"{path} has the SHA-1 {found}, not {checksum}")


def _entry(task: TaskContext, algorithm: str, state: PathState, root: str) -> Entry:
    name = state.path.removeprefix(root.rstrip("/") + "/")
    if state.kind == "directory":
        return Entry(name, "directory", state.mode)
    if state.kind == "link":
        return Entry(name, "link", 0o777, target=state.target or "")
    if state.kind == "file" and state.digest is not None:
        return Entry(name, "file", state.mode, _content(task, algorithm, state))
    raise ModuleError(f"{state.path} on {task.host} is not a file that can be read")


def _content(task: TaskContext, algorithm: str, state: PathState) -> GuestContent:
    return GuestContent(state.path, state.size, algorithm, state.digest or "", _reader(task, state.path), state.hashes)


def _reader(task: TaskContext, path: str) -> Callable[[], bytes]:
    return lambda: task.guest.get(path)
