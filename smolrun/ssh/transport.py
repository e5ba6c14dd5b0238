"""paramiko's transport with what one command's life needs of it.

paramiko ignores ``exit-signal``, waits without a limit for replies, answers a ``CLOSE`` from its reader thread while
another thread may still be sending on that channel (OpenSSH then drops the whole connection: "packet referred to
nonexistent channel"), and cannot tell a request that left from one that did not.
"""

import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.library import paramiko
from smolrun.ssh.private import PrivateTransport

OPEN = bytes([90])  # SSH_MSG_CHANNEL_OPEN, RFC 4254 section 5.1
GLOBAL_REQUEST = bytes([80])  # SSH_MSG_GLOBAL_REQUEST, RFC 4254 section 4

KEEPALIVE = "keepalive@openssh.com"  # servers must answer requests that they don't know, RFC 4254 section 4


READ_AHEAD = 64 * 1024  # bytes; paramiko asks for each packet in two small pieces, a pair of system calls each


class WatchedSocket:
    """A socket that remembers when its peer was last heard, and whose sends have an end.

    Args:
        before_waiting: called whenever all that has come has been read, before more is waited for.

    Attributes:
        heard_at: the moment on the monotonic clock at which bytes last came.
        send_until: the moment past which a send that makes no progress fails, and one that waits for the
            end of a key exchange; None for never.
    """

    def __init__(self, inner: Any, before_waiting: Callable[[], None] = lambda: None) -> None:
        self._inner = inner
        self._before_waiting = before_waiting
        self._ahead = b""
        self._read = 0  # bytes of what was read ahead
        self.heard_at = time.monotonic()
        self.send_until: float | None = None

    def recv(self, size: int) -> bytes:
        if self._read >= len(self._ahead):
            self._before_waiting()
            self._ahead, self._read = self._inner.recv(max(size, READ_AHEAD)), 0
            if self._ahead:
                self.heard_at = time.monotonic()
        data = self._ahead[self._read : self._read + size]
        self._read += size
        return data

    def send(self, data: bytes) -> int:
        # The socket has a timeout of 0.1 s, after which paramiko tries again for as long as the transport lives.
        try:
            sent: int = self._inner.send(data)
        except TimeoutError:
            if self.send_until is not None and time.monotonic() > self.send_until:
                raise ConnectionAbortedError("the peer does not take what is sent") from None
            raise
        return sent

    def ended(self) -> bool:
        """Whether the end of the connection has come, though the reader thread may not have seen it yet."""
        if not isinstance(self._inner, socket.socket):
            return False
        try:
            poll = select.poll()
            poll.register(self._inner, select.POLLIN)
            return bool(poll.poll(0)) and not self._inner.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False  # the reader thread was faster
        except (OSError, ValueError):
            return True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Transport(PrivateTransport):
    """One SSH connection.

    Attributes:
        news: set whenever anything has happened that a waiting command should look at.
        asked_at: the moment on the monotonic clock at which a sign of life was last asked for.
    """

    def __init__(self, sock: Any, **options: Any) -> None:
        self.watched = WatchedSocket(sock, self._tell)
        self.news = threading.Event()
        self._news_due = False
        self._marked: paramiko.Message | None = None
        self.asked_at = 0.0
        self._questions = 0
        self._answers = 0
        super().__init__(self.watched, **options)

    # Authenticated ciphers first: paramiko compares the MAC of any other byte by byte in Python, two fifths of what a
    # profiler counted in its reader thread (1.4 of 3.5 s, 500 commands). A server without them gets the next it knows.
    _preferred_ciphers = (
        *(name for name in PrivateTransport._preferred_ciphers if "-gcm@" in name),
        *(name for name in PrivateTransport._preferred_ciphers if "-gcm@" not in name),
    )

    # --- the reader thread ---

    _channel_handler_table = {  # noqa: RUF012 - paramiko's name and form
        number: SessionChannel.dispatch(number, handler)
        for number, handler in PrivateTransport._channel_handler_table.items()
    }

    def note_news(self) -> None:
        """Something has happened. It is told once all that came with it is known too: waking another thread for each
        of the nine messages that a short command brings costs more than reading them."""
        self._news_due = True

    def _tell(self) -> None:
        if self._news_due:
            self._news_due = False
            self.news.set()

    def run(self) -> None:
        try:
            super().run()
        finally:
            self.news.set()

    def _parse_channel_open_success(self, m: paramiko.Message) -> None:
        super()._parse_channel_open_success(m)
        self.note_news()

    def _parse_channel_open_failure(self, m: paramiko.Message) -> None:
        position = m.packet.tell()
        channel = self._channels.get(m.get_int())
        code = m.get_int()
        if isinstance(channel, SessionChannel):
            channel.refusal_code = code
            channel.refusal = m.get_text() or "refused by the server"
        m.packet.seek(position)
        super()._parse_channel_open_failure(m)
        self.note_news()

    def _parse_request_success(self, m: paramiko.Message) -> None:
        self._answers += 1
        super()._parse_request_success(m)
        self.note_news()

    def _parse_request_failure(self, m: paramiko.Message) -> None:
        self._answers += 1
        super()._parse_request_failure(m)
        self.note_news()

    @property
    def is_openssh(self) -> bool:
        """Whether the server says that it is OpenSSH, whose ways save time where they are known."""
        return "OpenSSH" in self.remote_version

    # --- the sending side ---

    def _send_message(self, data: paramiko.Message) -> None:
        super()._send_message(data)
        if data is self._marked:
            self._marked = None

    def _send_user_message(self, data: paramiko.Message) -> None:
        if self.watched.send_until is not None:
            self.clear_to_send_timeout = max(0.0, self.watched.send_until - time.monotonic())
        super()._send_user_message(data)

    def send_for_sure(self, message: paramiko.Message) -> None:
        """Send, or raise: a message that did not wholly reach the kernel cannot be acted on by the peer.

        Raises:
            EOFError: the connection ended before the message was sent.
            paramiko.SSHException: a key exchange did not end.
        """
        self._marked = message
        self._send_user_message(message)
        if self._marked is not None:  # dropped: the transport had become inactive
            self._marked = None
            raise EOFError("the connection ended")

    def request_channel(self, kind: str = "session", details: bytes = b"") -> SessionChannel:
        """Ask for a channel without waiting for the answer (`SessionChannel.open` tells it).

        Args:
            kind: of the channel (RFC 4250, section 4.9.1).
            details: what such a request has at its end.

        Raises:
            EOFError, paramiko.SSHException: it could not be asked for.
        """
        with self.lock:
            number = self._next_channel()
            channel = SessionChannel(number)
            channel._set_transport(self)
            channel._set_window(self.default_window_size, self.default_max_packet_size)
            self._channels.put(number, channel)
            self.channel_events[number] = threading.Event()
            self.channels_seen[number] = True
        message = paramiko.Message()
        message.add_byte(OPEN)
        message.add_string(kind)
        message.add_int(number)
        message.add_int(self.default_window_size)
        message.add_int(self.default_max_packet_size)
        if details:
            message.add_bytes(details)
        self.send_for_sure(message)
        return channel

    # --- is the peer still there ---

    @property
    def silence(self) -> float:
        """Seconds since the peer was last heard."""
        return time.monotonic() - self.watched.heard_at

    @property
    def question_open(self) -> bool:
        """Whether a sign of life was asked for and has not come."""
        return self._questions > self._answers

    def ask_for_life(self) -> None:
        """Send a request that wants a reply; every server answers it, if only with a failure."""
        message = paramiko.Message()
        message.add_byte(GLOBAL_REQUEST)
        message.add_string(KEEPALIVE)
        message.add_boolean(True)
        self._questions += 1
        self.asked_at = time.monotonic()
        self.send_for_sure(message)

    def abort(self) -> None:
        """End the connection without waiting for anything that the peer would have to do."""
        self.active = False
        self.packetizer.close()
        for how in (self.watched.shutdown, lambda _: self.watched.close()):
            try:
                how(socket.SHUT_RDWR)
            except (OSError, AttributeError, EOFError):
                continue
        self.news.set()
