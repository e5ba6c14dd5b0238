"""Brings one file on a guest to its content, owner and mode, in one round trip, or tells what that would change."""

import secrets
import shlex
from dataclasses import replace
from datetime import datetime

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Diff, TaskContext
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.files.content import SHOWN_AT_MOST, Content, GuestContent, as_text, too_long
from smolrun.modules.files.modes import final_mode
from smolrun.modules.files.state import PathState, Reading, facts_in, parse_states
from smolrun.modules.guest import script_text
from smolrun.shortening import beginning
from smolrun.ssh.result import CommandResult

NEW_FILE = 0o666
NEW_FOLDER = 0o777


@dataclass(frozen=True)
class Attributes:
    """Who is to own a path and its permissions; None leaves them as they are."""

    owner: str | None = None
    group: str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class Options:
    """How a file is replaced; see `WriteArguments`.

    Attributes:
        make_folders: the folders that it is to lie in are made, with the permissions `folder_mode`.
        own_folder: a folder that was there before gets the owner and `folder_mode` too.
        unless_changed: the new content was made of the old, and must not replace a file that has other content by now.
    """

    backup: bool = False
    validate: str | None = None
    unsafe_writes: bool = False
    make_folders: bool = False
    folder_mode: str | None = None
    own_folder: bool = False
    unless_changed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes:
        changed: whether anything is, or in check mode would be, other than before.
        state: of the file now; in check mode as well as it can be foreseen.
        backup_file: where the copy of the file before went.
        diffs: for ``--diff``.
    """

    changed: bool
    state: PathState
    backup_file: str | None = None
    diffs: tuple[Diff, ...] = ()


def write(
    task: TaskContext,
    reading: Reading,
    now: PathState,
    content: Content | GuestContent,
    wanted: Attributes,
    options: Options,
    *,
    before: bytes | None = None,
) -> Outcome:
    """The file has `content` and `wanted` afterwards.

    Args:
        now: what stands there, with its hash.
        before: the content of what stands there, if it is known; a diff has to get it otherwise.

    Raises:
        ModuleError: saying which step failed; what stood there before still does.
    """
    _check_place(now, options)
    mode = mode_after(now, wanted, reading)
    if now.kind == "file" and now.digest == content.digest(reading.algorithm):
        return set_attributes(task, reading, now, wanted)
    diffs = _content_diff(task, now, content, before) if task.diff_mode and not task.no_log else ()
    after = _foreseen(replace(now, kind="file", leads_to="file", size=content.size, target=None), wanted, mode)
    if task.check_mode:
        return Outcome(True, after, diffs=diffs)
    backup = backup_name(now) if options.backup and now.leads_to == "file" else None
    result = task.guest.script(
        _write_script(now, content, wanted, options),
        {
            "target": now.path,
            "token": secrets.token_hex(8),
            "size": str(content.size),
            "expected": content.digest(reading.algorithm),
            "owner": wanted.owner or "",
            "group": wanted.group or "",
            "mode": f"{mode:04o}",
            "keep": f"{now.uid}:{now.gid}" if now.kind == "file" else "",
            "before": (now.digest or "absent") if options.unless_changed else "",
            "backup": backup or "",
            "unsafe": "yes" if options.unsafe_writes else "",
        },
        stdin=content.stdin,
    )
    return Outcome(True, state_after(task, result, now.path), backup, diffs)


def set_attributes(task: TaskContext, reading: Reading, now: PathState, wanted: Attributes) -> Outcome:
    """The path has the owner, group and mode that are wanted; a link has no mode of its own."""
    lines = attribute_changes(reading, now, wanted)
    if not lines:
        return Outcome(False, now)
    after = _foreseen(now, wanted, now.mode if now.kind == "link" else mode_after(now, wanted, reading))
    diffs = _attribute_diff(now, after) if task.diff_mode else ()
    if task.check_mode:
        return Outcome(True, after, diffs=diffs)
    text = f"{script_text('state', 'attributes')}\n{lines}\nstate_of {quoted(now.path)} no\n"
    return Outcome(True, state_after(task, task.guest.script(text), now.path), diffs=diffs)


def attribute_changes(reading: Reading, now: PathState, wanted: Attributes) -> str:
    """The line of ``sh`` (after attributes.sh) that gives a path its attributes; empty where it has them."""
    owner = "" if wanted.owner in (None, now.owner, str(now.uid)) else wanted.owner
    group = "" if wanted.group in (None, now.group, str(now.gid)) else wanted.group
    mode = ""
    if wanted.mode is not None and now.kind != "link":
        bits = mode_after(now, wanted, reading)
        mode = "" if bits == now.mode else f"{bits:04o}"
    if not (owner or group or mode):
        return ""
    if not mode and now.kind != "link" and now.mode & 0o6000:
        mode = f"{now.mode:04o}"  # a new owner takes these bits away
    return f"\nset_attributes {command_line([now.path, owner or '', group or '', mode])}\n"


def _check_place(now: PathState, options: Options) -> None:
    if now.leads_to == "directory":
        raise ModuleError(f"{now.path} is a folder on the guest, and cannot be replaced by a file")
    if now.kind == "other":
        raise ModuleError(f"{now.path} is neither a file nor a folder on the guest (a device, a socket, a pipe)")
    if not now.parent and not options.make_folders:
        raise ModuleError(
            f"the folder of {now.path} does not exist on the guest",
            hint="make it first: `file: {path: ..., state: directory}`",
        )


def mode_after(now: PathState, wanted: Attributes, reading: Reading) -> int:
    """The permission bits that the file has once it is as `wanted`."""
    current = NEW_FILE & ~reading.umask if now.kind in ("absent", "link") else now.mode
    if wanted.mode is None:
        return current
    try:
        return final_mode(wanted.mode, current, directory=now.kind == "directory", umask=reading.umask)
    except ValueError as error:
        raise ModuleError(str(error)) from None


def _foreseen(now: PathState, wanted: Attributes, mode: int) -> PathState:
    owner = now.owner if wanted.owner is None else wanted.owner
    group = now.group if wanted.group is None else wanted.group
    return replace(now, mode=mode, owner=owner, group=group)


def backup_name(now: PathState) -> str:
    """A name for a copy of the file, made of the date and time, as Ansible does."""
    moment = datetime.now().astimezone().strftime("%Y-%m-%d@%H:%M:%S")
    return f"{now.path}.{secrets.randbelow(90000) + 10000}.{moment}~"


def _write_script(now: PathState, content: Content | GuestContent, wanted: Attributes, options: Options) -> str:
    text = _check_function(options.validate) + script_text("state", "attributes")
    if not now.parent:
        text += make_folder(now.path.rpartition("/")[0], replace(wanted, mode=options.folder_mode))
    elif options.own_folder:
        words = [now.path.rpartition("/")[0], wanted.owner or "", wanted.group or "", options.folder_mode or ""]
        text += f"\nset_attributes {command_line(words)}\n"
    if content.on_guest is not None:
        text += f"\nexec <{quoted(content.on_guest)}\n"
    return f"{text}\n{script_text('write')}"


def make_folder(path: str, wanted: Attributes) -> str:
    """The line of ``sh`` (after attributes.sh) that makes a folder and the missing ones above it."""
    return f"\nmake_folder {command_line([path, wanted.owner or '', wanted.group or '', wanted.mode or ''])}\n"


def _check_function(validate: str | None) -> str:
    """The shell function that runs the user's `validate`, whose words are quoted: no shell syntax in them."""
    if validate is None:
        return "check_content() { :; }\n"
    words = [_word_with_name(word) for word in shlex.split(validate)]
    return f"check_content() {{ {' '.join(words)}; }}\n"


