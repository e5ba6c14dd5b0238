"""How far one host has come in a play: a stack of blocks, with what failing and rescuing means for each.

The rules are those of Ansible's blocks (its documentation, "Blocks"): ``rescue`` takes up a failure and leaves the
host clean, ``always`` runs in every case, and a failure in either fails the block around it.
"""

from collections.abc import Sequence
from copy import copy
from enum import IntEnum

from smolrun.engine.plan import PlannedBlock, PlannedMeta, PlannedNode, PlannedTask

Position = tuple[int, ...]
"""Where a host stands, comparable with where others stand: of two hosts, the lesser is at an earlier task."""


class Section(IntEnum):
    BLOCK = 0
    RESCUE = 1
    ALWAYS = 2


class _BlockFrame:
    """A block that is being gone through.

    Attributes:
        prefix: the position of the block itself.
        failed: something in it failed, and no rescue has mended that.
    """

    __slots__ = ("failed", "index", "prefix", "role", "section", "sections")

    def __init__(self, block: PlannedBlock, prefix: Position) -> None:
        self.sections = block.sections()
        self.prefix = prefix
        self.role = block.role
        self.section = Section.BLOCK
        self.index = 0
        self.failed = False

    def node(self) -> PlannedNode | None:
        nodes = self.sections[self.section]
        return nodes[self.index] if self.index < len(nodes) else None

    def position(self) -> Position:
        return (*self.prefix, self.section, self.index)

    def enter(self, section: Section) -> bool:
        """Go to the beginning of a section; whether there is anything in it."""
        self.section, self.index = section, 0
        return bool(self.sections[section])

    def fail(self) -> bool:
        """Take note of a failure in it; whether it has a section left that runs now."""
        was = self.section
        self.failed = True
        if was is Section.BLOCK and self.enter(Section.RESCUE):
            return True
        return was is not Section.ALWAYS and self.enter(Section.ALWAYS)

    def finish_section(self) -> bool:
        """Leave a section at its end; whether there is another one to run."""
        was = self.section
        if was is Section.RESCUE:
            self.failed = False
        return was is not Section.ALWAYS and self.enter(Section.ALWAYS)


class _HandlersFrame:
    """Handlers that are being flushed: in the order of their definition, those that the host was notified of."""

    __slots__ = ("handlers", "index", "notified", "prefix")

    def __init__(self, handlers: Sequence[PlannedTask], notified: set[PlannedTask], prefix: Position) -> None:
        self.handlers = handlers
        self.notified = notified
        self.prefix = prefix
        self.index = 0

    def node(self) -> PlannedTask | None:
        # Looked up anew each time: a handler may notify one that is defined after it, and that runs in this flush.
        while self.index < len(self.handlers):
            if self.handlers[self.index] in self.notified:
                return self.handlers[self.index]
            self.index += 1
        return None

    def position(self) -> Position:
        return (*self.prefix, 0, self.index)


class _IncludedFrame:
    """What an include brought in: for each of its items a block, with a number that is the same for all hosts."""

    __slots__ = ("blocks", "index", "prefix")

    def __init__(self, blocks: Sequence[tuple[int, PlannedBlock]], prefix: Position) -> None:
        self.blocks = tuple(blocks)
        self.prefix = prefix
        self.index = 0

    def node(self) -> PlannedBlock | None:
        return self.blocks[self.index][1] if self.index < len(self.blocks) else None

    def position(self) -> Position:
        return (*self.prefix, self.blocks[self.index][0])


_Frame = _BlockFrame | _HandlersFrame | _IncludedFrame


