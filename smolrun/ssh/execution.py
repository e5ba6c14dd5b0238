"""A request from its wrap to its result or error: sent at most once, killed at its deadline."""

import time
from collections.abc import Callable, Iterator

from smolrun.deadline import Deadline
from smolrun.errors import (
    BecomeError,
    ConnectError,
    ConnectionLostError,
    NotRunError,
    OperationCancelledError,
    OperationTimeoutError,
)
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.cancellation import CancelledError
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.command import ChannelRefusedError, Command, Ending, ExecRefusedError
from smolrun.ssh.kill import Kill, kill, ready_and_swept
from smolrun.ssh.library import paramiko
from smolrun.ssh.patience import DeadlinePassedError, PeerGoneError
from smolrun.ssh.persistent import PersistentConnection, Victim
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.stdin import Feed, pieces
from smolrun.ssh.streams import Streams
from smolrun.ssh.transport import Transport
from smolrun.ssh.wrap import Wrapped, wrap

SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "SEGV": 11, "PIPE": 13, "ALRM": 14}
SIGNALS |= {"TERM": 15, "USR1": 10, "USR2": 12, "BUS": 7, "TRAP": 5, "XCPU": 24, "XFSZ": 25, "SYS": 31}
OFFERED = "LC_SMOLRUN_TASK"  # Debian's sshd, and others, take LANG and LC_* from clients (AcceptEnv, sshd_config(5))
# OpenSSH gives a session no window before its command is there, and then 2 MiB at once (channel_set_fds in its
# channels.c): what comes behind the command finds it open. Waiting for the word of that would cost a round trip more.
EARLY_INPUT = 32 * 1024  # bytes; one packet
ATTEMPTS = 2  # an idle connection may turn out dead only when it is used: once more over a new one


@dataclass(frozen=True)
class Sent:
    """A command after the point of no return."""

    transport: Transport
    channel: SessionChannel
    feed: Feed
    command: Command
    streams: Streams
    since: float


