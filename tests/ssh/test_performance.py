"""A steady-state command costs one network round trip, and little on loopback."""

import statistics
import time
from collections.abc import Callable

from smolrun.ssh.client import SSHClient
from tests.servers.delay_relay import DelayRelay
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser

ROUND_TRIP = 0.08


def median(client: SSHClient, count: int, shell: str = "raw") -> float:
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        assert client.run("true", shell=shell).ok  # type: ignore[arg-type]
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def test_one_round_trip_a_command(openssh_as: AsUser, delay_relay: Callable[[Endpoint, float], DelayRelay]) -> None:
    guest = openssh_as("dash")
    direct = guest.client()
    direct.run("true", shell="raw")
    own_work = median(direct, 15)
    client = guest.at(delay_relay(guest, ROUND_TRIP / 2).port).client()
    client.run("true", shell="raw")
    through = median(client, 9)
    assert through - own_work + 0.002 >= ROUND_TRIP, "the relay delays"
    assert through < 1.5 * ROUND_TRIP + own_work, "two round trips would be twice as long"


def test_five_milliseconds_on_loopback(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client()
    client.run("true", shell="raw")
    best = min(median(client, 20) for _ in range(3))
    assert best < 0.005 * 3, "three times the aim of 5 ms, for machines that are busy with other tests"
