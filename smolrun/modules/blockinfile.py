"""``blockinfile``: several lines of a text file, between two lines that mark them."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import EditArguments
from smolrun.modules.files.editing import Edit, Original, RegularExpression, edit, no_file, to_bytes
from smolrun.modules.files.labels import labelled
from smolrun.source.coercions import Boolean, Text

NEWLINE = b"\n"


class BlockinfileArguments(EditArguments):
    """See to it that a text file has a block of lines, set off by two marker lines, or has it no longer.

    Example:
        ```yaml
        - blockinfile:
            path: /etc/hosts
            block: |
              10.0.0.5 db
              10.0.0.6 cache
        - blockinfile:
            path: /etc/ssh/sshd_config
            marker: "# {mark} access of {{ team }}"
            insertbefore: ^Match
            block: AllowGroups {{ team }}
            validate: sshd -t -f %s
        - blockinfile:
            path: /etc/hosts
            state: absent
        ```

    Returns: ``msg`` (``Block inserted``, ``Block removed``, ``File created``), ``backup_file``, ``path``, ``mode``,
    ``owner``, ``group``. ``changed`` where the file is other than before. A file that somebody else changes in the same
    moment is not overwritten: the task fails.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    block: Text = Field(
        "", validation_alias=AliasChoices("block", "content"), description="The lines; none removes block and markers"
    )
    state: Literal["present", "absent"] = Field("present", description="Whether the block is to be there")
    marker: Text = Field(
        "# {mark} ANSIBLE MANAGED BLOCK", description="The marker lines; `{mark}` is BEGIN in one and END in the other"
    )
    marker_begin: Text = Field("BEGIN", description="What stands for `{mark}` before the block")
    marker_end: Text = Field("END", description="What stands for `{mark}` after the block")
    insertafter: RegularExpression | None = Field(
        None, description="A new block goes after the last line that matches this, or to the end (`EOF`)"
    )
    insertbefore: RegularExpression | None = Field(
        None, description="A new block goes before the last line that matches this, or to the beginning (`BOF`)"
    )
    create: Boolean = Field(False, description="Make the file, and its folder, where there is none")
    append_newline: Boolean = Field(False, description="An empty line after the block, unless it ends the file")
    prepend_newline: Boolean = Field(False, description="An empty line before the block, unless it begins the file")

    @model_validator(mode="after")
    def _belong_together(self) -> "BlockinfileArguments":
        if self.insertafter is not None and self.insertbefore is not None:
            raise mistake("write either `insertafter` or `insertbefore`")
        return self

    @property
    def lines(self) -> list[bytes]:
        """The block with its markers; empty where it is not to be there."""
        if self.state == "absent" or not self.block:
            return []
        begin, end = self.markers
        return [begin, *to_bytes(_with_newline(self.block)).splitlines(keepends=True), end]

    @property
    def markers(self) -> tuple[bytes, bytes]:
        begin, end = (self.marker.replace("{mark}", mark) for mark in (self.marker_begin, self.marker_end))
        return to_bytes(_with_newline(begin)), to_bytes(_with_newline(end))


def run(arguments: BlockinfileArguments, task: TaskContext) -> ModuleResult:
    return edit(arguments.path, arguments, task, lambda original: decide(arguments, original))


def decide(arguments: BlockinfileArguments, original: Original) -> Edit:
    """The file with the block in its place, or without it."""
    if not original.exists and not arguments.create:
        return no_file(original.state.path)
    if not original.exists and arguments.state == "absent":
        return Edit(None, f"File {original.state.path} not present")
    block = arguments.lines
    content = _edited(arguments, original.content, block)
    if not original.exists:
        return Edit(content, "File created")
    return Edit(content, "" if content == original.content else "Block inserted" if block else "Block removed")


def _edited(arguments: BlockinfileArguments, content: bytes, block: Sequence[bytes]) -> bytes:
    lines = content.splitlines(keepends=True)
    place = _without_block(lines, arguments.markers)
    if place is None:
        place = _place(arguments, content, lines)
    if not block:
        return b"".join(lines)
    before, after = lines[:place], lines[place:]
    if before and not before[-1].endswith(NEWLINE):
        before[-1] += NEWLINE
    if arguments.prepend_newline and before and before[-1] != NEWLINE:
        before.append(NEWLINE)
    if arguments.append_newline and after and after[0] != NEWLINE:
        after.insert(0, NEWLINE)
    return b"".join([*before, *block, *after])


def _without_block(lines: list[bytes], markers: tuple[bytes, bytes]) -> int | None:
    """Takes the block and its markers out of `lines`; where it was, or None where there was none."""
    numbers = [_last(lines, marker) for marker in markers]
    if numbers[0] is None or numbers[1] is None:
        return None
    first, last = sorted((numbers[0], numbers[1]))
    del lines[first : last + 1]
    return first


def _last(lines: Sequence[bytes], marker: bytes) -> int | None:
    """The number of the last line that is this marker."""
    return next((number for number in reversed(range(len(lines))) if lines[number] == marker), None)


def _place(arguments: BlockinfileArguments, content: bytes, lines: Sequence[bytes]) -> int:
    """The number of the line that a new block goes before."""
    if arguments.insertbefore == "BOF":
        return 0
    pattern = arguments.insertbefore if arguments.insertafter is None else arguments.insertafter
    if pattern in (None, "EOF"):
        return len(lines)
    compiled, after = re.compile(to_bytes(pattern or "")), arguments.insertafter is not None
    if compiled.flags & re.MULTILINE:  # one that is written for several lines is tried on the whole file
        match = compiled.search(content)
        if match is None:
            return len(lines)
        return content.count(NEWLINE, 0, match.end()) + 1 if after else content.count(NEWLINE, 0, match.start())
    matching = [number for number, line in enumerate(lines) if compiled.search(line)]
    if not matching:
        return len(lines)
    return matching[-1] + 1 if after else matching[-1]


def _with_newline(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


MODULE = Module(BlockinfileArguments, labelled(run))
