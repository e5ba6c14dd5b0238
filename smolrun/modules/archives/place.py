"""The folder that an archive goes into: what stands there of its members, and which of them differ."""

import re
import stat as bits
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.archives.members import UNKNOWN, Member
from smolrun.modules.base import TaskContext
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.files.state import PathState, Reading, facts_in, known_name, reading_of
from smolrun.modules.guest import script_text
from smolrun.ssh.result import CommandResult

AT_ONCE = 400
"""Names that one process of the guest is given."""

_STAT = re.compile(r"([0-9a-fA-F]+) (\d+) (\d+) (\d+) (\d+) \d+ (\d+) \d+ (\d+) \d+ (\S+) (\S+) ")
_HASH = re.compile(r"\\?([0-9a-f]{32,128}) [ *]")
_KINDS = {bits.S_IFREG: "file", bits.S_IFDIR: "directory", bits.S_IFLNK: "link"}


@dataclass(frozen=True)
class Place:
    """What the guest told.

    Attributes:
        folder: the state of the folder itself; its path has no links in it.
        uid, gid: of the user that unpacks.
        zone: seconds that the guest's clock is ahead of UTC.
        users, groups: the names that the guest knows.
        states: of the members that are there, by name.
        facts: all that was told, for what else was asked.
    """

    reading: Reading
    folder: PathState
    uid: int
    gid: int
    zone: int
    users: frozenset[str]
    groups: frozenset[str]
    states: dict[str, PathState]
    facts: list[tuple[str, str]]

    def expected(self, member: Member, *, exact_modes: bool) -> Member:
        """The member as it is once this user has unpacked it.

        Args:
            exact_modes: the umask takes nothing away, as with ``tar -p``.
        """
        mode = member.mode
        if mode is not None and self.uid != 0 and not exact_modes:
            mode &= ~self.reading.umask & 0o777
        if self.uid != 0 or member.uid is None:
            return replace(member, mode=mode, uid=self.uid, gid=self.gid, owner="", group="")
        return replace(member, mode=mode)


def look(
    task: TaskContext,
    destination: str,
    members: Sequence[Member],
    *,
    creates: str | None = None,
    more: str = "",
    hashes: bool = True,
) -> tuple[Place | None, CommandResult]:
    """What stands at `destination` where members go; None where `creates` exists.

    Args:
        more: lines of ``sh`` that tell further facts, after those that are told here.
        hashes: of the files, too.

    Raises:
        ModuleError: it is no folder, or the guest cannot tell.
    """
    names = [_word(member) for member in members]
    lines = ""
    for start in range(0, len(names), AT_ONCE):
        words = command_line(names[start : start + AT_ONCE])
        lines += f"tell_stats {words}\n" + (f"tell_hashes {words}\n" if hashes else "")
    lines += "".join(f"tell_target {quoted(_word(member))}\n" for member in members if member.kind == "link")
    text = (
        f"dest={expanding(destination)}\ncreates={expanding(creates) if creates else ''}\n"
        f"{script_text('state', 'attributes', 'unpack')}\n{lines}{more}"
    )
    result = task.guest.script(text)
    facts = facts_in(result)
    told = dict(facts)
    if told.get("problem") == "creates":
        return None, result
    if result.truncated:
        raise ModuleError(f"the archive has too many members for one look at {task.host}")
    _raise_problem(task, told, result)
    return _place(task, facts, members), result


def _raise_problem(task: TaskContext, told: dict[str, str], result: CommandResult) -> None:
    about, said = told.get("about", ""), result.stderr.strip()
    match told.get("problem"):
        case "destination":
            raise ModuleError(
                f"dest '{about}' must be an existing dir", hint="make it first: `file: {path: ..., state: directory}`"
            )
        case "missing":
            raise ModuleError(f"`{about}` is not installed on {task.host}")
        case "archive":
            raise ModuleError(f"Source '{about}' does not exist on {task.host}")
        case "unsafe":
            raise ModuleError(
                f"the archive is refused, since '{about}' has an absolute name in it, or one that would be outside",
                hint="nothing was unpacked",
            )
        case "empty":
            raise ModuleError(f"Invalid archive '{about}', the file is 0 bytes")
        case "unreadable":
            raise ModuleError(f"{about} on {task.host} is not an archive that can be read: {said}")
    if not result.ok:
        raise ModuleError(f"what is in the archive cannot be told on {task.host}: {said}")


def _word(member: Member) -> str:
    return f"./{member.name}"


