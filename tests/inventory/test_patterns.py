import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smolrun.inventory.patterns import Matched, Names, PatternError, match, split_pattern

MEMBERS = {
    "all": ["lone", "web1", "web2", "web3", "db1", "db2"],
    "web": ["web1", "web2", "web3"],
    "db": ["db1", "db2"],
    "staging": ["web3", "db2"],
    "empty": [],
}
NAMES = Names(
    hosts=MEMBERS["all"],
    groups=list(MEMBERS),
    members=MEMBERS.__getitem__,
    fallback=lambda name: name if name == "localhost" else None,
)


def hosts(pattern: str | list[str]) -> list[str]:
    return list(match(pattern, NAMES).hosts)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("all", MEMBERS["all"]),
        ("*", MEMBERS["all"]),
        ("web1", ["web1"]),
        ("web:db", ["web1", "web2", "web3", "db1", "db2"]),
        ("db,web1", ["db1", "db2", "web1"]),
        (["db", "web1"], ["db1", "db2", "web1"]),
        ("web:&staging", ["web3"]),
        ("&staging:web", ["web3"]),
        ("web:!staging", ["web1", "web2"]),
        ("!staging:web", ["web1", "web2"]),
        ("!staging", ["lone", "web1", "web2", "db1"]),
        ("&staging", ["web3", "db2"]),
        ("all:&staging:!db", ["web3"]),
        ("!db:all:&staging", ["web3"]),
        ("web[0]", ["web1"]),
        ("web[-1]", ["web3"]),
        ("web[0:1]", ["web1", "web2"]),
        ("web[0-1]", ["web1", "web2"]),
        ("web[1:]", ["web2", "web3"]),
        ("w*[1:2]", ["web2", "web3"]),
        ("web[9]", []),
        ("web[-9]", []),
        ("web?", ["web1", "web2", "web3"]),
        ("*1", ["web1", "db1"]),
        ("~web[12]", ["web1", "web2"]),
        ("~(web|db)1", ["web1", "db1"]),
        ("~.b:!web", ["db1", "db2"]),
        ("localhost", ["localhost"]),
        ("empty", []),
        ("", []),
        ("web , db1", ["web1", "web2", "web3", "db1"]),
    ],
)
def test_patterns_choose_hosts(pattern: str | list[str], expected: list[str]) -> None:
    assert hosts(pattern) == expected


def test_parts_that_match_nothing_are_reported() -> None:
    assert match("web1:nope:&none", NAMES) == Matched((), ("nope", "none"))


@pytest.mark.parametrize("pattern", ["~web(", "~web{99999999999999999999}"])
def test_a_regular_expression_that_is_none_is_an_error(pattern: str) -> None:
    with pytest.raises(PatternError, match="not a regular expression"):
        hosts(pattern)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("a:b", ["a", "b"]),
        ("a,b", ["a", "b"]),
        ("a[1:2]:b", ["a[1:2]", "b"]),
        ("2001:db8::1", ["2001:db8::1"]),
        ("!2001:db8::1,web", ["!2001:db8::1", "web"]),
        ("::1", ["::1"]),
        ("db:ab:cd", ["db", "ab", "cd"]),
        ("!1:2:3:4:5:6:7:8", ["!1:2:3:4:5:6:7:8"]),
        (" a , ,b ", ["a", "b"]),
    ],
)
def test_patterns_are_cut_outside_of_brackets_and_addresses(pattern: str, parts: list[str]) -> None:
    assert split_pattern(pattern) == parts


TERMS = some.sampled_from(["web", "db", "staging", "empty", "all", "web1", "db2", "lone"])


@settings(deadline=None)
@given(some.lists(some.tuples(some.sampled_from(["", "&", "!"]), TERMS), min_size=1, max_size=6))
def test_patterns_are_set_algebra_in_a_fixed_order(terms: list[tuple[str, str]]) -> None:
    def members(term: str) -> set[str]:
        return set(MEMBERS.get(term, [term]))

    unions = [members(term) for sign, term in terms if sign == ""] or [members("all")]
    expected = set().union(*unions)
    for sign, term in terms:
        expected = expected & members(term) if sign == "&" else expected
    for sign, term in terms:
        expected = expected - members(term) if sign == "!" else expected

    found = hosts(":".join(sign + term for sign, term in terms))

    assert set(found) == expected
    assert len(found) == len(set(found))
