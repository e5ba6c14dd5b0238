"""The groups of an inventory as a tree: who is in whom, how deep, and in which order their variables are merged."""

from collections.abc import Iterator
from dataclasses import field

from smolrun.inventory.draft import ALL, UNGROUPED, Draft, GroupEntry
from smolrun.lazy_dataclass import dataclass

PRIORITY = "ansible_group_priority"


@dataclass(frozen=True)
class Group:
    """A group as it stands when everything is read.

    Attributes:
        name: as written.
        hosts: the names of all its hosts, those of its children included, each once.
        children: the names of the groups directly in it.
        parents: the names of the groups it is directly in.
        depth: the longest way down to it from ``all``, which has 0.
        priority: `PRIORITY`, 1 by default; decides between groups of one depth.
        entry: what was said of it.
    """

    name: str
    hosts: tuple[str, ...]
    children: tuple[str, ...]
    parents: tuple[str, ...]
    depth: int
    priority: int
    entry: GroupEntry = field(repr=False)

    @property
    def merge_order(self) -> tuple[int, int, str]:
        """Groups later in this order win: the deeper, then the greater priority, then the later in the alphabet."""
        return (self.depth, self.priority, self.name)


def build_groups(draft: Draft) -> dict[str, Group]:
    """All groups, with every host in ``all`` and those in no other group in ``ungrouped``.

    The implicit localhost may be in a group (``group_by``), but is never in ``all``.

    A group that contains itself becomes a diagnostic of `draft`; the link that closes the circle is left out.
    """
    _refuse_circles(draft)
    _complete(draft)
    parents: dict[str, list[str]] = {name: [] for name in draft.groups}
    for group in draft.groups.values():
        for child in group.children:
            parents[child].append(group.name)
    depths = _depths(draft, parents)
    return {
        name: Group(
            name=name,
            hosts=tuple(host for host in _all_hosts(draft, name) if name != ALL or host in draft.hosts),
            children=tuple(group.children),
            parents=tuple(parents[name]),
            depth=depths[name],
            priority=_priority(draft, group),
            entry=group,
        )
        for name, group in draft.groups.items()
    }


def _refuse_circles(draft: Draft) -> None:
    finished: set[str] = set()
    for start in list(draft.groups):
        path = dict.fromkeys([start])  # ordered, and quick to look into
        todo: list[tuple[str, Iterator[str]]] = [(start, iter(list(draft.groups[start].children)))]
        while todo:
            name, children = todo[-1]
            child = next(children, None)
            if child is None:
                finished.add(name)
                del path[name]
                todo.pop()
            elif child in path:
                place = draft.groups[name].children.pop(child)
                way = list(path)
                circle = " > ".join([*way[way.index(child) :], child])
                draft.error("group-circle", f"the group {child!r} contains itself: {circle}", place)
            elif child not in finished:
                path[child] = None
                todo.append((child, iter(list(draft.group(child).children))))


def _complete(draft: Draft) -> None:
    """Put every top group into ``all``, and hosts without a group of their own into ``ungrouped``."""
    top, ungrouped = draft.groups[ALL], draft.groups[UNGROUPED]
    grouped = {host for group in draft.groups.values() if group.name not in (ALL, UNGROUPED) for host in group.hosts}
    ungrouped.hosts = {host: None for host in draft.hosts if host not in grouped}
    top.hosts = {}
    within = {child for group in draft.groups.values() if group.name != ALL for child in group.children}
    order = [UNGROUPED, *(name for name in draft.groups if name not in (ALL, UNGROUPED))]
    written = top.children
    top.children = {
        name: written.get(name) for name in order if name not in within or name == UNGROUPED or name in written
    }


def _depths(draft: Draft, parents: dict[str, list[str]]) -> dict[str, int]:
    depths: dict[str, int] = {}
    waiting = {name: len(above) for name, above in parents.items()}
    ready = [name for name, count in waiting.items() if count == 0]
    while ready:
        name = ready.pop()
        depths[name] = max((depths[above] + 1 for above in parents[name]), default=0)
        for child in draft.groups[name].children:
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    return depths


def _all_hosts(draft: Draft, name: str) -> dict[str, None]:
    """Its own hosts first, then those of its children, level by level."""
    found: dict[str, None] = {}
    seen = {name}
    level = [name]
    while level:
        following = []
        for current in level:
            found.update(draft.groups[current].hosts)
            for child in draft.groups[current].children:
                if child not in seen:
                    seen.add(child)
                    following.append(child)
        level = following
    return found


def _priority(draft: Draft, group: GroupEntry) -> int:
    priority = 1
    for values in group.variables.values():
        value = values.get(PRIORITY)
        if value is None:
            continue
        try:
            priority = int(value)
        except (TypeError, ValueError):
            place = getattr(value, "location", None) or group.location
            draft.error("group-priority", f"{PRIORITY} must be a whole number, not {value!r}", place)
    return priority