def _place(task: TaskContext, facts: list[tuple[str, str]], members: Sequence[Member]) -> Place:
    told = dict(facts)
    ends = next((number for number, (name, _) in enumerate(facts) if name == "stats"), len(facts))
    reading = reading_of(task, facts[:ends], must_hash=True)
    uid, _, gid = told["user"].partition(" ")
    return Place(
        reading=reading,
        folder=reading.states[0],
        uid=int(uid),
        gid=int(gid),
        zone=_seconds(told.get("zone", "")),
        users=frozenset(told.get("users", "").split()),
        groups=frozenset(told.get("groups", "").split()),
        states=_states(facts, members),
        facts=facts,
    )


def _seconds(zone: str) -> int:
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)", zone.strip())
    if found is None:
        return 0
    seconds = int(found[2]) * 3600 + int(found[3]) * 60
    return -seconds if found[1] == "-" else seconds


def _states(facts: list[tuple[str, str]], members: Sequence[Member]) -> dict[str, PathState]:
    names = iter([_word(member) for member in members])
    states: dict[str, PathState] = {}
    pointer = ""
    batch: list[str] = []
    for key, value in facts:
        if key == "stats":
            batch = [name for name, _ in zip(names, range(AT_ONCE), strict=False)]
            states |= {state.path: state for state in _stats(batch, value)}
        elif key == "hashes":
            for name, digest in _hashes([name for name in batch if name in states], value):
                states[name] = replace(states[name], digest=digest)
        elif key == "pointer":
            pointer = value
        elif key == "points_to" and pointer in states:
            states[pointer] = replace(states[pointer], target=value)
    return {name.removeprefix("./"): state for name, state in states.items()}


def _stats(names: Sequence[str], told: str) -> Iterator[PathState]:
    """What stat(1) printed, a line for each that is there; names can hold newlines."""
    position = 0
    for name in names:
        match = _STAT.match(told, position)
        if match is None or not told.startswith(f"{name}\n", match.end()):
            continue
        position = match.end() + len(name) + 1
        raw, links, uid, gid, size, modified, _, owner, group = match.groups()
        kind = _KINDS.get(bits.S_IFMT(int(raw, 16)), "other")
        yield PathState(
            path=name,
            kind=kind,  # type: ignore[arg-type]
            leads_to=kind,  # type: ignore[arg-type]
            mode=bits.S_IMODE(int(raw, 16)),
            uid=int(uid),
            gid=int(gid),
            owner=known_name(owner),
            group=known_name(group),
            size=int(size),
            links=int(links),
            modified=int(modified),
        )


def _hashes(names: Sequence[str], told: str) -> Iterator[tuple[str, str]]:
    """What sha256sum(1) printed; it escapes newlines and backslashes in names."""
    position = 0
    for name in names:
        match = _HASH.match(told, position)
        if match is None:
            return
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
        for written in dict.fromkeys((escaped, name)):
            if told.startswith(written, match.end()) and told[match.end() + len(written) :][:1] in ("\n", ""):
                position = match.end() + len(written) + 1
                yield name, match[1]
                break


def differing(
    place: Place,
    members: Sequence[Member],
    same_content: Callable[[Member, PathState], bool],
    *,
    by_arguments: frozenset[str],
) -> list[Member]:
    """The members that are not on the guest as they are in the archive.

    Args:
        same_content: whether a file of the right size holds what the archive does.
        by_arguments: ``mode``, ``owner`` and ``group``, where an argument decides over them.
    """
    return [
        member
        for member in members
        if not _same(place, member, place.states.get(member.name), same_content, by_arguments)
    ]


def _same(
    place: Place,
    member: Member,
    state: PathState | None,
    same_content: Callable[[Member, PathState], bool],
    by_arguments: frozenset[str],
) -> bool:
    if state is None or state.kind != member.kind:
        return False
    if member.implied:
        return True
    if "owner" not in by_arguments and not _is(member.owner, member.uid, state.owner, state.uid, place.users):
        return False
    if "group" not in by_arguments and not _is(member.group, member.gid, state.group, state.gid, place.groups):
        return False
    if member.kind == "link":
        return member.target == state.target
    if "mode" not in by_arguments and member.mode is not None and member.mode != state.mode:
        return False
    return member.kind == "directory" or _same_file(member, state, same_content)


def _same_file(member: Member, state: PathState, same_content: Callable[[Member, PathState], bool]) -> bool:
    if member.modified is not None and member.modified != state.modified:
        return False
    return (bool(member.same_as) or member.size == state.size) and same_content(member, state)


def _is(name: str, number: int | None, has_name: str, has_number: int, known: frozenset[str]) -> bool:
    """Whether an owner is the one that tar(1) gives a file: by name where the guest knows it, else by number."""
    if name and name in known:
        return has_name == name
    return number in (None, UNKNOWN) or number == has_number
