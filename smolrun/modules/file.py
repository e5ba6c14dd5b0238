"""``file``: folders, links, owners and modes; and things that are not to be there."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.files.arguments import AttributeArguments
from smolrun.modules.files.labels import asked, label
from smolrun.modules.files.state import PathState, Reading, read_place, read_tree
from smolrun.modules.files.writing import (
    Attributes,
    Outcome,
    attribute_changes,
    make_folder,
    set_attributes,
    state_after,
)
from smolrun.modules.guest import script_text
from smolrun.source.coercions import Boolean, Text

State = Literal["absent", "directory", "file", "hard", "link", "touch"]


class FileArguments(AttributeArguments):
    """Bring a path into a state: a folder, a link, an empty file, the right owner and mode, or not there at all.

    Example:
        ```yaml
        - file:
            path: /srv/tool
            state: directory
            owner: tool
            mode: "0750"
        - file:
            src: /srv/tool/current/bin/tool
            dest: /usr/local/bin/tool
            state: link
        - file:
            path: /tmp/left-over
            state: absent
        ```

    Returns: ``path`` (``dest`` for links), ``state``, ``mode``, ``owner``, ``group``, ``uid``, ``gid``, ``size``.
    ``changed`` where the path was not so before; ``touch`` always is, unless both its times are ``preserve``.

    The guest needs: ``/bin/sh`` and the tools of POSIX.
    """

    path: Text = Field(validation_alias=AliasChoices("path", "dest", "name"), description="The path on the guest")
    state: State | None = Field(None, description="What it is to be; by default what it is, with other owner or mode")
    src: Text | None = Field(None, description="Where a link points, or what a hard link is another name of")
    recurse: Boolean = Field(False, description="Owner and mode for everything in the folder too (`state: directory`)")
    force: Boolean = Field(
        False, description="Make a link though nothing is there to point to, or a file is in its place"
    )
    follow: Boolean = Field(True, description="Owner and mode of what a link leads to, rather than its own")
    modification_time: Text | None = Field(None, description="`preserve`, `now`, or a time; `now` for `touch`")
    modification_time_format: Text = Field("%Y%m%d%H%M.%S", description="How `modification_time` is written")
    access_time: Text | None = Field(None, description="`preserve`, `now`, or a time; `now` for `touch`")
    access_time_format: Text = Field("%Y%m%d%H%M.%S", description="How `access_time` is written")
    unsafe_writes: Boolean = Field(False, description="Taken for compatibility: nothing is written into a file")

    @model_validator(mode="after")
    def _belong_together(self) -> "FileArguments":
        if self.recurse and self.state not in (None, "directory"):
            raise mistake("`recurse` goes with `state: directory` only")
        if self.src is not None and self.state not in ("link", "hard"):
            raise mistake("`src` goes with `state: link` and `state: hard` only")
        if self.state == "hard" and self.src is None:
            raise mistake("`state: hard` needs `src`, the file that the link is another name of")
        return self

    @property
    def wanted(self) -> Attributes:
        return Attributes(self.owner, self.group, self.mode)


@dataclass(frozen=True)
class Work:
    """A task at work on one path."""

    arguments: FileArguments
    task: TaskContext
    reading: Reading
    now: PathState

    def change(self, lines: str, *, after: str, target: str | None = None) -> ModuleResult:
        """Run the lines of ``sh`` (after attributes.sh), or in check mode tell that they would be.

        Args:
            after: Ansible's word for the state that they lead to.
            target: where a link leads afterwards.
        """
        diffs = _diff(self.now, after, target) if self.task.diff_mode else ()
        values: dict[str, object] = {**self.names, "state": after}
        if not self.task.check_mode:
            path = quoted(self.now.path)
            text = f"{script_text('state', 'attributes')}\n{lines}\nstate_of {path} no\n"
            values |= state_after(self.task, self.task.guest.script(text), self.now.path).values()
        return ModuleResult(changed=True, values=values, diffs=diffs)

    def outcome(self, outcome: Outcome) -> ModuleResult:
        values = {**self.names, **outcome.state.values()}
        return ModuleResult(changed=outcome.changed, values=values, diffs=outcome.diffs)

    @property
    def names(self) -> dict[str, object]:
        """The path under the names that Ansible registers it by: both where `state` does not say that it is a link."""
        state = self.arguments.state
        if state in ("link", "hard"):
            return {"dest": self.now.path}
        both = state == "touch" or (state is None and self.now.kind == "link")
        return {"path": self.now.path, **({"dest": self.now.path} if both else {})}

    def attributes(self, *, mode: bool = True) -> str:
        """The line that sets owner, group and mode of the path as they are asked for."""
        wanted = self.arguments.wanted
        words = [self.now.path, wanted.owner or "", wanted.group or "", (wanted.mode or "") if mode else ""]
        return f"set_attributes {command_line(words)}\n"


def run(arguments: FileArguments, task: TaskContext) -> ModuleResult:
    links = arguments.state not in ("link", "hard", "absent") and arguments.follow
    path = arguments.path.rstrip("/") or "/"
    source = arguments.src if arguments.state == "hard" else None
    reading, now = read_place(task, path, follow=links, digest=False, source=source)
    work = Work(arguments, task, reading, now)
    return _STATES[arguments.state or _present_state(arguments, now)](work)


def _present_state(arguments: FileArguments, now: PathState) -> State:
    if arguments.recurse or now.kind == "directory":
        return "directory"
    return "link" if now.kind == "link" else "file"


def _absent(work: Work) -> ModuleResult:
    if not work.now.exists:
        return ModuleResult(values={"path": work.now.path, "state": "absent"})
    if work.now.path == "/":
        raise ModuleError("the whole file system is not removed")
    path = quoted(work.now.path)
    return work.change(f"rm -rf -- {path} || refuse remove {path}", after="absent")


def _directory(work: Work) -> ModuleResult:
    now, wanted = work.now, work.arguments.wanted
    if not now.exists:
        return work.change(make_folder(now.path, wanted), after="directory")
    if now.leads_to != "directory":
        raise ModuleError(f"{now.path} is there already, and is not a folder")
    outcome = set_attributes(work.task, work.reading, now, wanted)
    if not work.arguments.recurse:
        return work.outcome(outcome)
    lines = "".join(attribute_changes(work.reading, state, wanted) for state in read_tree(work.task, now.path).states)
    return work.change(lines, after="directory") if lines else work.outcome(outcome)


def _file(work: Work) -> ModuleResult:
    if not work.now.exists:
        raise ModuleError(
            f"{work.now.path} is not there: `state: file` changes owner and mode of what is",
            hint="use `state: touch` for an empty file, or the module `copy`",
        )
    if work.now.kind in ("directory", "link"):
        raise ModuleError(f"{work.now.path} is a {'folder' if work.now.kind == 'directory' else 'link'}, not a file")
    return work.outcome(set_attributes(work.task, work.reading, work.now, work.arguments.wanted))


def _touch(work: Work) -> ModuleResult:
    arguments, now = work.arguments, work.now
    times = {
        "-m": _time(arguments.modification_time or "now", arguments.modification_time_format),
        "-a": _time(arguments.access_time or "now", arguments.access_time_format),
    }
    path = quoted(now.path)
    lines = "" if now.exists else f"true >>{path} || refuse write {path}\n"
    for flag, time in times.items():
        if time is not None:
            lines += f"touch {flag} {f'-t {time} ' if time else ''}-- {path} || refuse time {path}\n"
    if not lines:
        return work.outcome(set_attributes(work.task, work.reading, now, arguments.wanted))
    after = "directory" if now.kind == "directory" else "file"
    return work.change(lines + work.attributes(), after=after)


def _time(text: str, form: str) -> str | None:
    """For ``touch -t``; empty for now, None for a time that stays."""
    if text in ("now", "preserve"):
        return "" if text == "now" else None
    try:
        return datetime.strptime(text, form).strftime("%Y%m%d%H%M.%S")  # noqa: DTZ007  the guest's own zone
    except ValueError as error:
        raise ModuleError(f"'{text}' is not a time written as {form}") from error


def _link(work: Work) -> ModuleResult:
    now, source = work.now, work.arguments.src
    if source is None:
        if now.kind != "link":
            raise ModuleError(f"{now.path} is not a link: `state: link` needs `src`, where it is to point")
        return work.outcome(Outcome(False, now))
    if now.kind == "link" and now.target == source:
        return work.outcome(set_attributes(work.task, work.reading, now, work.arguments.wanted))
    _make_room(work)
    target = quoted(source) if not source.startswith(("~", "$")) else expanding(source)
    lines = "" if work.arguments.force else _must_lead_somewhere(now.path, target)
    return work.change(
        lines + _replace(now, f"ln -s -- {target}") + work.attributes(mode=False), after="link", target=source
    )


def _must_lead_somewhere(path: str, target: str) -> str:
    folder = quoted(path.rpartition("/")[0] or "/")
    return f"(cd {folder} && [ -e {target} ]) || refuse target {target}\n"


def _hard(work: Work) -> ModuleResult:
    source = work.reading.states[1]
    if not source.exists:
        raise ModuleError(f"{source.path} is not there, and nothing can be another name of it")
    if work.now.kind == "file" and work.now.inode and work.now.inode == source.inode:
        return work.outcome(set_attributes(work.task, work.reading, work.now, work.arguments.wanted))
    _make_room(work)
    return work.change(_replace(work.now, f"ln -- {quoted(source.path)}") + work.attributes(), after="hard")


def _make_room(work: Work) -> None:
    now = work.now
    if now.kind in ("absent", "link"):
        return
    if now.kind == "directory" or not work.arguments.force:
        what = "a folder" if now.kind == "directory" else "a file; `force: true` replaces it"
        raise ModuleError(f"{now.path} is there already, and is {what}")


def _replace(now: PathState, command: str) -> str:
    """Under another name first: the path is never without what is to be there."""
    temporary = quoted(f"{now.path.rpartition('/')[0]}/.smolrun-link")
    path = quoted(now.path)
    # Onto a link that leads to a folder, mv(1) would move into that folder; only some know -T, which does not.
    onto_folder = f"mv -fT {temporary} {path} 2>/dev/null || {{ rm -f {path} && mv -f {temporary} {path}; }}"
    moved = f"if [ -d {path} ]; then {onto_folder}; else mv -f {temporary} {path}; fi"
    return f"rm -f {temporary}\n{{ {command} {temporary} && {moved}; }} || refuse link {path}\n"


def _diff(now: PathState, after: str, target: str | None) -> tuple[Diff, ...]:
    before = now.values()["state"]
    if before != after:
        texts = f"state: {before}\n", f"state: {after}\n"
    elif target is not None and now.target != target:
        texts = f"src: {now.target}\n", f"src: {target}\n"
    else:
        return ()
    return (Diff(*texts, before_header=now.path, after_header=now.path),)


_STATES: dict[str, Callable[[Work], ModuleResult]] = {
    "absent": _absent,
    "directory": _directory,
    "file": _file,
    "hard": _hard,
    "link": _link,
    "touch": _touch,
}


def run_and_label(arguments: FileArguments, task: TaskContext) -> ModuleResult:
    """With `recurse` all that is in the folder has its attributes and its context, too."""
    result = run(arguments, task)
    path = str(result.values.get("dest") or result.values["path"])
    if result.values.get("state") == "absent" or not asked(arguments):
        return result
    below = [state.path for state in read_tree(task, path).states] if arguments.recurse else []
    return label(arguments, task, [path, *below], result)


MODULE = Module(FileArguments, run_and_label)
