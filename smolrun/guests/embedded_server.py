"""The SSH side of the embedded guest: one paramiko server for each connection, one thread for each stream."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import ClassVar

from smolrun.guests.embedded_machine import Machine, read_answer, send_command
from smolrun.ssh.library import paramiko

BANNER = "SSH-2.0-smolrun_embedded"
_CHUNK = 32768


class _Transport(paramiko.Transport):
    """Starts a command only once the reply to its request is on its way.

    A quick command would otherwise close its channel before the client has heard that it was accepted.
    """

    server_object: "ServerConnection"

    def _handle_channel_request(self: paramiko.Channel, message: paramiko.Message) -> None:  # type: ignore[misc]
        # An entry of the transport's table of handlers, which are called with the channel.
        self._handle_request(message)  # type: ignore[attr-defined]
        assert isinstance(self.transport, _Transport)
        self.transport.server_object.start_accepted(self)

    _channel_handler_table: ClassVar[dict[int, Callable[..., None]]] = {
        **paramiko.Transport._channel_handler_table,  # type: ignore[attr-defined]
        paramiko.common.MSG_CHANNEL_REQUEST: _handle_channel_request,
    }


class ServerConnection(paramiko.ServerInterface):
    """One client: logs it in by the one key, and runs its commands below a process of its own."""

    def __init__(
        self, peer: socket.socket, machine: Machine, host_key: paramiko.PKey, login_key: paramiko.PKey
    ) -> None:
        self._login_key = login_key
        self._user = machine.account.name
        self._lock = threading.Lock()
        self._commands: dict[int, ServerCommand] = {}
        self._numbers = 0
        self._accepted: dict[int, bytes] = {}  # by channel; touched by the transport's thread alone
        self._requests = machine.open_connection(_named(peer))
        self.transport = _Transport(peer)
        self.transport.local_version = BANNER
        self.transport.set_log_channel("paramiko.embedded-guest")  # below paramiko's own, which the client has silenced
        self.transport.add_server_key(host_key)

    def serve(self) -> None:
        """Negotiate and serve until the client goes; returns at once, the work happens in threads."""
        threading.Thread(target=self._read_answers, name="embedded-guest-answers", daemon=True).start()
        self.transport.start_server(event=threading.Event(), server=self)

    def close(self) -> None:
        self.transport.close()
        self._requests.close()

    # what the client may ask for

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = username == self._user and key.asbytes() == self._login_key.asbytes()
        return paramiko.common.AUTH_SUCCESSFUL if known else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return (
            paramiko.common.OPEN_SUCCEEDED
            if kind == "session"
            else paramiko.common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        )

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        if b"\0" in command:
            return False
        self._accepted[channel.chanid] = command
        return True

    def start_accepted(self, channel: paramiko.Channel) -> None:
        """Start the command that has just been accepted on this channel, if one has."""
        command = self._accepted.pop(channel.chanid, None)
        if command is None:
            return
        with self._lock:
            self._numbers += 1
            number = self._numbers
            running = ServerCommand(channel, lambda: self._forget(number))
            self._commands[number] = running
        try:
            running.start(lambda descriptors: send_command(self._requests, number, command, descriptors))
        except OSError:  # the guest is being stopped
            self._forget(number)
            channel.close()

    def _forget(self, number: int) -> None:
        with self._lock:
            self._commands.pop(number, None)

    def _read_answers(self) -> None:
        while True:
            try:
                answer = read_answer(self._requests)
            except OSError:
                answer = None
            if answer is None:
                self.transport.close()
                return
            with self._lock:
                command = self._commands.get(answer[0])
            if command is not None:
                command.ended(answer[1])


def _named(peer: socket.socket) -> dict[str, str]:
    """What sshd tells commands of their connection (sshd(8), "LOGIN PROCESS")."""
    (client, client_port), (server, server_port) = peer.getpeername(), peer.getsockname()
    return {
        "SSH_CONNECTION": f"{client} {client_port} {server} {server_port}",
        "SSH_CLIENT": f"{client} {client_port} {server_port}",
    }


class ServerCommand:
    """One command: its three pipes, pumped to and from its channel, and its end.

    As with sshd, the exit status is sent when the command ends, EOF when nothing holds its output open any more,
    and the channel is closed once both are sent.
    """

    def __init__(self, channel: paramiko.Channel, done: Callable[[], None]) -> None:
        self._channel = channel
        self._done = done
        self._lock = threading.Lock()
        self._waiting_for = 3  # standard output, standard error, the exit status
        self._open_outputs = 2

    def start(self, spawn: Callable[[list[int]], None]) -> None:
        stdin, to_stdin = os.pipe()
        from_stdout, stdout = os.pipe()
        from_stderr, stderr = os.pipe()
        theirs, ours = [stdin, stdout, stderr], [to_stdin, from_stdout, from_stderr]
        try:
            spawn(theirs)
        except OSError:
            for descriptor in ours:
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self._thread(self._pump_in, to_stdin)
        self._thread(self._pump_out, from_stdout, self._channel.sendall)
        self._thread(self._pump_out, from_stderr, self._channel.sendall_stderr)

    def ended(self, status: int) -> None:
        try:
            if status >= 0:
                self._channel.send_exit_status(status)
            else:
                self._send_exit_signal(signal.Signals(-status).name.removeprefix("SIG"))
        except (OSError, EOFError, paramiko.SSHException):
            pass  # the client has gone
        self._one_done()

    def _send_exit_signal(self, name: str) -> None:
        # RFC 4254, section 6.10; paramiko's server side has no call for it.
        message = paramiko.Message()
        message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
        message.add_int(self._channel.remote_chanid)
        message.add_string("exit-signal")
        message.add_boolean(False)
        message.add_string(name)
        message.add_boolean(False)
        message.add_string("")
        message.add_string("")
        self._channel.transport._send_user_message(message)  # type: ignore[union-attr]

    def _thread(self, target: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, name="embedded-guest-stream", daemon=True).start()

    def _pump_in(self, descriptor: int) -> None:
        try:
            while data := self._channel.recv(_CHUNK):
                _write_all(descriptor, data)
        except OSError:
            with contextlib.suppress(EOFError, OSError):  # the connection may end meanwhile
                while self._channel.recv(_CHUNK):  # nobody reads it: discard, or the client's window never opens
                    pass
        except EOFError:
            pass
        finally:
            os.close(descriptor)

    def _pump_out(self, descriptor: int, send: Callable[[bytes], None]) -> None:
        try:
            while data := os.read(descriptor, _CHUNK):
                send(data)
        except OSError:
            pass  # the channel is closed: closing our end tells the command, as sshd does
        finally:
            os.close(descriptor)
        with self._lock:
            self._open_outputs -= 1
            last = self._open_outputs == 0
        if last:
            with contextlib.suppress(OSError, EOFError):
                self._channel.shutdown_write()
        self._one_done()

    def _one_done(self) -> None:
        with self._lock:
            self._waiting_for -= 1
            if self._waiting_for:
                return
        with contextlib.suppress(EOFError):  # the client has gone, and the connection with it
            self._channel.close()
        self._done()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
