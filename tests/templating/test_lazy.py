"""Containers that are rendered entry by entry, and those that need not be."""

from smolrun.source.text import SourceText
from smolrun.templating.lazy import LazyDict, LazyList, list_of, mapping_of
from tests.templating.conftest import Render, trusted

DATA = ["a", 1, 2.5, True, None]


def unused(_: object) -> object:
    raise AssertionError("nothing is to be rendered")


def test_where_nothing_is_to_be_rendered_a_plain_copy_is_given() -> None:
    items, mapping = list_of(DATA, unused), mapping_of({"a": 1, 2: "b"}, unused)
    assert (type(items), items) == (list, DATA)
    assert (type(mapping), mapping) == (dict, {"a": 1, 2: "b"})


def test_the_copy_can_be_changed_without_the_original() -> None:
    original = ["a"]
    list_of(original, unused).append("b")
    mapping = {"a": 1}
    mapping_of(mapping, unused).update(b=2)
    assert (original, mapping) == (["a"], {"a": 1})


def test_texts_and_containers_inside_are_rendered_when_read() -> None:
    rendered = list_of([SourceText("{{ x }}"), ["inner"]], lambda raw: f"<{raw}>")
    assert isinstance(rendered, LazyList)
    assert rendered[0] == "<{{ x }}>"
    assert isinstance(mapping_of({"a": ["inner"]}, unused), LazyDict)
    assert isinstance(mapping_of({SourceText("k"): 1}, lambda raw: raw), LazyDict)


def test_a_name_that_a_list_does_not_have_is_undefined(render: Render) -> None:
    assert render("{{ item.name is defined }}", item=trusted(["{{ 1 }}"])) is False
    assert render("{{ item.name | default('none') }}", item=trusted([["{{ 1 }}"]])) == "none"
