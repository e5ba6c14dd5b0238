"""Watches the private names of paramiko that this floor leans on, and how they behave."""

import ast
import inspect
from pathlib import Path
from typing import Any

import paramiko
import pytest
from paramiko.common import (
    MSG_CHANNEL_CLOSE,
    MSG_CHANNEL_FAILURE,
    MSG_CHANNEL_REQUEST,
    cMSG_CHANNEL_OPEN,
    cMSG_CHANNEL_REQUEST,
    cMSG_GLOBAL_REQUEST,
)

from smolrun.ssh import channel, private, transport
from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.transport import Transport

REAL: Any = paramiko  # with the names that its published types leave out
PARTS = {
    "PrivateTransport": REAL.Transport,
    "PrivateChannel": REAL.Channel,
    "PrivateAuthHandler": REAL.AuthHandler,
    "PrivateAgent": REAL.agent.AgentSSH,
}


def declared() -> list[tuple[str, str, list[str] | None]]:
    """Each name in private.py: its class, itself, and its parameters where it is a function."""
    found: list[tuple[str, str, list[str] | None]] = []
    tree = ast.parse(Path(inspect.getfile(private)).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in PARTS:
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name != "__init__":
                    found.append((node.name, item.name, [argument.arg for argument in item.args.args]))
                elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    found.append((node.name, item.target.id, None))
    return found


@pytest.mark.parametrize(("part", "name", "parameters"), declared())
def test_the_name_is_still_there(part: str, name: str, parameters: list[str] | None) -> None:
    owner = PARTS[part]
    if parameters is None:
        assert f"self.{name} =" in inspect.getsource(owner) or hasattr(owner, name)
    else:
        assert list(inspect.signature(getattr(owner, name)).parameters) == parameters


def test_enough_names_are_watched() -> None:
    assert len(declared()) >= 20


def test_the_message_numbers_are_those_of_the_protocol() -> None:
    assert (MSG_CHANNEL_CLOSE, MSG_CHANNEL_REQUEST, MSG_CHANNEL_FAILURE) == (97, 98, 100)
    assert (
        cMSG_CHANNEL_OPEN,
        cMSG_CHANNEL_REQUEST,
        cMSG_GLOBAL_REQUEST,
    ) == (transport.OPEN, channel.REQUEST, transport.GLOBAL_REQUEST)


def test_every_channel_message_is_handled() -> None:
    assert set(Transport._channel_handler_table) == set(REAL.Transport._channel_handler_table)


def test_a_message_that_is_dropped_on_a_dead_transport_is_noticed() -> None:
    source = inspect.getsource(REAL.Transport._send_user_message)
    assert "if not self.active" in source
    assert "self._send_message(data)" in source, "send_for_sure sees what went through there"


def test_a_blocked_send_is_tried_again_until_the_socket_says_otherwise() -> None:
    source = inspect.getsource(REAL.Packetizer.write_all)
    assert "except socket.timeout:\n                retry_write = True" in source
    assert "raise EOFError" in source


def test_a_channel_does_nothing_on_its_own_when_the_server_closes_it() -> None:
    opened = SessionChannel(7)
    sent: list[object] = []

    class Recorder:
        def _send_user_message(self, message: object) -> None:
            sent.append(message)

        def _unlink_channel(self, number: int) -> None: ...

        def get_log_channel(self) -> str:
            return "paramiko.transport"

        def _sanitize_packet_size(self, size: int) -> int:
            return size

    opened._set_transport(Recorder())  # type: ignore[arg-type]
    opened._set_remote_channel(3, 1000, 1000)  # type: ignore[attr-defined]
    opened._handle_close(paramiko.Message())
    assert (opened.close_received, sent) == (True, [])
    opened.finish()
    assert len(sent) == 2, "the end of input, and then the close, from the owner's own thread"


def test_authenticated_ciphers_come_first_and_none_is_lost() -> None:
    ciphers = Transport._preferred_ciphers
    assert [name.endswith("-gcm@openssh.com") for name in ciphers[:3]] == [True, True, False]
    assert sorted(ciphers) == sorted(REAL.Transport._preferred_ciphers)
