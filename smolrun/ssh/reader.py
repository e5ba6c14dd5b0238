"""A shell that stays on the guest for a row of readings, so that none of them has to start shells of its own.

Of what the state of a small file costs a guest, two thirds are the processes ahead of its own: sshd's for the channel,
the login shell, ``/bin/sh`` (measured: 7.5 against 3.5 ms of processor time, and a third of that on this side). So the
second reading of a row starts a shell that reads scripts from its standard input, and answers the rest. Anything else
that is run on the connection ends it first: it is never there when something is changed, killed or restarted.
"""

import secrets
import shlex
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from smolrun.deadline import Deadline
from smolrun.ssh.command import Command
from smolrun.ssh.execution import Execution, Sent
from smolrun.ssh.kill import ready_and_swept
from smolrun.ssh.persistent import PersistentConnection
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import CommandResult, Stream
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.wrap import exported


class Reader:
    """Answers readings on a connection where it can."""

    def __init__(self, connection: PersistentConnection, settings: ClientSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._last: Any = None  # who the request before this one was run as, if it was a reading
        self._shell: ReadingShell | None = None
        self._given_up = 0  # the connection on which such a shell does not live

    def answer(self, request: CommandRequest, deadline: Deadline) -> CommandResult | None:
        """What a reading came to; None for what has to be run by itself.

        Raises:
            as `Execution.run`.
        """
        who = _who(request)
        again, self._last = who is not None and who == self._last, who
        if self._shell is not None and not (again and self._shell.usable(deadline)):
            self._shell.end()
            self._shell = None
        if not again or self._given_up == self._connection.made or not self._connection.is_openssh:
            return None
        shell = self._shell or ReadingShell(self._connection, self._settings, request, deadline)
        self._shell = None  # whatever it raises, it is gone then
        result = shell.answer(request, deadline)
        if result is None:
            self._given_up = self._connection.made
        else:
            self._shell = shell
        return result


def _who(request: CommandRequest) -> Any:
    """Whose reading it is; None for what is no reading, or not for such a shell.

    Users that root becomes may be taken away, or get other groups, between two readings; root does not, and a
    connection keeps the groups that its login had.
    """
    plain = request.shared and not request.hidden and request.stdin is None and request.on_output is None
    if not plain or (request.become is not None and request.become.user != "root"):
        return None
    return request.become, tuple(request.environment.items()), request.output_limit


class ReadingShell(Execution):
    """One such shell.

    Args:
        like: a reading, whose user and environment it has.
    """

    def __init__(
        self, connection: PersistentConnection, settings: ClientSettings, like: CommandRequest, deadline: Deadline
    ) -> None:
        request = CommandRequest(  # noqa: S604 - no subprocess: `shell` is a mode
            "exec /bin/sh\n",
            shell="sh",
            stdin=b"",
            become=like.become,
            on_output=self._hear,
            output_limit=like.output_limit,
        )
        super().__init__(connection, settings, request, deadline)
        self._due = [f"{exported(like.environment)}\n".encode(errors="surrogateescape")]
        self._known: dict[str, str] = {}
        self._mark = b""
        self._ends = {"stdout": b"", "stderr": b""}

    def usable(self, deadline: Deadline) -> bool:
        """Whether the connection that it lives on is alive, and it has not ended."""
        sent = self._sent
        if sent is None or sent.channel.eof_received or sent.channel.close_received:
            return False
        return ready_and_swept(self._connection, self._settings, deadline) is sent.transport

    def end(self) -> None:
        """Close its input, which ends it."""
        if self._sent is not None:
            self._finish(self._sent)

    def answer(self, request: CommandRequest, deadline: Deadline) -> CommandResult | None:
        """What a reading came to; None if the shell has ended, or there was more to read than is kept.

        Raises:
            as `Execution.run`.
        """
        self._deadline = deadline
        self._ask(request)
        begun = time.monotonic()
        try:
            sent = self._asked()
            over = self._attended(sent, self._answered) is not None
        except BaseException:
            # Ctrl-C: nobody is left to attend to it.
            if self._sent is not None:
                self._kill(self._sent)
            raise
        if over or sent.streams.truncated:
            self._finish(sent)
            return None
        code = self._code()
        stdout = sent.streams.stdout.take().removesuffix(self._mark + code + b".")
        stderr = sent.streams.stderr.take().removesuffix(self._mark)
        return CommandResult(int(code), stdout, stderr, duration=time.monotonic() - begun)

    def _ask(self, request: CommandRequest) -> None:
        setup, shared = request.command.removesuffix(request.shared), request.shared
        text = ""
        if shared not in self._known:
            self._known[shared] = f"smolrun_{len(self._known)}"
            text = f"{self._known[shared]}={shlex.quote(shared)}\n"
        mark = f"smolrun-{secrets.token_hex(12)}:"
        # In a subshell, whose end or mistake is not this shell's; by `eval`, since a mistake in syntax would be.
        text += f'(eval {shlex.quote(setup)}\neval "${self._known[shared]}"\n) </dev/null\n'
        text += f"printf '{mark}%s.' \"$?\"; printf {mark} >&2\n"
        self._mark = mark.encode()
        self._ends = {"stdout": b"", "stderr": b""}
        self._due.append(text.encode(errors="surrogateescape"))

    def _asked(self) -> Sent:
        sent = self._sent
        if sent is None:
            self._send()
            assert self._sent is not None
            return self._sent
        patience = self._connection.patience(sent.transport, self._deadline)
        patience.begin()
        streams = sent.streams
        command = Command(sent.transport, sent.channel, sent.feed, streams.stdout.write, streams.stderr.write, patience)
        self._sent = sent = replace(sent, command=command)
        return sent

    def _input(self) -> Iterator[bytes]:
        while True:
            yield self._due.pop(0) if self._due else b""

    def _hear(self, stream: Stream, data: bytes) -> None:
        self._ends[stream] = (self._ends[stream] + data)[-2 * len(self._mark) :]

    def _answered(self) -> bool:
        return self._ends["stderr"].endswith(self._mark) and self._code().isdigit()

    def _code(self) -> bytes:
        """The exit code as it stands behind the mark; empty as long as it does not."""
        _, found, code = self._ends["stdout"].rpartition(self._mark)
        return code[:-1] if found and code.endswith(b".") else b""
