"""Values in which nothing is to be rendered."""

import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from smolrun.source.containers import LocatedDict, LocatedList
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultText
from smolrun.templating.omit import OMIT
from smolrun.templating.plugins import Functions
from smolrun.templating.settled import settled
from smolrun.templating.templar import Templar


def test_plain_data_comes_out_as_plain_data() -> None:
    written = LocatedDict({"a": SourceText("text"), SourceText("b"): LocatedList([1, None, (2.5, True)])})
    found = settled(written)
    assert found == ({"a": "text", "b": [1, None, [2.5, True]]},)
    (plain,) = found
    assert {type(plain), type(plain["b"]), *map(type, plain)} == {dict, list, str}
    assert type(plain["a"]) is str


def test_a_copy_is_given() -> None:
    written = {"a": [1]}
    found = settled(written)
    assert found is not None
    found[0]["a"].append(2)
    assert written == {"a": [1]}


def deep() -> Any:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        SourceText("{{ x }}"), [SourceText("{{ x }}")], {SourceText("{{ x }}"): 1}, {"a": {"b": SourceText("{% x %}")}},
        [OMIT], VaultText("", None), date(2024, 1, 1), {1}, deep(),
    ],
    ids=range(9),
)  # fmt: skip
def test_all_else_is_left_to_a_rendering(value: Any) -> None:
    assert settled(value) is None


def test_what_was_computed_is_settled_whatever_it_looks_like() -> None:
    assert settled("{{ x }}") == ("{{ x }}",)


def test_values_without_templates_need_no_jinja() -> None:
    program = (
        "import sys; from smolrun.templating.templar import Templar; from smolrun.source.text import SourceText;"
        "templar = Templar(); templar.render({'a': [SourceText('b'), 1]}, {}); templar.condition(True, {});"
        "templar.render_text(SourceText('c'), {}); print('jinja2' in sys.modules);"
        "templar.render(SourceText('{{ 1 }}'), {}); print('jinja2' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "True"]


def test_functions_are_learnt_before_and_after_the_first_template() -> None:
    templar = Templar(own=Functions(filters={"one": lambda _: 1, "two": lambda _: 1}))
    templar.learn(Functions(filters={"two": lambda _: 2}))
    assert templar.render(SourceText("{{ [0 | one, 0 | two] }}"), {}) == [1, 2]
    templar.learn(Functions(filters={"three": lambda _: 3}))
    assert templar.render(SourceText("{{ 0 | three }}"), {}) == 3
