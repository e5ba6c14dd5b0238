"""Every public error: what it means, the exit code it ends a run with, and where its cause was written."""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar

from smolrun.diagnostic import Diagnostic
from smolrun.location import Location


class ExitCode(IntEnum):
    """The exit codes of ``ansible-playbook`` (its ``RunResult`` codes); 2 and 4 are or-ed into 6."""

    OK = 0
    ERROR = 1
    FAILED_HOSTS = 2
    UNREACHABLE_HOSTS = 4
    DOES_NOT_LOAD = 4
    BAD_OPTIONS = 5
    INTERRUPTED = 99


class SmolVMError(Exception):
    """The base of everything that this package raises on purpose.

    Attributes:
        message: what went wrong, in one sentence.
        hint: what to do about it, where there is something to be said.
        location: the place in a playbook, an inventory or a configuration that it comes from, if any.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str | None = None, location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location


# --- the connection and its commands ---------------------------------------------------------------


class NotRunError(SmolVMError):
    """The command was certainly not run: whatever failed, failed before it was sent."""

    exit_code = ExitCode.UNREACHABLE_HOSTS


class ConnectError(NotRunError):
    """No connection could be made, or it could not be made in time.

    Attributes:
        phase: how far it came, for people: ``name look-up``, ``connection``, ``banner``, ``handshake``, ``login``, ….
        transient: it may go away by itself (refused, reset, no banner), so that trying again makes sense.
        late: there is a connection whose peer was heard until just now; the time for the command was over all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        phase: str = "connection",
        transient: bool = False,
        late: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.phase = phase
        self.transient = transient
        self.late = late


class AuthenticationError(NotRunError):
    """The guest rejected every credential that was offered. Final: never tried again by itself."""


class HostKeyError(NotRunError):
    """The guest's host key is unknown, revoked, or not the one that was expected. Final."""


class BecomeError(SmolVMError):
    """Another user could not be become: no such tool, a password is needed, or it was wrong."""


class CommandError(SmolVMError):
    """Something went wrong with a command that has, or may have, been sent.

    Attributes:
        stdout_bytes: what had come of its standard output.
        stderr_bytes: what had come of its standard error.
    """

    def __init__(
        self,
        message: str,
        *,
        stdout: bytes = b"",
        stderr: bytes = b"",
        hint: str | None = None,
        location: Location | None = None,
    ) -> None:
        super().__init__(message, hint=hint, location=location)
        self.stdout_bytes = stdout
        self.stderr_bytes = stderr

    @property
    def stdout(self) -> str:
        return self.stdout_bytes.decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        return self.stderr_bytes.decode("utf-8", "replace")


class CommandNotStartedError(CommandError):
    """The server took the request, but nothing shows that the command ever started (a ``nologin`` shell, say).

    Attributes:
        status: the exit status that the server reported, if any.
    """

    def __init__(
        self,
        message: str,
        *,
        stdout: bytes = b"",
        stderr: bytes = b"",
        status: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, stdout=stdout, stderr=stderr, hint=hint)
        self.status = status


class ConnectionLostError(CommandError):
    """The connection ended while a command may have been running: its outcome is unknown, it is not sent again."""

    exit_code = ExitCode.UNREACHABLE_HOSTS


class OperationTimeoutError(CommandError):
    """The deadline passed. For a command: its process tree was killed.

    Attributes:
        timeout: the allowance in seconds that was used up.
        killed: a second look proved that no process of the command is left; False, too, where none was begun.
        unverified: processes of the command may be left, because no look was possible or some survived.
    """

    def __init__(
        self,
        message: str,
        *,
        timeout: float | None = None,
        stdout: bytes = b"",
        stderr: bytes = b"",
        killed: bool = False,
        unverified: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, stdout=stdout, stderr=stderr, hint=hint)
        self.timeout = timeout
        self.killed = killed
        self.unverified = unverified


class OperationCancelledError(OperationTimeoutError):
    """Somebody asked for the running command to be stopped (Ctrl-C); killed exactly as at a timeout."""

    exit_code = ExitCode.INTERRUPTED


class TransferError(SmolVMError):
    """A file did not arrive whole; what stood at its destination before is still there."""


# --- what somebody wrote ---------------------------------------------------------------------------


class UsageError(SmolVMError):
    """A flag or an argument on the command line is wrong."""

    exit_code = ExitCode.BAD_OPTIONS


class LoadError(SmolVMError):
    """A playbook, inventory, variables file or configuration does not load.

    Attributes:
        diagnostics: all that was found wrong, errors and warnings, in the order of the files.
    """

    exit_code = ExitCode.DOES_NOT_LOAD

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        first = next((d for d in diagnostics if d.is_error), diagnostics[0])
        super().__init__(first.message, hint=first.hint, location=first.location)
        self.diagnostics = tuple(diagnostics)


class ExtensionError(SmolVMError):
    """What should add something cannot be used: a file of the user's, or an installed package."""


class TemplateError(SmolVMError):
    """A template or an expression could not be evaluated."""


class UndefinedVariableError(TemplateError):
    """A template used a variable, a key or an attribute that does not exist.

    Attributes:
        name: what was looked for, as far as it is known.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str | None = None,
        hint: str | None = None,
        location: Location | None = None,
    ) -> None:
        super().__init__(message, hint=hint, location=location)
        self.name = name


class ModuleError(SmolVMError):
    """A module cannot do what its arguments ask for; becomes a failed task with this message."""
