"""The one connection of a client: made when needed, proved alive before it is used, a channel always open ahead."""

from collections.abc import Callable

from smolrun.deadline import Deadline
from smolrun.errors import ConnectError, NotRunError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.cancellation import Cancellation
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.command import ChannelRefusedError, open_channel
from smolrun.ssh.library import paramiko
from smolrun.ssh.patience import DeadlinePassedError, Patience, PeerGoneError
from smolrun.ssh.request import Become
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.transport import Transport
from smolrun.ssh.wrap import ARGUMENT_LIMIT, DROPBEAR_LIMIT, Peer

PROVE_AFTER = 1.0  # seconds of silence after which a connection is asked for a sign of life before it is used


REFUSED_PAUSES = (0.0, 0.05, 0.2)  # seconds before a channel that was refused is asked for again


@dataclass(frozen=True)
class Victim:
    """A command that is to be ended.

    Attributes:
        task: what its processes carry as ``SMOLRUN_TASK``; empty for a command that was sent as it stands.
        offered: what those of such a command carry as ``LC_SMOLRUN_TASK`` if the server took it; empty for others.
        become: the user it was run as.
    """

    task: str
    offered: str
    become: Become | None


class PersistentConnection:
    """One connection at a time.

    Args:
        make: opens a connection and logs in.
        cancellation: ends every wait.

    Attributes:
        made: how many connections were made so far.
        peer: what is known of its other end.
        unswept: commands that ran out of time, of which nobody could prove that nothing is left.
    """

    def __init__(
        self, settings: ClientSettings, make: Callable[[Deadline], Transport], cancellation: Cancellation
    ) -> None:
        self._settings = settings
        self._make = make
        self._cancellation = cancellation
        self._transport: Transport | None = None
        self._spare: SessionChannel | None = None
        self._spares_refused = False
        self.made = 0
        self.peer = Peer()
        self.unswept: list[Victim] = []

    @property
    def active(self) -> bool:
        return self._transport is not None and self._transport.is_active()

    @property
    def is_openssh(self) -> bool:
        """Whether the server of the connection that there is says that it is OpenSSH."""
        return self._transport is not None and self._transport.is_openssh

    def nudge(self) -> None:
        """Wake whoever waits for news (from any thread)."""
        if self._transport is not None:
            self._transport.news.set()

    def patience(self, transport: Transport, deadline: Deadline) -> Patience:
        return Patience(transport, self._settings, deadline, self._cancellation)

    def ready(self, deadline: Deadline) -> Transport:
        """A connection that is alive: the one there is, if it answers, or a new one.

        Raises:
            ConnectError, AuthenticationError, HostKeyError: there is none to be had.
        """
        if self._transport is not None:
            if self._proved(self._transport, deadline):
                return self._transport
            self.drop()
        transport = self._make(deadline)
        self._transport = transport
        self._spares_refused = False
        self.made += 1
        self.peer = Peer(line_limit=ARGUMENT_LIMIT if transport.is_openssh else DROPBEAR_LIMIT)
        return transport

    def learn_login_shell(self, path: str) -> None:
        """Take note of the login shell, if it was told; it is the same for as long as the connection lives."""
        if path:
            self.peer = Peer(path, self.peer.line_limit)

    def _proved(self, transport: Transport, deadline: Deadline) -> bool:
        if not transport.is_active():
            return False
        if transport.silence < PROVE_AFTER and not transport.question_open:
            return True
        patience = self.patience(transport, deadline.earliest(self._settings.dead_after))
        try:
            patience.begin()
            patience.ask()
            while transport.question_open:
                transport.news.clear()
                if transport.question_open:
                    patience.wait()
        except PeerGoneError:
            return False
        except DeadlinePassedError:
            if deadline.expired:
                raise self.out_of_time(f"{self._settings.destination} did not answer in time") from None
            return False
        return transport.is_active()

    def out_of_time(self, message: str) -> ConnectError:
        """The error for a command whose time was over before it was sent."""
        transport = self._transport
        heard = (
            transport is not None and transport.is_active() and transport.silence < self._settings.keepalive_interval
        )
        return ConnectError(message, late=heard)

    def channel(self, transport: Transport, patience: Patience) -> SessionChannel:
        """An open channel for one command.

        Raises:
            as `open_channel`.
        """
        spare, self._spare = self._spare, None
        for pause in REFUSED_PAUSES:
            try:
                return open_channel(transport, spare, patience)
            except ChannelRefusedError:
                self._spares_refused = self._spares_refused or spare is not None
                spare = None
            # OpenSSH gives the slot of a closed channel back only after it has read all that had come with the close.
            patience.rest(pause)
        return open_channel(transport, None, patience)

    def open_ahead(self, *, running: bool) -> None:
        """Ask for the channel of the next command, and of a kill, without waiting for it.

        The best moment is while a command runs. Dropbear, though, closes a channel without a command whenever the
        command of another ends, and dies of one that is then sent on it (``check_close`` in its common-channel.c).

        Args:
            running: a command runs at this moment.
        """
        if self._spare is not None or self._spares_refused or self._transport is None:
            return
        if running and not self._transport.is_openssh:
            return
        try:
            self._spare = self._transport.request_channel()
        except (EOFError, OSError, paramiko.SSHException):
            self._spare = None  # the command under way will notice what became of the connection

    def drop(self) -> None:
        """End the connection, if there is one."""
        transport, self._transport, self._spare = self._transport, None, None
        if transport is not None:
            transport.abort()

    def refused(self, reason: str) -> NotRunError:
        return NotRunError(
            f"{self._settings.destination} opens no further session: {reason}",
            hint="raise MaxSessions in its sshd_config, or end what holds the sessions",
        )
