"""What ``smolrun check`` is pointed at: playbooks, roles, files of tasks in roles, folders of all of these."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError, UsageError
from smolrun.playbook.check import KnownNames, check
from smolrun.playbook.file_reader import FileReader
from smolrun.playbook.models import Playbook
from smolrun.playbook.repository import contents_of, role_of, task_files
from smolrun.playbook.role_alone import load_role
from smolrun.playbook.unknowns import Unknowns


class RoleTarget(NamedTuple):
    """Attributes:
    role: its folder.
    file: one of its files of tasks, as ``tasks_from`` takes it; None: all of the role.
    """

    role: Path
    file: str | None = None


def targets_of(paths: Sequence[str]) -> tuple[list[str], list[RoleTarget]]:
    """The playbooks and roles that paths mean: a folder means all that is in it.

    Raises:
        UsageError: a folder holds neither.
    """
    playbooks: dict[str, None] = {}
    roles: dict[RoleTarget, None] = {}
    for name in paths:
        path = Path(name)
        if path.is_dir():
            contents = contents_of(path)
            if not contents.playbooks and not contents.roles:
                raise UsageError(f"there are no playbooks and no roles in {name}")
            playbooks |= dict.fromkeys(map(str, contents.playbooks))
            roles |= dict.fromkeys(map(RoleTarget, contents.roles))
        elif path.is_file() and (role := role_of(path)) is not None:
            roles[RoleTarget(role, str(path.absolute().relative_to(role / "tasks")))] = None
        else:
            playbooks[name] = None
    return list(playbooks), list(roles)


def check_roles(
    targets: Sequence[RoleTarget],
    new_reader: Callable[[], FileReader],
    read: Collection[str],
    extra_variables: Mapping[str, Any],
    unknowns: Unknowns | None,
) -> tuple[Diagnostic, ...]:
    """What is wrong with roles by themselves; files that a playbook brought in are not looked at again.

    Args:
        new_reader: makes a reader for one role.
        read: the real paths of those files.
    """
    found: dict[Diagnostic, None] = {}
    for target in targets:
        for playbook, diagnostics in _loaded(target, new_reader, read):
            found.update(dict.fromkeys(diagnostics))
            if playbook is not None:
                reader = new_reader()
                known = KnownNames(frozenset(extra_variables), unknown_sources=True, vault=reader.vault)
                told = check(playbook, known, whole=False, unknowns=unknowns, texts=reader.shared.texts)
                found.update(dict.fromkeys(told))
    if unknowns is not None and targets:
        unknowns.add("variables", "whoever uses the roles", None)
    return tuple(found)


def _loaded(
    target: RoleTarget, new_reader: Callable[[], FileReader], read: Collection[str]
) -> Iterator[tuple[Playbook | None, Sequence[Diagnostic]]]:
    known = set(read)
    if target.file is not None:
        yield _load(target.role, new_reader(), [target.file])
        return
    if not any(path.startswith(f"{target.role.resolve()}/") for path in known):
        reader = new_reader()
        yield _load(target.role, reader, None)
        known |= reader.files
    rest = list(task_files(target.role, known))
    if rest:
        yield _load(target.role, new_reader(), rest)


def _load(role: Path, reader: FileReader, files: Sequence[str] | None) -> tuple[Playbook | None, Sequence[Diagnostic]]:
    try:
        return load_role(role, reader, files)
    except LoadError as error:
        return None, error.diagnostics
