"""Working for several hosts at a time."""

import threading

import pytest

from smolrun.engine.workers import Workers


def test_results_come_in_the_order_of_the_items() -> None:
    with Workers(4) as workers:
        assert workers.map(lambda number: number * 2, list(range(50))) == [number * 2 for number in range(50)]


def test_one_host_needs_no_thread() -> None:
    with Workers(4) as workers:
        assert workers.map(lambda _: threading.current_thread(), [1]) == [threading.current_thread()]


@pytest.mark.parametrize(("forks", "limit", "most"), [(3, None, 3), (3, 2, 2), (1, None, 1), (3, 9, 3)])
def test_no_more_work_at_a_time_than_forks_and_limit_allow(forks: int, limit: int | None, most: int) -> None:
    lock, seen = threading.Lock(), [0, 0]
    meet = threading.Barrier(most)

    def work(_: int) -> None:
        with lock:
            seen[0] += 1
            seen[1] = max(seen)
        meet.wait(10)
        with lock:
            seen[0] -= 1

    with Workers(forks) as workers:
        workers.map(work, list(range(6)), limit=limit)
    assert seen[1] == most


def test_an_error_is_raised_after_the_others_are_done() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise RuntimeError("broken")
        done.append(number)

    with Workers(2) as workers, pytest.raises(RuntimeError, match="broken"):
        workers.map(work, [0, 1, 2, 3])
    assert sorted(done) == [0, 2, 3]
