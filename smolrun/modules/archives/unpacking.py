"""What is to be done about an archive whose members are known, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.archives.arguments import UnarchiveArguments
from smolrun.modules.archives.members import Member, listed
from smolrun.modules.archives.place import AT_ONCE, Place, differing
from smolrun.modules.base import Diff, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.files.labels import asked, label
from smolrun.modules.files.state import PathState
from smolrun.modules.files.writing import Attributes, attribute_changes, checked
from smolrun.modules.guest import script_text


@dataclass(frozen=True)
class Unpacking:
    """An archive whose members are known, and what stands where they go.

    Attributes:
        members: as they are once they have been unpacked.
    """

    arguments: UnarchiveArguments
    task: TaskContext
    place: Place
    handler: str
    source: str
    members: Sequence[Member]

    def due(self, same: Callable[[Member, PathState], bool]) -> list[Member]:
        """The members that have to be unpacked."""
        found = differing(self.place, self.members, same, by_arguments=self.arguments.decides)
        return [member for member in found if not self._stays(member)]

    def _stays(self, member: Member) -> bool:
        state = self.place.states.get(member.name)
        newer = state is not None and (state.modified or 0) > (member.modified or 0)
        return (
            self.arguments.keep_newer
            and newer
            and state is not None
            and state.kind == "file"
            and member.modified is not None
        )

    def attributes_due(self, unpacked: Sequence[Member]) -> tuple[list[str], list[str]]:
        """Names whose owner, and names whose mode has to be set once the members are there."""
        new = {member.name for member in unpacked}
        wanted = self.arguments.wanted
        owners, modes = [], []
        for member in self.members:
            state = self.place.states.get(member.name)
            fresh = member.name in new or state is None
            if (wanted.owner or wanted.group) and (fresh or self._differs(state, replace(wanted, mode=None))):
                owners.append(member.name)
            if wanted.mode and member.kind != "link" and (fresh or self._differs(state, Attributes(mode=wanted.mode))):
                modes.append(member.name)
        return owners, modes

    def _differs(self, state: PathState | None, wanted: Attributes) -> bool:
        return state is not None and bool(attribute_changes(self.place.reading, state, wanted))

    def change(self, lines: str, unpacked: Sequence[Member], stdin: Path | None = None) -> None:
        """Run lines of ``sh`` (after attributes.sh) that unpack, then set owner and mode where they are wanted."""
        owners, modes = self.attributes_due(unpacked)
        wanted = self.arguments.wanted
        owner = f"{wanted.owner or ''}{':' + wanted.group if wanted.group else ''}"
        text = (
            f"{script_text('state', 'attributes')}\n{lines}\ncd -- {quoted(self.place.folder.path)} || refuse unpack\n"
        )
        for start in range(0, len(owners), AT_ONCE):
            names = command_line(f"./{name}" for name in owners[start : start + AT_ONCE])
            text += f"chown -h -- {quoted(owner)} {names} || refuse owner {quoted(owner)}\n"
        for start in range(0, len(modes), AT_ONCE):
            names = command_line(f"./{name}" for name in modes[start : start + AT_ONCE])
            text += f"chmod -- {quoted(wanted.mode or '')} {names} || refuse mode {quoted(wanted.mode or '')}\n"
        text += f"state_of {quoted(self.place.folder.path)} no\n"
        checked(self.task, self.task.guest.script(text, stdin=stdin), self.place.folder.path)

    def finish(self, due: Sequence[Member], unpack: Callable[[], None]) -> ModuleResult:
        owners, modes = self.attributes_due(due)
        changed = bool(due or owners or modes)
        if changed and not self.task.check_mode:
            if due:
                unpack()
            else:
                self.change("", ())
        values: dict[str, object] = {**self.place.folder.values(), "dest": self.arguments.dest, "src": self.source}
        values["handler"] = self.handler
        if self.arguments.list_files:
            values["files"] = [member.stored for member in self.members if not member.implied]
        diffs: tuple[Diff, ...] = ()
        if changed and self.task.diff_mode:
            names = dict.fromkeys([*(member.name for member in due), *owners, *modes])
            before = listed(name for name in names if name in self.place.states)
            diffs = (
                Diff(
                    before,
                    before + listed(name for name in names if name not in self.place.states),
                    after_header=self.place.folder.path,
                ),
            )
        result = ModuleResult(changed=changed, values=values, diffs=diffs)
        paths = [f"{self.place.folder.path}/{member.name}" for member in self.members]
        return label(self.arguments, self.task, paths, result) if asked(self.arguments) and paths else result
