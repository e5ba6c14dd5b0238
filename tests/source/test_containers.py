"""Mappings and lists that remember their places."""

from smolrun.location import SourceFile
from smolrun.source.containers import LocatedDict, location_at
from smolrun.source.yaml_loader import load_yaml

LOADED = load_yaml(SourceFile("f.yml", "a:\n  - b: 1\n    c: [x, y]\n"))


def test_the_place_of_a_path_is_the_most_exact_one_known() -> None:
    assert str(location_at(LOADED, ["a", 0, "c", 1])) == "f.yml:3:12"
    assert str(location_at(LOADED, ["a", 0, "b"])) == "f.yml:2:8"
    assert str(location_at(LOADED, [])) == "f.yml:1:1"


def test_a_path_that_leads_nowhere_gives_the_place_where_it_ended() -> None:
    assert str(location_at(LOADED, ["a", 0, "none", 5])) == "f.yml:2:5"
    assert str(location_at(LOADED, ["a", 7])) == "f.yml:2:3"


def test_what_was_not_written_has_no_place() -> None:
    assert location_at({"a": 1}, ["a"]) is None


def test_they_are_equal_to_plain_ones() -> None:
    assert LOADED == {"a": [{"b": 1, "c": ["x", "y"]}]}
    assert LocatedDict({"a": 1}) == {"a": 1}
