"""A channel's own account of what its server takes."""

import paramiko
import pytest

from smolrun.ssh.channel import SessionChannel
from smolrun.ssh.client import SSHClient
from smolrun.ssh.execution import EARLY_INPUT
from smolrun.ssh.transport import WatchedSocket
from tests.servers.endpoint import Endpoint


def adjusted(channel: SessionChannel, size: int) -> int:
    message = paramiko.Message()
    message.add_int(size)
    message.rewind()
    channel._window_adjust(message)
    return channel.out_window_size


def test_a_window_that_was_counted_on_is_counted_once() -> None:
    channel = SessionChannel(0)
    channel.out_window_size = 0
    channel.expect_window(100)
    channel.out_window_size -= 60  # sent
    assert adjusted(channel, 30) == 40
    assert adjusted(channel, 1000) == 1030 - 60
    assert adjusted(channel, 5) == 1035 - 60


def test_where_there_is_a_window_none_is_counted_on() -> None:
    channel = SessionChannel(0)
    channel.out_window_size = 7
    channel.expect_window(100)
    assert adjusted(channel, 30) == 37


@pytest.mark.parametrize("size", [EARLY_INPUT - 1, EARLY_INPUT, EARLY_INPUT + 1, 5_000_000])
def test_every_byte_of_input_arrives_where_its_beginning_did_not_wait(openssh: Endpoint, size: int) -> None:
    client: SSHClient = openssh.client()
    content = (b"0123456789abcde\n" * (size // 16 + 1))[:size]
    for _ in range(2):
        assert client.run("cat", shell="raw", stdin=content).stdout_bytes == content
    assert client._connection.made == 1


class Pieces:
    """A socket that gives what it was told to, piece by piece."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def recv(self, size: int) -> bytes:
        return self.pieces.pop(0)[:size]


def test_what_has_come_is_read_before_anybody_is_woken() -> None:
    waits: list[int] = []
    inner = Pieces(b"abcdefgh", b"ij", b"")
    watched = WatchedSocket(inner, lambda: waits.append(len(inner.pieces)))
    assert [watched.recv(3), watched.recv(4)] == [b"abc", b"defg"]
    assert waits == [3], "once, before the first piece"
    assert [watched.recv(4), watched.recv(4), watched.recv(4)] == [b"h", b"ij", b""]
    assert waits == [3, 2, 1]
