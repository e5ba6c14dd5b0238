"""``script``: a program of the controller, run on the guest."""

import contextlib
import io
import secrets
import shlex
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import Field

from smolrun.deadline import Deadline
from smolrun.errors import ModuleError, SmolVMError
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.conditional import execute
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.commands.user_command import UserCommand
from smolrun.modules.files.source import find, local_content
from smolrun.modules.guest import script_text
from smolrun.source.coercions import Boolean, Text

BINARY = b"\x7fELF"
LONGEST_FIRST_LINE = 256
"""Bytes of a ``#!`` line that Linux reads (execve(2), "Interpreter scripts")."""
KILLED = 128 + 9
"""What a shell that somebody sent KILL has for an exit code, as shells count."""
CLEAN_UP_SECONDS = 10.0


class ScriptArguments(ConditionalArguments):
    """Send a script of this machine to the guest, run it there with its arguments, and leave nothing behind.

    Its first line (``#!``) says what interprets it; without one that is ``/bin/sh``.

    Example:
        ```yaml
        - script: bootstrap.sh --with-docs "{{ target }}"
          args:
            creates: /opt/tool
        - script:
            cmd: report.py
            executable: python3
        ```

    Returns: ``rc``, ``stdout``, ``stderr``, ``stdout_lines``, ``stderr_lines``. Always ``changed``; skipped in check
    mode unless `creates` or `removes` decide.

    The guest needs: what interprets the script, and a folder to put it in (``/tmp``) while it runs.
    """

    cmd: Text = Field(description="The script, looked for in `files/` and beside the playbook, and its arguments")
    executable: Text | None = Field(None, description="What interprets it, instead of its first line")
    decrypt: Boolean = Field(True, description="Decrypt a vaulted script")


def run(arguments: ScriptArguments, task: TaskContext) -> ModuleResult:
    name, rest = _split(arguments.cmd)
    path = find(task, "files", name)
    content = local_content(path, task, decrypt=arguments.decrypt)
    file_name = PurePosixPath(path.name).name
    interpreter = arguments.executable or interpreter_of(_first_line(content.source))
    token = secrets.token_hex(16)
    names = f"script_name={quoted(file_name)}\nscript_token={token}\n"
    start = f'start() {{ {interpreter} "$1" {rest}\n}}\n{names}{script_text("script")}'
    command = UserCommand(cmd=arguments.cmd, line=arguments.cmd, start=start, by_sh=True, stdin=content.source)
    result = execute(command, arguments, task, task.mode)
    if result.command is not None and result.command.exit_code == KILLED:
        _clean_up(token, task)
    return result


def _clean_up(token: str, task: TaskContext) -> None:
    """Remove what a shell that somebody killed has left. What came of the script is told in any case."""
    guest = replace(task.guest, deadline=Deadline.after(CLEAN_UP_SECONDS))
    with contextlib.suppress(SmolVMError):
        guest.script(script_text("script_left"), {"script_token": token})


def _split(cmd: str) -> tuple[str, str]:
    """The script's name, and its arguments as they stand: the guest's shell reads them, as with Ansible."""
    text = io.StringIO(cmd)
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        name = lexer.get_token()
    except ValueError as error:
        raise ModuleError(f"the script's name cannot be read: {str(error).lower()}") from error
    if not name:
        raise ModuleError("there is no script to run", hint="write its name after `script:`")
    return name, text.read().strip()


def _first_line(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source[:LONGEST_FIRST_LINE].split(b"\n")[0]
    with source.open("rb") as file:
        return file.readline(LONGEST_FIRST_LINE)


def interpreter_of(first_line: bytes) -> str:
    """What starts a file that begins so, as words for a shell; empty for a program that the kernel starts itself.

    The interpreter is named rather than left to the kernel, since temporary folders are often mounted ``noexec``.
    """
    if first_line.startswith(BINARY):
        return ""
    if not first_line.startswith(b"#!"):
        return "/bin/sh"
    words = first_line[2:].decode("utf-8", "surrogateescape").strip().split(None, 1)
    return " ".join(map(quoted, words)) or "/bin/sh"


MODULE = Module(
    ScriptArguments,
    run,
    free_form="cmd",
    free_form_options=frozenset({"chdir", "creates", "removes", "executable"}),
    takes_mode=True,
    background="guest",
)
