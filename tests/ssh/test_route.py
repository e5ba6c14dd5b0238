"""The byte stream to a server."""

import socket

import pytest

from smolrun.deadline import Deadline
from smolrun.ssh.cancellation import Cancellation
from smolrun.ssh.route import connect_tcp
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.target import resolve_target


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="Linux alone puts acknowledgements off like that")
def test_what_was_read_is_acknowledged_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        target = resolve_target(ClientSettings(host="127.0.0.1", user="root", port=port, ssh_config="none"))
        with connect_tcp(target, Deadline.after(5), 5, Cancellation()) as ours, listener.accept()[0] as theirs:
            for _ in range(3):  # in a conversation that goes to and fro, the kernel begins to wait
                theirs.sendall(b"question")
                assert ours.recv(100) == b"question"
                assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK) == 1
                ours.sendall(b"answer")
                assert theirs.recv(100) == b"answer"
