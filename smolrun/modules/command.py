"""``command``: a program and its arguments, with no shell between."""

import shlex
from typing import Any

from pydantic import Field, field_validator, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.arguments import FREE_FORM_OPTIONS, StdinArguments
from smolrun.modules.commands.conditional import execute
from smolrun.modules.commands.quoting import command_line, expanding, quoted
from smolrun.modules.commands.user_command import UserCommand
from smolrun.source.coercions import Boolean, Text, TextList


class CommandArguments(StdinArguments):
    """Run a program on the guest. No shell interprets the arguments: ``|``, ``>``, ``*`` and ``;`` are plain text.

    Example:
        ```yaml
        - command: tar -xf /srv/tool.tar
          args:
            chdir: /opt
            creates: /opt/tool
        - command:
            argv: [useradd, --comment, "{{ full_name }}", "{{ login }}"]
        ```

    Returns: ``rc``, ``stdout``, ``stderr``, ``stdout_lines``, ``stderr_lines``, ``cmd`` (a list), ``start``, ``end``,
    ``delta``. Always ``changed``; skipped in check mode unless `creates` or `removes` decide.

    The guest needs: ``/bin/sh``, which starts the program.
    """

    cmd: Text | None = Field(None, description="The command line, split into words as a shell would")
    argv: TextList | None = Field(None, description="The command as a list of words, taken as they are")
    expand_argument_vars: Boolean = Field(
        True, description="Replace `~`, `$NAME` and `${NAME}` in the words by what they are on the guest"
    )

    @field_validator("argv", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise mistake("`argv` is a list of words; a command line is written as `cmd`")
        return value

    @model_validator(mode="after")
    def _one_command(self) -> "CommandArguments":
        if bool(self.cmd) and bool(self.argv):
            raise mistake("write the command as either `cmd` or `argv`, not both")
        if not (self.cmd or "").strip() and not self.argv:
            raise mistake("there is no command to run")
        return self


def run(arguments: CommandArguments, task: TaskContext) -> ModuleResult:
    words = _words(arguments)
    if not words or not words[0]:
        raise ModuleError("there is no command to run")
    as_word = expanding if arguments.expand_argument_vars else quoted
    line = " ".join(map(as_word, words))
    command = UserCommand(
        cmd=words,
        line=line if task.mode else command_line(words),
        start=f"exec {line}",
        program=as_word(words[0]),
        stdin=arguments.stdin_bytes,
        strip=arguments.strip_empty_ends,
    )
    return execute(command, arguments, task, task.mode)


def _words(arguments: CommandArguments) -> list[str]:
    if arguments.argv:
        return list(arguments.argv)
    try:
        return shlex.split(arguments.cmd or "")
    except ValueError as error:  # an open quote
        raise ModuleError(
            f"the command line cannot be split into words: {str(error).lower()}",
            hint="close the quote, or write the words as a list in `argv`",
        ) from error


MODULE = Module(
    CommandArguments, run, free_form="cmd", free_form_options=FREE_FORM_OPTIONS, takes_mode=True, background="guest"
)