def _word_with_name(word: str) -> str:
    parts = [expanding(part.replace("%%", "%")) if part else "" for part in word.split("%s")]
    return '"$1"'.join(parts) or "''"


def state_after(task: TaskContext, result: CommandResult, path: str) -> PathState:
    """The state that a script of ours told at its end. Raises `ModuleError` where it refused."""
    checked(task, result, path)
    try:
        return parse_states(result)[1][0]
    except (KeyError, ValueError, IndexError) as error:
        raise ModuleError(
            f"what {task.host} tells of {path} makes no sense: {beginning(result.stdout, 200)!r}"
        ) from error


def checked(task: TaskContext, result: CommandResult, path: str) -> None:
    """Nothing, where a script of ours went well. Raises `ModuleError` naming the step that did not."""
    facts = dict(facts_in(result))
    if "problem" in facts or not result.ok:
        raise ModuleError(_explained(task, facts, path, result.stderr.strip()))


def _explained(task: TaskContext, facts: dict[str, str], path: str, said: str) -> str:
    words = {"path": path, "host": task.host, "about": facts.get("about", "")}
    if facts.get("problem") == "validate":
        return f"failed to validate {path}: {facts.get('said', '').strip() or 'the command of `validate` failed'}"
    step = _STEPS.get(facts.get("problem", ""), "{path} cannot be changed on {host}:")
    sentence = step.format(**words)
    return f"{sentence} {said or 'the script ended early'}" if sentence.endswith(":") else sentence


_STEPS = {
    "write": "{path} cannot be written on {host}:",
    "arrived": "{path} did not arrive whole on {host} ({about} bytes), and was not put in place",
    "owner": "the owner of {path} cannot be changed to {about}:",
    "group": "the owner of {path} cannot be changed to {about}:",
    "mode": "the mode of {path} cannot be changed to {about}:",
    "folder": "the folder {about} cannot be made on {host}:",
    "remove": "{path} cannot be removed on {host}:",
    "link": "the link {path} cannot be made on {host}:",
    "target": "{about}, where the link {path} is to point, is not there (`force: true` makes it all the same)",
    "backup": "{path} cannot be copied to {about}:",
    "meanwhile": "{path} was changed by somebody else since it was read, and was not overwritten",
    "label": "the attributes or the SELinux context of {about} cannot be changed:",
    "missing": "`{about}` is not installed on {host}",
    "unpack": "the archive cannot be unpacked into {path}:",
    "pack": "{path} cannot be packed on {host}:",
    "replace": "{path} cannot be replaced (`unsafe_writes: true` would write into it):",
}
"""What went wrong, by the word of the step; the tool's own words come after a colon."""


def _content_diff(
    task: TaskContext, now: PathState, content: Content | GuestContent, known: bytes | None
) -> tuple[Diff, ...]:
    before = ""
    if now.kind == "file" and now.size > SHOWN_AT_MOST:
        before = too_long(now.size)
    elif now.kind == "file":
        before = as_text(task.guest.get(now.path) if known is None else known)
    headers = {"before_header": now.path if now.exists else "", "after_header": now.path}
    return (Diff(before, content.shown(), **headers),)


def _attribute_diff(now: PathState, after: PathState) -> tuple[Diff, ...]:
    shows = [
        "".join(f"{key}: {value}\n" for key, value in one.items() if value != other.get(key))
        for one, other in ((_attributes(now), _attributes(after)), (_attributes(after), _attributes(now)))
    ]
    return (Diff(shows[0], shows[1], before_header=now.path, after_header=now.path),)


def _attributes(state: PathState) -> dict[str, str]:
    return {"mode": f"{state.mode:04o}", "owner": state.owner or str(state.uid), "group": state.group or str(state.gid)}
