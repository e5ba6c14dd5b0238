"""What one command on a guest came to."""

from typing import Literal

from smolrun.lazy_dataclass import dataclass

Stream = Literal["stdout", "stderr"]
ShellMode = Literal["login", "raw"]


@dataclass(frozen=True)
class CommandResult:
    """The end of a command that ran to its end.

    Attributes:
        exit_code: as the server reported it; 128 + N for a command ended by signal N, as shells count.
        stdout_bytes: standard output exactly as it came (see `truncated`).
        stderr_bytes: standard error exactly as it came.
        signal: the name of the signal that ended it, without ``SIG`` (RFC 4254, section 6.10), or None.
        truncated: a stream passed the output limit; its first and last half are kept, joined by a line that says so.
        pipe_held: a background process kept the output open after the command had ended.
        duration: seconds from sending the command to knowing its end.
    """

    exit_code: int
    stdout_bytes: bytes = b""
    stderr_bytes: bytes = b""
    signal: str | None = None
    truncated: bool = False
    pipe_held: bool = False
    duration: float = 0.0

    @property
    def stdout(self) -> str:
        """Standard output as UTF-8, what is not valid replaced by U+FFFD."""
        return self.stdout_bytes.decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        """Standard error as UTF-8, what is not valid replaced by U+FFFD."""
        return self.stderr_bytes.decode("utf-8", "replace")

    @property
    def output(self) -> str:
        """Standard output without white space around it."""
        return self.stdout.strip()

    @property
    def ok(self) -> bool:
        return self.exit_code == 0
