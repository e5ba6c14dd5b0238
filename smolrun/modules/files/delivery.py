"""Brings the content of one file to a destination, and says what became of it under Ansible's names."""

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import ModuleResult, TaskContext
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.content import Content, GuestContent
from smolrun.modules.files.state import PathState, Reading, read_place
from smolrun.modules.files.writing import Attributes, Options, Outcome, write


@dataclass(frozen=True)
class Delivery:
    """One file on its way.

    Attributes:
        content: what it holds.
        destination: a guest path; a folder, or one that ends with a slash, gets the file under its `name`.
        name: the file's own name, or empty where it has none (``content``).
        source: what it comes from, as registered.
        mode: the permissions that are wanted, ``preserve`` already resolved.
        follow: a link at the destination stays, and what it leads to is written.
        folder_mode: the permissions of folders that are made.
        force: a file with other content is replaced; else it stays.
    """

    content: Content | GuestContent
    destination: str
    name: str
    source: str
    mode: str | None
    follow: bool = False
    folder_mode: str | None = None
    force: bool = True


def deliver(delivery: Delivery, arguments: ReplaceArguments, task: TaskContext) -> ModuleResult:
    """Two round trips where the file is to be written, one where it is as it should be."""
    if delivery.destination.endswith("/") and not delivery.name:
        raise ModuleError(f"{delivery.destination} is a folder: `content` needs a file's name to be written under")
    reading, now = read_place(task, delivery.destination, name=delivery.name, follow=delivery.follow)
    return arrived(delivery, arguments, task, reading, now)


def arrived(
    delivery: Delivery, arguments: ReplaceArguments, task: TaskContext, reading: Reading, now: PathState
) -> ModuleResult:
    """The same, once it is known what stands there."""
    if now.exists and not delivery.force:
        return _result(delivery, Outcome(False, now))
    if now.leads_to == "directory" and not delivery.name:
        raise ModuleError(f"{now.path} is a folder: `content` needs a file's name to be written under")
    wanted = Attributes(arguments.owner, arguments.group, delivery.mode)
    options = Options(
        backup=arguments.backup,
        validate=arguments.validate_with,
        unsafe_writes=arguments.unsafe_writes,
        make_folders=delivery.destination.endswith("/"),
        folder_mode=delivery.folder_mode,
    )
    return _result(delivery, write(task, reading, now, delivery.content, wanted, options))


def _result(delivery: Delivery, outcome: Outcome) -> ModuleResult:
    # `path`, too: in Ansible the module `file` has the last word where the content is right.
    values: dict[str, object] = {"dest": outcome.state.path, "path": outcome.state.path, **outcome.state.values()}
    if outcome.changed:
        values["src"] = delivery.source
    if outcome.changed or delivery.content.on_guest is not None:
        values["md5sum"] = delivery.content.digest("md5") or None
    values["checksum"] = delivery.content.digest("sha1") or None
    if outcome.backup_file is not None:
        values["backup_file"] = outcome.backup_file
    return ModuleResult(
        changed=outcome.changed,
        values=values,
        diffs=outcome.diffs,
        command_line=f"write {outcome.state.path}" if outcome.changed else None,
    )
