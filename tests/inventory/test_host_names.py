import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smolrun.inventory.host_names import HostNameError, WrittenHost, read_host


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("web1", ("web1",)),
        ("web[1:3]", ("web1", "web2", "web3")),
        ("web[01:03].lab", ("web01.lab", "web02.lab", "web03.lab")),
        ("web[:2]", ("web0", "web1", "web2")),
        ("web[1:9:4]", ("web1", "web5", "web9")),
        ("db-[a:c]", ("db-a", "db-b", "db-c")),
        ("[1:2].lab", ("1.lab", "2.lab")),
        ("r[1:2]n[a:b]", ("r1na", "r1nb", "r2na", "r2nb")),
        ("2001:db8::1", ("2001:db8::1",)),
        ("[2001:db8::1]", ("2001:db8::1",)),
        ("10.0.0.[1:2]", ("10.0.0.1", "10.0.0.2")),
    ],
)
def test_a_name_stands_for_hosts_in_order(text: str, names: tuple[str, ...]) -> None:
    assert read_host(text) == WrittenHost(names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web1:2222", WrittenHost(("web1",), 2222)),
        ("web[1:2]:22", WrittenHost(("web1", "web2"), 22)),
        ("[2001:db8::1]:2222", WrittenHost(("2001:db8::1",), 2222)),
        ("[1:9:2]:22", WrittenHost(("1", "3", "5", "7", "9"), 22)),
    ],
)
def test_a_port_stands_behind_a_name(text: str, expected: WrittenHost) -> None:
    assert read_host(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("web[3:1]", "ends before it begins"),
        ("web[c:a]", "ends before it begins"),
        ("web[1:]", "no end"),
        ("web[01:100]", "same number of digits"),
        ("web[1:5:0]", "above 0"),
        ("web[1:5:x]", "above 0"),
        ("web[a:5]", "neither of numbers nor of single letters"),
        ("web[1-5]", "a range is written"),
        ("web[1:5", "a range is written"),
        ("web[1:999999999]", "more than"),
        ("web[1:9999][1:9999]", "more than"),
        ("web1:99999", "between 1 and 65535"),
    ],
)
def test_what_makes_no_sense_is_told(text: str, why: str) -> None:
    with pytest.raises(HostNameError, match=why):
        read_host(text)


@settings(deadline=None)
@given(begin=some.integers(0, 500), count=some.integers(0, 60), step=some.integers(1, 9), width=some.integers(1, 5))
def test_a_range_of_numbers_is_what_counting_gives(begin: int, count: int, step: int, width: int) -> None:
    end = begin + count
    padded = width > len(str(begin)) and width >= len(str(end))
    first, last = (str(begin).zfill(width), str(end).zfill(width)) if padded else (str(begin), str(end))

    names = read_host(f"h[{first}:{last}:{step}]x").names

    assert [int(name[1:-1]) for name in names] == list(range(begin, end + 1, step))
    assert {len(name) - 2 for name in names} == {width} or not padded


@settings(deadline=None)
@given(some.text(alphabet="ab1[:]-.0", max_size=20))
def test_no_text_does_anything_but_expand_or_say_why_not(text: str) -> None:
    try:
        names = read_host(text).names
    except HostNameError:
        return
    assert names
