"""``lineinfile``: one line of a text file, there or not there."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import EditArguments
from smolrun.modules.files.editing import Edit, Original, RegularExpression, edit, no_file, to_bytes
from smolrun.modules.files.labels import labelled
from smolrun.source.coercions import Boolean, Text

NEWLINE = b"\n"
MATCHES_ALL = (
    "the regular expression is empty and matches every line, so the last line of the file is the one that is "
    "replaced; write '^' if that is meant"
)


class LineinfileArguments(EditArguments):
    """See to it that a text file has a line, or has none such.

    Example:
        ```yaml
        - lineinfile:
            path: /etc/ssh/sshd_config
            regexp: '^#?PermitRootLogin '
            line: PermitRootLogin no
            validate: sshd -t -f %s
        - lineinfile:
            path: /etc/hosts
            line: 10.0.0.5 db
            insertafter: '^127\\.0\\.0\\.1'
        - lineinfile:
            path: /etc/default/grub
            regexp: '^(GRUB_CMDLINE_LINUX=".*?)( quiet)?"$'
            line: '\\1 quiet"'
            backrefs: true
        - lineinfile:
            path: /etc/sudoers
            state: absent
            regexp: '^%wheel'
        ```

    Returns: ``msg`` (``line added``, ``line replaced``, ``2 line(s) removed``), ``found`` (how many lines were
    removed), ``backup``, ``path``, ``mode``, ``owner``, ``group``. ``changed`` where the file is other than before. A
    file that somebody else changes in the same moment is not overwritten: the task fails.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    regexp: RegularExpression | None = Field(
        None,
        validation_alias=AliasChoices("regexp", "regex"),
        description="Python's regular expression for the line that is replaced (the last one that matches) or removed",
    )
    search_string: Text | None = Field(
        None, description="A text in the line that is replaced or removed, taken literally"
    )
    state: Literal["present", "absent"] = Field("present", description="Whether the line is to be there")
    line: Text | None = Field(
        None, validation_alias=AliasChoices("line", "value"), description="The line; with `backrefs`, \\1 is a group"
    )
    backrefs: Boolean = Field(
        False, description="The line takes groups of `regexp`, and a file where that does not match stays as it is"
    )
    insertafter: RegularExpression | None = Field(
        None, description="A new line goes after the last one that matches this, or to the end (`EOF`)"
    )
    insertbefore: RegularExpression | None = Field(
        None, description="A new line goes before the last one that matches this, or to the beginning (`BOF`)"
    )
    firstmatch: Boolean = Field(False, description="Use the first line that matches, not the last")
    create: Boolean = Field(False, description="Make the file, and its folder, where there is none")

    @property
    def text(self) -> bytes:
        """The line without its end, which may or may not have been written."""
        return to_bytes((self.line or "").removesuffix("\n"))

    @model_validator(mode="after")
    def _belong_together(self) -> "LineinfileArguments":
        if self.regexp is not None and self.search_string is not None:
            raise mistake("write either `regexp` or `search_string`")
        if self.insertafter is not None and self.insertbefore is not None:
            raise mistake("write either `insertafter` or `insertbefore`")
        if self.backrefs and self.regexp is None:
            raise mistake("`backrefs` needs `regexp`, whose groups it uses")
        if self.state == "present" and self.line is None:
            raise mistake("`line` is missing: what is to be there?")
        if (self.line, self.regexp, self.search_string) == (None, None, None):
            raise mistake("`state: absent` needs `line`, `regexp` or `search_string`")
        return self


@dataclass(frozen=True)
class Places:
    """What was found in a file.

    Attributes:
        target: the number of the line that is replaced, or is right already.
        match: of `regexp` in that line.
        beside: the number of the line that a new one goes after, or before.
    """

    target: int | None
    match: re.Match[bytes] | None
    beside: int | None


def run(arguments: LineinfileArguments, task: TaskContext) -> ModuleResult:
    decide = present if arguments.state == "present" else absent
    return edit(arguments.path, arguments, task, lambda original: decide(arguments, original))


def absent(arguments: LineinfileArguments, original: Original) -> Edit:
    """The file without every line that matches."""
    if not original.exists:
        return Edit(None, "file not present", values={"found": 0})
    lines = split(original.content)
    kept = [line for line in lines if not _goes(arguments, line)]
    removed = len(lines) - len(kept)
    return Edit(b"".join(kept), f"{removed} line(s) removed" if removed else "", values={"found": removed})


