import threading
import time
from pathlib import Path

import pytest

from smolrun.connection.pool import ConnectionPool
from smolrun.connection.settings import Endpoint
from smolrun.deadline import Deadline
from smolrun.errors import NotRunError, OperationCancelledError
from smolrun.ssh.request import CommandRequest


def test_equal_endpoints_share_a_connection_and_others_do_not() -> None:
    with ConnectionPool() as pool:
        one = pool.get(Endpoint(host="web1", user="a"))

        assert pool.get(Endpoint(host="web1", user="a")) is one
        assert pool.get(Endpoint(host="web1", user="b")) is not one
        assert pool.get(Endpoint(kind="local")) is pool.get(Endpoint(kind="local"))


def test_asking_for_a_connection_sends_nothing() -> None:
    with ConnectionPool() as pool:
        connection = pool.get(Endpoint(host="host.invalid", user="x", port=1))

        assert connection.description == "x@host.invalid:1"


def test_settings_that_cannot_be_are_told_with_the_endpoint() -> None:
    with ConnectionPool() as pool, pytest.raises(NotRunError, match="x@a:70000 cannot be reached"):
        pool.get(Endpoint(host="a", user="x", port=70000))


def test_an_insecure_connection_warns() -> None:
    with ConnectionPool() as pool:
        assert any("not checked" in text for text in pool.get(Endpoint(host="a", host_key="insecure")).warnings)


def test_threads_that_ask_at_once_get_the_same_connection() -> None:
    found = []
    with ConnectionPool() as pool:
        barrier = threading.Barrier(8)

        def ask() -> None:
            barrier.wait()
            found.append(pool.get(Endpoint(host="web1")))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(set(map(id, found))) == 1


def test_cancelling_ends_every_running_command(tmp_path: Path) -> None:
    ended = []
    pool = ConnectionPool()

    def work(name: str) -> None:
        connection = pool.get(Endpoint(kind="local", folder=tmp_path / name))
        try:
            connection.run(CommandRequest("touch started; sleep 300", "raw"), Deadline.never())
        except OperationCancelledError as error:
            ended.append((name, error.killed))

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for name, thread in zip("ab", threads, strict=True):
        (tmp_path / name).mkdir()
        thread.start()
    until = time.monotonic() + 20
    while not all((tmp_path / name / "started").exists() for name in "ab"):
        assert time.monotonic() < until
        time.sleep(0.01)
    pool.cancel_all()
    for thread in threads:
        thread.join(10)
    pool.close()

    assert sorted(ended) == [("a", True), ("b", True)]


def test_a_closed_pool_gives_no_connections() -> None:
    pool = ConnectionPool()
    pool.close()
    pool.close()

    with pytest.raises(NotRunError):
        pool.get(Endpoint(kind="local"))


def test_a_further_connection_is_forgotten_when_it_is_given_back() -> None:
    with ConnectionPool() as pool:
        one = pool.get(Endpoint(kind="local"))
        further = [pool.another(one) for _ in range(3)]
        for connection in further:
            pool.give_back(connection)
        assert pool.connections == (one,)
