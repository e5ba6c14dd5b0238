"""A session channel whose owner decides what is sent on it, and which remembers how its command ended."""

from collections.abc import Callable
from typing import Any, Self

from smolrun.ssh.library import paramiko
from smolrun.ssh.private import PrivateChannel

REQUEST = bytes([98])  # SSH_MSG_CHANNEL_REQUEST, RFC 4254 section 5.4
WINDOW_ADJUST = bytes([93])  # SSH_MSG_CHANNEL_WINDOW_ADJUST, RFC 4254 section 5.2

Handler = Callable[[paramiko.Channel, paramiko.Message], None]


class SessionChannel(PrivateChannel):
    """A channel for one command.

    Only the thread that runs the command sends on it: were the reader thread to answer the server's ``CLOSE``, data
    or ``EOF`` sent by the owner at the same moment would follow the ``CLOSE``, for which OpenSSH ends the connection.

    Attributes:
        refusal: the server's reason for not opening the channel.
        refusal_code: the same as a number (RFC 4254, section 5.1).
        exec_refused: the server refused to run the command.
        exit_signal: the name of the signal that ended the command, without ``SIG`` (RFC 4254, section 6.10).
        status_received: the server told how the command ended.
        close_received: the server has closed its side.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.refusal: str | None = None
        self.refusal_code = 0
        self.exec_refused = False
        self.exit_signal: str | None = None
        self.status_received = False
        self.close_received = False
        self._expected = 0  # bytes of window that were used before the server has opened it
        self.settimeout(0.0)

    @property
    def open(self) -> bool:
        return bool(self.active)

    # --- the reader thread ---

    @classmethod
    def dispatch(cls, number: int, handler: Handler) -> Handler:
        """What the transport does with one kind of message for a channel."""
        own: dict[int, Callable[[Self, paramiko.Message], None]] = {
            93: cls._window_adjust,
            97: cls._handle_close,
            98: cls._handle_request,
            100: cls._request_failed,
        }
        chosen: Any = own.get(number, handler)

        def handle(channel: paramiko.Channel, message: paramiko.Message) -> None:
            (chosen if isinstance(channel, cls) else handler)(channel, message)
            note_news = getattr(channel.transport, "note_news", None)
            if note_news is not None:
                note_news()

        return handle

    def _window_adjust(self, m: paramiko.Message) -> None:
        size = m.get_int()
        with self.lock:
            known = min(size, self._expected)
            self._expected -= known
            self.out_window_size += size - known
            self.out_buffer_cv.notify_all()

    def _handle_request(self, m: paramiko.Message) -> None:
        position = m.packet.tell()
        kind = m.get_text()
        if kind == "exit-signal":
            m.get_boolean()
            self.exit_signal = m.get_text()
        elif kind != "exit-status":
            m.packet.seek(position)
            super()._handle_request(m)
            return
        else:
            m.get_boolean()
            self.exit_status = m.get_int()
        self.status_received = True
        self.status_event.set()

    def _request_failed(self, m: paramiko.Message) -> None:
        self.exec_refused = True
        self.event.set()

    def _handle_close(self, m: paramiko.Message) -> None:
        with self.lock:
            self.close_received = True
            self.eof_received = True
            self.in_buffer.close()
            self.in_stderr_buffer.close()
            self.out_buffer_cv.notify_all()
            self.event.set()
            self.status_event.set()
            if self.closed:
                self.transport._unlink_channel(self.chanid)

    # --- the owner ---

    def offer_variable(self, name: str, value: str) -> None:
        """Offer a variable for the command's environment (RFC 4254, section 6.4); whether it is taken is not told.

        Raises:
            EOFError, paramiko.SSHException: it was not sent.
        """
        message = paramiko.Message()
        message.add_byte(REQUEST)
        message.add_int(self.remote_chanid)
        message.add_string("env")
        message.add_boolean(False)
        message.add_string(name)
        message.add_string(value)
        self.transport.send_for_sure(message)

    def request_exec(self, command: bytes) -> None:
        """Send the command: the point of no return.

        Raises:
            EOFError, paramiko.SSHException: it was certainly not sent.
        """
        message = paramiko.Message()
        message.add_byte(REQUEST)
        message.add_int(self.remote_chanid)
        message.add_string("exec")
        message.add_boolean(True)
        message.add_string(command)
        self._event_pending()
        self.transport.send_for_sure(message)

    def recv(self, nbytes: int) -> bytes:
        """Take what the command wrote; at most that many bytes, none at its end. Raises TimeoutError without any."""
        return self._taken(self.in_buffer, nbytes)

    def recv_stderr(self, nbytes: int) -> bytes:
        """As `recv`, of the command's errors."""
        return self._taken(self.in_stderr_buffer, nbytes)

    def _taken(self, buffer: Any, size: int) -> bytes:
        """Read from a buffer, and tell the server that there is room again.

        While keys are exchanged anew nothing may be sent; paramiko then throws what it has read away. Here the data
        is kept and the room is told with the next piece.
        """
        try:
            data: bytes = buffer.read(size, self.timeout)
        except paramiko.buffered_pipe.PipeTimeout as error:
            raise TimeoutError from error
        if owed := self._check_add_window(len(data)):
            message = paramiko.Message()
            message.add_byte(WINDOW_ADJUST)
            message.add_int(self.remote_chanid)
            message.add_int(owed)
            try:
                self.transport._send_user_message(message)
            except (EOFError, OSError, paramiko.SSHException):
                with self.lock:
                    self.in_window_sofar += owed
        return data

    def expect_window(self, size: int) -> None:
        """Count on a window of that many bytes, of which the server's word is still on its way.

        To be called after `request_exec`, for a server that opens its window when it takes the command.
        """
        with self.lock:
            if self.out_window_size == 0:
                self._expected = self.out_window_size = size

    def finish(self) -> None:
        """Say that nothing more will be sent; gives the server's slot for the channel back."""
        try:
            self.close()
        except (EOFError, OSError, paramiko.SSHException):
            self._unlink()  # the connection is gone, and the slot with it
        if self.close_received:
            self.transport._unlink_channel(self.chanid)