def _goes(arguments: LineinfileArguments, line: bytes) -> bool:
    if arguments.regexp is not None:
        return re.search(to_bytes(arguments.regexp), line) is not None
    if arguments.search_string is not None:
        return to_bytes(arguments.search_string) in line
    return line.rstrip(b"\r\n") == arguments.text


def present(arguments: LineinfileArguments, original: Original) -> Edit:
    """The file with the line."""
    if not original.exists and not arguments.create:
        return no_file(original.state.path)
    lines = split(original.content)
    places = _find(arguments, lines)
    warnings = (MATCHES_ALL,) if arguments.regexp == "" else ()
    if places.target is not None:
        line = _with_newline(_line(arguments, places.match))
        if lines[places.target] == line:
            return Edit(original.content, warnings=warnings)
        lines[places.target] = line
        return Edit(b"".join(lines), "line replaced", warnings=warnings)
    if arguments.backrefs:
        return Edit(original.content if original.exists else None, warnings=warnings)
    added = _inserted(arguments, lines, places.beside)
    return Edit(b"".join(lines), "line added" if added else "", warnings=warnings)


def split(content: bytes) -> list[bytes]:
    """The lines with their ends; only a newline ends a line."""
    lines = content.split(NEWLINE)
    return [line + NEWLINE for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _find(arguments: LineinfileArguments, lines: Sequence[bytes]) -> Places:
    target, match = _matching(arguments, lines)
    if target is not None:
        return Places(target, match, None)
    beside = None
    pattern = _insertion_pattern(arguments)
    for number, line in enumerate(lines):
        if line.rstrip(b"\r\n") == arguments.text:
            target = number
        elif pattern is not None and pattern.search(line):
            beside = number
            if arguments.firstmatch:
                break
    return Places(target, None, beside)


def _matching(arguments: LineinfileArguments, lines: Iterable[bytes]) -> tuple[int | None, re.Match[bytes] | None]:
    """The last line that `regexp` or `search_string` is found in, or the first."""
    found: tuple[int | None, re.Match[bytes] | None] = None, None
    pattern = re.compile(to_bytes(arguments.regexp)) if arguments.regexp is not None else None
    text = to_bytes(arguments.search_string) if arguments.search_string is not None else None
    for number, line in enumerate(lines):
        match = pattern.search(line) if pattern is not None else None
        if match is not None or (text is not None and text in line):
            found = number, match
            if arguments.firstmatch:
                break
    return found


def _insertion_pattern(arguments: LineinfileArguments) -> re.Pattern[bytes] | None:
    if arguments.insertafter not in (None, "EOF", "BOF"):
        return re.compile(to_bytes(arguments.insertafter or ""))
    if arguments.insertbefore not in (None, "BOF"):
        return re.compile(to_bytes(arguments.insertbefore or ""))
    return None


def _line(arguments: LineinfileArguments, match: re.Match[bytes] | None) -> bytes:
    if not arguments.backrefs or match is None:
        return arguments.text
    try:
        return match.expand(arguments.text)
    except (re.error, IndexError) as error:
        raise ModuleError(f"`line` uses a group that `regexp` does not have: {error}") from error


def _inserted(arguments: LineinfileArguments, lines: list[bytes], beside: int | None) -> bool:
    """Puts the line where it belongs, unless it is there; whether it was put."""
    if "BOF" in (arguments.insertbefore, arguments.insertafter):
        lines.insert(0, _with_newline(arguments.text))
        return True
    if beside is None:
        _end_last_line(lines)
        lines.append(_with_newline(arguments.text))
        return True
    place = beside + 1 if arguments.insertafter is not None else beside
    if _is_there(arguments, lines, place):
        return False
    if place == len(lines):
        _end_last_line(lines)
    lines.insert(place, _with_newline(arguments.text))
    return True


def _is_there(arguments: LineinfileArguments, lines: Sequence[bytes], place: int) -> bool:
    """Whether the line next to the place is the wanted one already."""
    neighbour = place if arguments.insertafter is not None else max(place - 1, 0)
    return neighbour < len(lines) and lines[neighbour].rstrip(b"\r\n") == arguments.text


def _end_last_line(lines: list[bytes]) -> None:
    if lines and not lines[-1].endswith((b"\n", b"\r")):
        lines[-1] += NEWLINE


def _with_newline(line: bytes) -> bytes:
    return line if line.endswith(NEWLINE) else line + NEWLINE


MODULE = Module(LineinfileArguments, labelled(run))
