"""``serial``, ``order`` and what ends a play for all: percentages of failed hosts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smolrun.engine.batches import batches_of, ordered
from smolrun.engine.events import PlayStarted
from smolrun.errors import SmolVMError
from tests.engine.conftest import Play

HOSTS = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("serial", "sizes"),
    [
        ([], [5]),
        (["2"], [2, 2, 1]),
        (["0"], [5]),
        (["9"], [5]),
        (["40%"], [2, 2, 1]),
        (["1%"], [1, 1, 1, 1, 1]),
        (["100%"], [5]),
        (["1", "3"], [1, 3, 1]),
        (["1", "60%", "1"], [1, 3, 1]),
    ],
)
def test_batches_have_the_sizes_that_serial_names(serial: list[str], sizes: list[int]) -> None:
    batches = batches_of(HOSTS, serial, None)
    assert [len(batch) for batch in batches] == sizes
    assert [host for batch in batches for host in batch] == HOSTS


def test_a_size_has_to_be_a_number() -> None:
    with pytest.raises(SmolVMError, match="expected a number or a percentage, found 'many'"):
        batches_of(HOSTS, ["many"], None)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, ["b", "c", "a"]),
        ("inventory", ["b", "c", "a"]),
        ("reverse_inventory", ["a", "c", "b"]),
        ("sorted", ["a", "b", "c"]),
        ("reverse_sorted", ["c", "b", "a"]),
    ],
)
def test_hosts_come_in_the_order_that_is_asked_for(order: str | None, expected: list[str]) -> None:
    assert ordered(["b", "c", "a"], order, None) == expected


def test_shuffled_hosts_are_all_there() -> None:
    assert sorted(ordered(HOSTS, "shuffle", None)) == HOSTS


def test_an_unknown_order_is_an_error() -> None:
    with pytest.raises(SmolVMError, match="there is no order 'random'"):
        ordered(HOSTS, "random", None)


def test_each_batch_goes_through_the_whole_play_handlers_included(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          serial: "{{ sizes }}"
          order: reverse_sorted
          vars: {sizes: [1, 2]}
          tasks:
            - {name: one, command: "true", notify: handle}
            - {name: two, debug: {msg: "{{ ansible_play_batch }} {{ ansible_play_hosts }}"}}
            - {name: three, command: "true", run_once: true}
          handlers:
            - {name: handle, debug: {}}
        """,
        hosts=["a", "b", "c"],
    )
    assert [event.hosts for event in played.of(PlayStarted)] == [("c",), ("b", "a")]
    assert played.tasks() == ["one", "two", "three", "handle", "one", "one", "two", "two", "three", "handle", "handle"]
    assert played.task("two", "c").result["msg"] == "['c'] ['c', 'b', 'a']"
    assert played.task("two", "a").result["msg"] == "['b', 'a'] ['c', 'b', 'a']"


def test_a_batch_that_fails_as_a_whole_ends_the_playbook(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          serial: [2, 1]
          tasks:
            - {name: one, fail: {}, when: inventory_hostname in fail}
        - hosts: all
          gather_facts: false
          tasks:
            - {name: later, debug: {}}
        """,
        hosts=["a", "b", "c", "d"],
        extra_vars={"fail": ["a", "c"]},
    )
    assert played.code == 2
    assert [event.hosts for event in played.of(PlayStarted)] == [("a", "b"), ("c",)]
    assert "later" not in played.tasks()


@pytest.mark.parametrize(("most", "tasks"), [(49, ["one"]), (50, ["one", "two"])])
def test_more_failures_than_max_fail_percentage_end_the_play_for_all(play: Play, most: int, tasks: list[str]) -> None:
    played = play(
        f"""
        - hosts: all
          gather_facts: false
          serial: 2
          max_fail_percentage: {most}
          tasks:
            - {{name: one, command: "false", failed_when: inventory_hostname == 'a'}}
            - {{name: two, debug: {{}}}}
        """,
        hosts=["a", "b", "c"],
    )
    assert played.code == 2
    assert played.tasks("b") == tasks
    assert bool(played.tasks("c")) is (most == 50)


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_any_errors_fatal_ends_the_batches_that_follow_too(play: Play, strategy: str) -> None:
    played = play(
        f"""
        - hosts: all
          gather_facts: false
          serial: 2
          strategy: {strategy}
          any_errors_fatal: true
          tasks:
            - {{name: one, command: "false", failed_when: inventory_hostname == 'a'}}
            - {{name: two, command: sleep 0.3}}
            - {{name: three, debug: {{}}}}
        """,
        hosts=["a", "b", "c"],
    )
    assert played.code == 2
    assert (played.tasks("c"), "three" in played.tasks("b")) == ([], False)


@given(
    st.integers(0, 40),
    st.lists(st.one_of(st.integers(1, 50).map(str), st.integers(1, 100).map(lambda share: f"{share}%")), max_size=4),
)
def test_any_batches_hold_all_hosts_in_order_each_as_large_as_its_size(number: int, serial: list[str]) -> None:
    hosts = [f"h{index}" for index in range(number)]
    batches = batches_of(hosts, serial, None)
    assert [host for batch in batches for host in batch] == hosts
    assert all(batches)
    for index, batch in enumerate(batches):
        wanted = serial[min(index, len(serial) - 1)] if serial else str(number)
        share = wanted.removesuffix("%")
        size = max(1, number * int(share) // 100) if wanted.endswith("%") else int(share)
        assert len(batch) == size or (batch is batches[-1] and len(batch) < size)
