"""The decorator answers as the standard one does, and writes nothing before it has to."""

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any

import pytest

from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    secret: str = field(default="s3cret", repr=False, compare=False)

    def moved(self) -> "Point":
        return replace(self, x=self.x + 1)


@dataclass
class Counter:
    count: int = 0


@dataclass(frozen=True)
class Named(Point):
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Base:
    time: float


@dataclass(frozen=True, kw_only=True)
class Happening(Base):
    kind: str = "happening"
    what: str


def test_positions_names_and_defaults() -> None:
    assert (Point(1).y, Point(1, 2).y, Point(x=1, y=3).y) == (0, 2, 3)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1, z=2)  # type: ignore[call-arg]


def test_every_instance_has_a_list_of_its_own() -> None:
    first, second = Point(1), Point(1)
    first.tags.append("a")
    assert second.tags == []


def test_frozen_means_frozen() -> None:
    point = Point(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x


def test_what_is_not_frozen_can_be_set_and_has_no_hash() -> None:
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(counter)


def test_equality_and_hash_look_at_the_compared_fields_only() -> None:
    @dataclass(frozen=True)
    class Pair:
        one: int
        two: int
        seen: int = field(default=0, compare=False)

    assert Pair(1, 2) == Pair(1, 2, seen=5) != Pair(1, 3)
    assert len({Pair(1, 2), Pair(1, 2, seen=5), Pair(2, 1)}) == 2
    assert Pair(1, 2).__eq__((1, 2)) is NotImplemented


def test_without_equality_instances_are_only_themselves() -> None:
    @dataclass(frozen=True, eq=False)
    class Thing:
        name: str

    thing = Thing("a")
    assert thing != Thing("a")
    assert {thing: 1}[thing] == 1


def test_repr_leaves_secrets_out() -> None:
    assert repr(Point(1, tags=["a"])) == "Point(x=1, y=0, tags=['a'])"


def test_a_method_of_its_own_is_kept() -> None:
    @dataclass(frozen=True)
    class Shown:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert repr(Shown("a")) == "<a>"
    assert Shown("a") == 5


def test_replace_gives_a_changed_copy() -> None:
    assert Point(1, 2).moved() == Point(2, 2)


def test_a_subclass_has_the_fields_of_its_base_first() -> None:
    named = Named(1, 2, ["t"], "x", "n")
    assert (named.x, named.name) == (1, "n")
    assert [one.name for one in dataclasses.fields(named)] == ["x", "y", "tags", "secret", "name"]
    assert named != Point(1, 2, ["t"], "x")


def test_a_plain_subclass_makes_instances() -> None:
    class Sub(Counter):
        def __init__(self) -> None:
            super().__init__(7)

    assert Sub().count == 7


def test_fields_by_name_only_may_follow_those_with_defaults() -> None:
    assert Happening(time=1.0, what="x") == Happening(kind="happening", what="x", time=1.0)
    with pytest.raises(TypeError, match="positional"):
        Happening(1.0, "x")  # type: ignore[call-arg]


def test_post_init_is_called() -> None:
    @dataclass(frozen=True)
    class Checked:
        name: str

        def __post_init__(self) -> None:
            if not self.name:
                raise ValueError("no name")

    with pytest.raises(ValueError, match="no name"):
        Checked("")


def test_nothing_is_written_before_the_first_instance() -> None:
    @dataclass(frozen=True)
    class Unused:
        name: str

    written = Unused.__init__
    assert "__match_args__" not in vars(Unused)
    Unused("a")
    assert "__match_args__" in vars(Unused)
    assert Unused.__init__ is not written


def test_fields_are_there_for_whoever_asks() -> None:
    @dataclass(frozen=True)
    class Asked:
        name: str

    assert [one.name for one in dataclasses.fields(Asked)] == ["name"]


def test_a_standard_subclass_has_the_fields_too() -> None:
    @dataclass
    class Lazy:
        name: str

    @dataclasses.dataclass
    class Standard(Lazy):
        size: int

    assert Standard("a", 1) == Standard(name="a", size=1)


def test_two_threads_may_make_the_first_instance() -> None:
    def in_threads(make: Callable[[], Any]) -> list[Any]:
        made: list[Any] = []
        gate = threading.Barrier(8)

        def work() -> None:
            gate.wait()
            made.append(make())

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return made

    for _ in range(20):

        @dataclass(frozen=True)
        class Fresh:
            names: list[str] = field(default_factory=list)

        assert in_threads(Fresh) == [Fresh()] * 8
