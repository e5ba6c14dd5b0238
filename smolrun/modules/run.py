"""``run``: a command line for the guest."""

import shlex
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.arguments import ConditionalArguments
from smolrun.modules.commands.conditional import execute
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.commands.user_command import UserCommand
from smolrun.source.coercions import Text, describe


def words(items: list[Any] | tuple[Any, ...]) -> Iterator[str]:
    """The items as words of a command: lists flattened, numbers as text.

    Raises:
        PydanticCustomError: an item is a boolean, null or a mapping, of which nobody can say what word was meant.
    """
    for item in items:
        if isinstance(item, list | tuple):
            yield from words(item)
        elif isinstance(item, str | int | float) and not isinstance(item, bool):
            yield str(item)
        else:
            raise mistake(f"{item!r} cannot be a word of a command; write it as text, in quotes")


def to_words(value: object) -> object:
    """The items of a list as words; anything else as it is."""
    return tuple(words(value)) if isinstance(value, list | tuple) else value


def to_list_of_words(value: object) -> object:
    """The items of a list as words. Raises for anything else."""
    if not isinstance(value, list | tuple):
        raise mistake(f"expected a list of words, found {describe(value)}")
    return to_words(value)


def to_command(value: object) -> object:
    """A list as words, a number as text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else to_words(value)


_WORD_SCHEMA: dict[str, Any] = {"type": ["string", "number", "array"]}
_WORDS_SCHEMA: dict[str, Any] = {"type": "array", "items": _WORD_SCHEMA, "minItems": 1}

Words = Annotated[tuple[str, ...], BeforeValidator(to_list_of_words), WithJsonSchema(_WORDS_SCHEMA)]
CommandText = Annotated[
    str | tuple[str, ...],
    BeforeValidator(to_command),
    WithJsonSchema({"anyOf": [{"type": ["string", "number"]}, _WORDS_SCHEMA]}),
]


class RunArguments(ConditionalArguments):
    """Run a command on the guest, by default through the login shell of the user it runs as.

    A text is interpreted by the shell. Of a list every item is quoted, so that no value can become shell syntax;
    lists inside it are flattened, empty ones vanish, numbers become text.

    Example:
        ```yaml
        - run: apt-get update -q
        - run: [apt-get, install, -y, "{{ packages }}"]
        - run:
            cmd: make install
            chdir: /usr/src/tool
            creates: /usr/local/bin/tool
        - run: nginx -v
          mode: raw
        ```

    Returns: ``rc``/``exit_code``, ``stdout``, ``stderr``, ``stdout_lines``, ``stderr_lines``, ``output`` (the stripped
    stdout), ``ok``, ``cmd``, ``start``, ``end``, ``delta``. Always ``changed``; skipped in check mode
    unless `creates` or `removes` decide. Fails where the command exits with anything but 0.

    The guest needs: a shell. With ``mode: raw`` the line is sent byte for byte.
    """

    cmd: CommandText | None = Field(None, description="The command: a text for the shell, or a list of words")
    argv: Words | None = Field(None, description="The command as a list of words, each quoted for the shell")
    stdin: Text | None = Field(None, description="Text that the command reads from its standard input, as it stands")

    @model_validator(mode="after")
    def _one_command(self) -> "RunArguments":
        if (self.cmd is None) == (self.argv is None):
            raise mistake("write the command as either `cmd` or `argv`")
        command = self.command
        if not (command.strip() if isinstance(command, str) else command):
            raise mistake("there is no command to run")
        return self

    @property
    def command(self) -> str | tuple[str, ...]:
        command = self.cmd if self.cmd is not None else self.argv
        assert command is not None  # the validator has seen to it
        return command


def run(arguments: RunArguments, task: TaskContext) -> ModuleResult:
    command = arguments.command
    line = command if isinstance(command, str) else command_line(command)
    if not isinstance(command, str) and not command[0]:
        raise ModuleError(f"the first word of the command is empty: {shlex.join(command)}")
    stdin = None if arguments.stdin is None else arguments.stdin.encode("utf-8", "surrogateescape")
    asked = UserCommand(cmd=command, line=line, start=f"exec /bin/sh -c {quoted(line)}", stdin=stdin)
    return execute(asked, arguments, task, task.mode or "login")


MODULE = Module(RunArguments, run, collection="smolrun", free_form="cmd", takes_mode=True, background="guest")