class HostProgress:
    """One host on its way through a play.

    Attributes:
        failed: it failed for good: nothing rescued it.
    """

    def __init__(self, body: PlannedBlock) -> None:
        self.failed = False
        self._roles_ran: set[str] = set()
        self._roles_done: set[str] = set()
        self._frames: list[_Frame] = [_BlockFrame(body, ())]

    def current(self) -> PlannedTask | PlannedMeta | None:
        """What the host does next; None when it is through."""
        while self._frames:
            frame = self._frames[-1]
            node = frame.node()
            if isinstance(node, PlannedBlock):
                position = frame.position()
                frame.index += 1
                if not self._has_done(node):
                    self._frames.append(_BlockFrame(node, position))
            elif node is not None:
                return node
            else:
                self._leave(frame)
        return None

    @property
    def is_through(self) -> bool:
        """Whether it has left the play. It has not while it stands behind the last task of a block."""
        return not self._frames

    def _has_done(self, block: PlannedBlock) -> bool:
        """Whether it is a role that the host has been through already, asked for in the same way."""
        return block.role is not None and block.role.role.once in self._roles_done

    def note_ran(self, planned: PlannedTask) -> None:
        """Take note that a task was not skipped: only then its role counts as run."""
        role = planned.role
        if role is not None and role.role.once is not None:
            self._roles_ran.add(role.role.once)

    def _leave(self, frame: _Frame) -> None:
        if isinstance(frame, _BlockFrame) and frame.finish_section():
            return
        self._frames.pop()
        if isinstance(frame, _BlockFrame):
            self._note_done(frame)
            if frame.failed:
                self.fail()

    def _note_done(self, frame: _BlockFrame) -> None:
        if frame.role is not None and frame.role.role.once in self._roles_ran:
            self._roles_done.add(str(frame.role.role.once))

    def position(self) -> Position:
        """Where `current` stands. To be called after it."""
        return self._frames[-1].position()

    def advance(self) -> None:
        """Go past what `current` gave."""
        if self._frames:
            self._frames[-1].index += 1

    def pass_over(self, task: PlannedTask | None) -> None:
        """Go past a task, if the host stands there."""
        if task is not None and self.current() is task:
            self.advance()

    def flush(self, handlers: Sequence[PlannedTask], notified: set[PlannedTask]) -> None:
        """Go past `current`, and through the `notified` among `handlers` before what follows it."""
        frame = self._frames[-1]
        position = frame.position()
        frame.index += 1
        self._frames.append(_HandlersFrame(handlers, notified, position))

    def include(self, blocks: Sequence[tuple[int, PlannedBlock]]) -> None:
        """Go past `current`, and through `blocks` before what follows it.

        Args:
            blocks: each with a number; hosts that go through the same block have the same number for it.
        """
        frame = self._frames[-1]
        position = frame.position()
        frame.index += 1
        self._frames.append(_IncludedFrame(blocks, position))

    @property
    def flushing(self) -> bool:
        return any(isinstance(frame, _HandlersFrame) for frame in self._frames)

    @property
    def would_be_rescued(self) -> bool:
        """Whether a failure now would be taken up by a ``rescue``."""
        return any(
            isinstance(frame, _BlockFrame) and frame.section is Section.BLOCK and frame.sections[Section.RESCUE]
            for frame in self._frames
        )

    def fail(self) -> None:
        """What `current` gave has failed: go on at the nearest ``rescue`` or ``always``, or be failed for good."""
        while self._frames:
            frame = self._frames[-1]
            if isinstance(frame, _BlockFrame) and frame.fail():
                return
            self._frames.pop()
        self.failed = True

    def end_role(self) -> None:
        """``meta: end_role``: leave the role, its ``always`` sections too (as in Ansible)."""
        while self._frames:
            frame = self._frames.pop()
            if isinstance(frame, _BlockFrame) and frame.role is not None:
                self._note_done(frame)
                return

    def resume(self, other: "HostProgress") -> None:
        """Go on where another host stands, after having been stopped."""
        self._frames = [copy(frame) for frame in other._frames]

    def stop(self) -> None:
        """Do nothing more in this play: the host is unreachable, or the run is interrupted."""
        self._frames.clear()