class Execution:
    """One request on a client's connection."""

    def __init__(
        self,
        connection: PersistentConnection,
        settings: ClientSettings,
        request: CommandRequest,
        deadline: Deadline,
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._request = request
        self._deadline = deadline
        self._peer = connection.peer
        self._wrapped: Wrapped = wrap(request, self._peer)
        self._sent: Sent | None = None  # from just before it is sent, so that Ctrl-C finds what to kill, to its end

    def run(self) -> CommandResult:
        """Run it to its end, on a connection that is made or proved first."""
        try:
            self._send()
            return self._attend()
        except BaseException:
            # Ctrl-C, or a callback that raises: nobody is left to attend to the command.
            if self._sent is not None:
                self._kill(self._sent)
            raise

    def _attend(self) -> CommandResult:
        sent = self._sent
        assert sent is not None
        ending = self._attended(sent, lambda: False)
        assert ending is not None
        self._finish(sent)
        self._connection.learn_login_shell(sent.streams.login_shell)
        if sent.transport.is_active():
            self._connection.open_ahead(running=False)
        else:
            self._connection.drop()
        return self._result(sent, ending)

    def _attended(self, sent: Sent, enough: Callable[[], bool]) -> Ending | None:
        """The command's end, or None once what it has written is `enough`; what goes wrong ends it, and is told."""
        try:
            return sent.command.attend(enough)
        except DeadlinePassedError:
            raise self._timed_out(sent) from None
        except CancelledError:
            raise self._cancelled(sent) from None
        except PeerGoneError as error:
            raise self._lost(sent, error) from None
        except ExecRefusedError:
            self._finish(sent)
            raise NotRunError(f"{self._settings.destination} refused to run the command") from None
        except BecomeError:
            if not sent.streams.reached:  # else it is a callback's own
                self._finish(sent)
            raise

    def _finish(self, sent: Sent) -> None:
        self._sent = None
        sent.channel.finish()

    # --- up to the point of no return ---

    def _send(self) -> None:
        cause: BaseException | None = None
        for _ in range(ATTEMPTS):
            try:
                return self._attempt()
            except PeerGoneError as error:
                cause = error
            except ChannelRefusedError as error:
                cause = self._connection.refused(str(error))
            except DeadlinePassedError:
                late = self._connection.out_of_time(
                    f"the command was not sent to {self._settings.destination}: "
                    f"its {self._deadline.timeout:g} s were over before a channel was open"
                )
                self._connection.drop()  # with it goes a channel that may still open, and nobody would close
                raise late from None
            except CancelledError:
                self._connection.drop()
                raise OperationCancelledError("cancelled before the command was sent") from None
            self._connection.drop()
        if isinstance(cause, NotRunError):
            raise cause
        raise ConnectError(f"the command was not sent to {self._settings.destination}: {cause}") from cause

    def _attempt(self) -> None:
        transport = ready_and_swept(self._connection, self._settings, self._deadline)
        patience = self._connection.patience(transport, self._deadline)
        channel = self._connection.channel(transport, patience)
        if self._peer is not self._connection.peer:  # the connection was made just now
            self._peer = self._connection.peer
            self._wrapped = wrap(self._request, self._peer)
        wrapped, request = self._wrapped, self._request
        has_input = bool(wrapped.preamble) or request.stdin is not None
        password = wrapped.become is not None and bool(wrapped.become.prompt)
        feed = Feed(
            self._input(), held=wrapped.become is not None and wrapped.become.may_ask and (has_input or password)
        )
        limit = self._settings.output_limit if request.output_limit is None else request.output_limit
        streams = Streams(wrapped, feed, limit, request.on_output)
        command = Command(transport, channel, feed, streams.stdout.write, streams.stderr.write, patience)
        patience.check()
        if transport.watched.ended():
            raise PeerGoneError("the connection ended")
        self._sent = Sent(transport, channel, feed, command, streams, time.monotonic())
        try:
            if wrapped.offered and transport.is_openssh:  # Dropbear takes none
                channel.offer_variable(OFFERED, wrapped.offered)
            channel.request_exec(wrapped.line)
        except (EOFError, OSError, paramiko.SSHException) as error:
            self._sent = None
            raise PeerGoneError("the connection ended") from error
        if transport.is_openssh:
            channel.expect_window(EARLY_INPUT)
        self._connection.open_ahead(running=True)

    def _input(self) -> Iterator[bytes]:
        try:
            return pieces(self._wrapped.preamble, self._request.stdin)
        except OSError as error:
            raise NotRunError(f"the input of the command cannot be read: {error}") from error

    # --- how it went ---

    def _result(self, sent: Sent, ending: Ending) -> CommandResult:
        streams = sent.streams
        if not streams.begun:
            raise streams.never_began(ending.status)
        truncated = streams.truncated
        if ending.signal is not None:
            status = 128 + SIGNALS.get(ending.signal, 0)
        else:
            assert ending.status is not None
            status = ending.status
        return CommandResult(
            exit_code=status,
            stdout_bytes=streams.stdout.take(),
            stderr_bytes=streams.stderr.take(),
            signal=ending.signal,
            truncated=truncated,
            pipe_held=ending.pipe_held,
            duration=time.monotonic() - sent.since,
        )

    def _lost(self, sent: Sent, error: PeerGoneError) -> ConnectionLostError:
        self._sent = None
        self._connection.drop()
        return ConnectionLostError(
            f"the connection to {self._settings.destination} was lost while the command may have been running: {error}",
            stdout=sent.streams.stdout.take(),
            stderr=sent.streams.stderr.take(),
        )

    def _timed_out(self, sent: Sent) -> OperationTimeoutError:
        end = self._kill(sent)
        return OperationTimeoutError(
            f"the command did not end within {self._deadline.timeout:g} s; {end.account}",
            timeout=self._deadline.timeout,
            stdout=sent.streams.stdout.take(),
            stderr=sent.streams.stderr.take(),
            killed=end.proved,
            unverified=not end.proved,
            hint=None if sent.streams.begun else "the command had not begun: a profile or the become tool still ran",
        )

    def _cancelled(self, sent: Sent) -> OperationCancelledError:
        end = self._kill(sent)
        return OperationCancelledError(
            f"the command was cancelled; {end.account}",
            timeout=self._deadline.timeout,
            stdout=sent.streams.stdout.take(),
            stderr=sent.streams.stderr.take(),
            killed=end.proved,
            unverified=not end.proved,
        )

    def _kill(self, sent: Sent) -> Kill:
        self._sent = None
        victim = Victim(self._wrapped.task, self._wrapped.offered, self._request.become)
        return kill(self._connection, self._settings, sent.transport, sent.channel, victim)
