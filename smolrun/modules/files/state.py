"""What stands at paths on a guest, read in one round trip."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Literal, cast

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import TaskContext
from smolrun.modules.commands.quoting import expanding, quoted
from smolrun.modules.files.modes import mode_of_listing
from smolrun.modules.guest import script_text
from smolrun.shortening import beginning
from smolrun.ssh.result import CommandResult

Kind = Literal["absent", "file", "directory", "link", "other"]
ANSIBLE_STATES = {"link": "link", "directory": "directory", "absent": "absent"}


@dataclass(frozen=True)
class PathState:
    """What stands at one path.

    Attributes:
        path: absolute.
        kind: what it is itself; a link is a link.
        leads_to: what it is when links are followed.
        target: where a link points.
        mode: the permission bits.
        links: how many names the file has.
        digest: the hash of the file, in hexadecimal, if it was asked for and could be read.
        parent: whether the folder it lies in exists.
        hashes: further ones by their names, of what is the source of a copy.
    """

    path: str
    kind: Kind
    leads_to: Kind
    target: str | None = None
    mode: int = 0
    uid: int = 0
    gid: int = 0
    owner: str = ""
    group: str = ""
    size: int = 0
    links: int = 1
    modified: int | None = None
    inode: int | None = None
    digest: str | None = None
    parent: bool = True
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        return self.kind != "absent"

    def values(self) -> dict[str, object]:
        """The keys that Ansible adds to the result of every file module."""
        if not self.exists:
            return {"path": self.path, "state": "absent"}
        state = "hard" if self.kind == "file" and self.links > 1 else ANSIBLE_STATES.get(self.kind, "file")
        return {
            "uid": self.uid,
            "gid": self.gid,
            "owner": self.owner,
            "group": self.group,
            "mode": f"0{self.mode:03o}",
            "state": state,
            "size": self.size,
        }


@dataclass(frozen=True)
class Reading:
    """What the guest told.

    Attributes:
        umask: of the user that the task runs as.
        algorithm: what `digest` was made with: ``sha256``, else what the guest has.
        states: in the order that was asked for.
    """

    umask: int
    algorithm: str
    states: tuple[PathState, ...]


def read_place(
    task: TaskContext,
    destination: str,
    *,
    name: str = "",
    follow: bool = False,
    digest: bool = True,
    source: str | None = None,
    tolerant: bool = False,
) -> tuple[Reading, PathState]:
    """What stands where a file is to go.

    Args:
        destination: a guest path, ``~`` and variables in it are expanded there.
        name: the file's own, for a destination that is a folder.
        follow: where a link stands there, tell of what it leads to.
        source: another guest path, whose state, links followed, is the second of the reading.
        tolerant: a guest that cannot hash files gives no digest, instead of an error.
    """
    text = (
        f"dest={expanding(destination)}\nname={quoted(name)}\nfollow={_word(follow)}\nhash={_word(digest)}\n"
        f"source={expanding(source) if source else ''}\n"
    )
    reading = _reading(task, text, script_text("state", "place"), must_hash=digest and not tolerant)
    return reading, reading.states[0]


def read_below(task: TaskContext, root: str, names: Sequence[str], *, digest: bool = True) -> Reading:
    """What stands at `root`, a guest path that is expanded there, and at paths below it, which are not."""
    lines = f'root={expanding(root)}\nstate_of "$root" no\n'
    lines += "".join(f'state_of "$root"/{quoted(name)} {_word(digest)}\n' for name in names)
    text = f"{script_text('state')}\nstate_of_guest\n{lines}"
    return reading_in(task, task.guest.script(text), must_hash=digest)


def read_tree(task: TaskContext, root: str) -> Reading:
    """All that lies in a folder on the guest, however deep; links are not followed."""
    return _reading(task, f"root={quoted(root)}\n", script_text("state", "walk"), must_hash=True)


def _reading(task: TaskContext, setup: str, shared: str, *, must_hash: bool) -> Reading:
    return reading_in(task, task.guest.read(setup, shared), must_hash=must_hash)


def reading_in(task: TaskContext, result: CommandResult, *, must_hash: bool) -> Reading:
    """What a script of ours (state.sh) told.

    Raises:
        ModuleError: it failed, told nonsense, or the guest cannot hash files though it has to.
    """
    if not result.ok:
        raise ModuleError(f"the state of files on {task.host} cannot be read: {result.stderr.strip()}")
    return reading_of(task, facts_in(result), must_hash=must_hash)


def reading_of(task: TaskContext, facts: Sequence[tuple[str, str]], *, must_hash: bool) -> Reading:
    """The same, of facts that a script told among others."""
    try:
        head, states = _parsed(list(facts))
        umask = int(head["umask"], 8)
    except (KeyError, ValueError, IndexError) as error:
        raise ModuleError(
            f"what {task.host} tells of its files makes no sense: {beginning(str(facts), 200)}"
        ) from error
    if must_hash and not head.get("algorithm"):
        raise ModuleError(
            f"`sha256sum` is not installed on {task.host}, nor anything else that can hash a file",
            hint="install coreutils, BusyBox or openssl there",
        )
    return Reading(umask, head.get("algorithm", ""), states)


def parse_states(result: CommandResult) -> tuple[dict[str, str], tuple[PathState, ...]]:
    """The facts that stand before the first path, and the paths.

    Raises:
        KeyError, ValueError, IndexError: the guest said something else.
    """
    return _parsed(facts_in(result))


def _parsed(facts: list[tuple[str, str]]) -> tuple[dict[str, str], tuple[PathState, ...]]:
    head: dict[str, str] = {}
    while facts and facts[0][0] != "path":
        key, value = facts.pop(0)
        head[key] = value
    return head, tuple(map(path_state, _grouped(facts)))


def facts_in(result: CommandResult) -> list[tuple[str, str]]:
    """The facts that ``state.sh`` printed."""
    text = result.stdout_bytes.decode("utf-8", "surrogateescape")
    return [(name, value) for name, _, value in (fact.partition("=") for fact in text.split("\0")[:-1])]


def _grouped(facts: Sequence[tuple[str, str]]) -> Iterator[dict[str, str]]:
    group: dict[str, str] = {}
    for name, value in facts:
        if name == "path" and group:
            yield group
            group = {}
        group[name] = value
    if group:
        yield group


def path_state(facts: Mapping[str, str]) -> PathState:
    """One path's state from its facts."""
    kind = cast("Kind", facts["kind"])
    state = PathState(
        path=facts["path"],
        kind=kind,
        leads_to=cast("Kind", facts.get("leads_to", kind)),
        target=facts.get("target"),
        digest=next(iter(facts.get("digest", "").split()), None),
        parent="parent" in facts,
        hashes={name: facts[name] for name in ("sha1", "md5") if name in facts},
    )
    if "stat" in facts:
        return _with_stat(state, facts["stat"])
    return _with_listing(state, facts["ls"], facts["ls_names"]) if "ls" in facts else state


def _with_stat(state: PathState, stat: str) -> PathState:
    mode, uid, gid, size, links, modified, inode, owner, group = stat.split(" ", 8)
    return replace(
        state,
        mode=int(mode, 8),
        uid=int(uid),
        gid=int(gid),
        owner=known_name(owner),
        group=known_name(group),
        size=int(size),
        links=int(links),
        modified=int(modified),
        inode=int(inode),
    )


def _with_listing(state: PathState, numeric: str, named: str) -> PathState:
    letters, links, uid, gid, size = numeric.split()[:5]
    owner, group = named.split()[2:4]
    return replace(
        state,
        mode=mode_of_listing(letters),
        uid=int(uid),
        gid=int(gid),
        owner=owner,
        group=group,
        size=int(size) if size.isdigit() else 0,  # a device has two numbers where others have their size
        links=int(links),
    )


def known_name(name: str) -> str:
    """A user or a group as stat(1) names it; empty for a number without a name."""
    return "" if name == "UNKNOWN" else name


def _word(flag: bool) -> str:
    return "yes" if flag else "no"
