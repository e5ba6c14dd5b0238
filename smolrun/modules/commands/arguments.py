"""The arguments that the modules for commands share."""

from pydantic import Field

from smolrun.modules.base import Arguments
from smolrun.source.coercions import Boolean, Text

FREE_FORM_OPTIONS = frozenset(
    {"chdir", "creates", "removes", "executable", "stdin", "stdin_add_newline", "strip_empty_ends"}
)
"""What Ansible takes out of a free form as ``name=value`` (its ``parse_kv`` with ``check_raw``)."""


class ConditionalArguments(Arguments):
    """Where a command runs, and whether it has to."""

    chdir: Text | None = Field(None, description="The folder on the guest to run it from")
    creates: Text | None = Field(
        None, description="A path or pattern on the guest; where it exists already, the command is not run"
    )
    removes: Text | None = Field(
        None, description="A path or pattern on the guest; where it does not exist, the command is not run"
    )


class StdinArguments(ConditionalArguments):
    """What a command reads, and how its output is registered."""

    stdin: Text | None = Field(None, description="Text that the command reads from its standard input")
    stdin_add_newline: Boolean = Field(True, description="End `stdin` with a newline")
    strip_empty_ends: Boolean = Field(True, description="Strip line ends from the end of the registered output")

    @property
    def stdin_bytes(self) -> bytes | None:
        """What is sent to the command; None where there is nothing to send."""
        if self.stdin is None:
            return None
        return (self.stdin + ("\n" if self.stdin_add_newline else "")).encode("utf-8", "surrogateescape")
