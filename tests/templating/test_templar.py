"""What a template gives: types, laziness, omission, circles."""

import pickle
import threading
from typing import Any

import pytest

from smolrun.errors import SmolVMError, TemplateError, UndefinedVariableError
from smolrun.location import Location, SourceFile
from smolrun.source.containers import LocatedDict
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultText
from smolrun.templating.omit import OMIT
from smolrun.templating.scope import Scope
from smolrun.templating.templar import Templar
from tests.templating.conftest import Render, trusted

VARIABLES: dict[str, Any] = {
    "items": [1, 2],
    "text": "plain",
    "nothing": None,
    "yes": True,
    "number": 5,
    "mapping": {"a": 1},
    "numeral": "[1, 2]",
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ items }}", [1, 2]),
        ("{{ 3 }}", 3),
        ("{{ nothing }}", None),
        ("{{ yes }}", True),
        ("{{ mapping }}", {"a": 1}),
        ("{{ numeral }}", "[1, 2]"),  # text that looks like a list is text
        ("{{ '5' }}", "5"),
        ("{{ 10 / 5 }}", 2.0),
        ("port {{ number }}", "port 5"),
        ("{{ yes }} {{ items }}", "True [1, 2]"),
        ("a{{ nothing }}b", "ab"),
        ("{{ items }}{{ nothing }}", [1, 2]),
        ("{{ items }}\n", [1, 2]),
        ("{{ text }}\n", "plain\n"),
        ("x {{ text }}\n\n", "x plain\n\n"),
        ("{{ items }}\n\n", "[1, 2]\n\n"),
        (" {{ items }}", " [1, 2]"),
        ("{# remark #}{{ items }}", [1, 2]),
        ("{% if yes %}{{ items }}{% else %}x{% endif %}", [1, 2]),
        ("{% if not yes %}x{% endif %}", None),
        ("{% for item in items %}{{ item }}{% endfor %}", "12"),
        ("{% set found = [] %}{% set _ = found.append(7) %}{{ found }}", [7]),
        ("{% set copy = mapping %}{% set _ = copy.update({'b': 2}) %}{{ copy.b }}", 2),
        ("{% macro give(x) %}{{ x }}{% endmacro %}{{ give(items) }}", [1, 2]),
        ("{{ items | map('string') }}", ["1", "2"]),
        ("{{ mapping.keys() }}", ["a"]),
        ("{{ (1, 2) }}", [1, 2]),
        ("{{ 'a' ~ number ~ none }}", "a5None"),
        ("{{ '{{ number }}' }}", "{{ number }}"),
        (r"{{ 'a.b' | regex_replace('\.', '-') }}", "a-b"),
        (r"{{ '\n' }}", r"\n"),
        ("no template at all", "no template at all"),
        ("a{{ 'x' if false }}b", "ab"),
        ("{{ items.0 }}{{ items[1] }}", "12"),
        ("{{ '%s-%d' % ('a', 3) }}", "a-3"),
        ("{{ '{}-{x}'.format(1, x=2) }}", "1-2"),
    ],
)
def test_a_template_gives_the_value_that_ansible_gives(templar: Templar, template: str, value: Any) -> None:
    result = templar.render(SourceText(template), VARIABLES)
    assert result == value
    assert type(result) is type(value)


def test_values_of_other_types_are_rendered_as_they_are(templar: Templar) -> None:
    assert templar.render(5, {}) == 5
    assert templar.render(None, {}) is None
    assert templar.render({"a": [SourceText("{{ x }}"), 2]}, {"x": 1}) == {"a": [1, 2]}


def test_a_key_may_be_a_template(templar: Templar) -> None:
    assert templar.render({SourceText("{{ name }}"): 1}, {"name": "port"}) == {"port": 1}


def test_results_are_plain(templar: Templar) -> None:
    result = templar.render(trusted({"a": ["{{ x }}", "b"], "c": {"d": "e"}}), {"x": SourceText("y")})
    assert type(result) is dict
    assert type(result["a"]) is list
    assert [type(item) for item in (*result["a"], *result["c"].values())] == [str, str, str]
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    ("value", "text"),
    [("{{ 5 }}", "5"), ("{{ true }}", "True"), ("{{ none }}", ""), ("{{ [1, 'a'] }}", "[1, 'a']"), ("x", "x")],
)
def test_render_text_gives_text(templar: Templar, value: str, text: str) -> None:
    assert templar.render_text(SourceText(value), {}) == text


def test_only_the_entry_that_is_used_is_rendered(templar: Templar) -> None:
    variables = trusted(
        {"config": {"port": "{{ base }}", "broken": "{{ nowhere }}", "failing": "{{ 1 / 0 }}"}, "base": 80}
    )
    assert templar.render(SourceText("{{ config.port }}"), variables) == 80
    assert templar.render(SourceText("{{ config | length }}"), variables) == 3
    assert templar.render(SourceText("{{ config.broken | default('none') }}"), variables) == "none"
    with pytest.raises(UndefinedVariableError, match="nowhere"):
        templar.render(SourceText("{{ config.broken }}"), variables)
    with pytest.raises(TemplateError, match="division by zero"):
        templar.render(SourceText("{{ config.failing }}"), variables)


def test_variables_are_rendered_through_many_others(templar: Templar) -> None:
    variables = trusted({f"v{number}": f"{{{{ v{number + 1} }}}}" for number in range(20)}) | {"v20": [1]}
    assert templar.render(SourceText("{{ v0 }}"), variables) == [1]


def test_a_variable_of_an_undefined_one_is_undefined(render: Render) -> None:
    variables = {"outer": SourceText("{{ inner.x }}")}
    assert render("{{ outer is defined }}", **variables) is False
    assert render("{{ outer | default(3) }}", **variables) == 3


@pytest.mark.parametrize(
    "variables",
    [
        {"a": "{{ a }}"},
        {"a": "{{ b }}", "b": "{{ a }}"},
        {"a": "x {{ b.c }}", "b": {"c": "{{ b.d }}", "d": "{{ b.c }}"}},
        {"a": "{{ b }}", "b": ["{{ b }}"]},
        {"a": "{{ vars.a }}"},
        {"a": "{{ lookup('vars', 'a') }}"},
    ],
)
def test_a_circle_of_variables_is_told(templar: Templar, variables: dict[str, Any]) -> None:
    with pytest.raises(TemplateError) as caught:
        templar.render(SourceText("{{ a }}"), trusted(variables))
    assert "circle" in caught.value.message or "itself" in caught.value.message


def test_a_chain_that_is_too_long_is_an_error_and_no_crash(templar: Templar) -> None:
    variables = trusted({f"v{number}": f"{{{{ v{number + 1} }}}}" for number in range(5000)})
    with pytest.raises(TemplateError, match="too many others"):
        templar.render(SourceText("{{ v0 }}"), variables)


def test_omitted_keys_and_items_disappear(templar: Templar) -> None:
    value = trusted(
        {"a": "{{ omit }}", "b": ["{{ omit }}", 1], "c": "{{ x | default(omit) }}", "d": "{{ {'e': omit} }}"}
    )
    assert templar.render(value, {}) == {"b": [1], "d": {}}
    assert templar.render(SourceText("{{ x | default(omit) }}"), {}) is OMIT


def test_something_undefined_says_its_name_its_place_and_what_may_be_meant(templar: Templar) -> None:
    file = SourceFile("site.yml", "- debug:\n    msg: on {{ prot }}\n")
    with pytest.raises(UndefinedVariableError) as caught:
        templar.render(SourceText("on {{ prot }}", Location(file, 2, 10)), {"port": 1})
    error = caught.value
    assert error.name == "prot"
    assert str(error.location) == "site.yml:2:16"
    assert error.hint == "did you mean 'port'?"


def test_something_undefined_deep_in_computed_values_is_told_by_name(templar: Templar) -> None:
    place = Location(SourceFile("site.yml", "args:\n  a: x\n"), 2, 3)
    arguments = LocatedDict({"a": SourceText("{{ [[prot]] }}")}, place)
    with pytest.raises(UndefinedVariableError) as caught:
        templar.render(arguments, {"port": 1})
    assert (caught.value.name, caught.value.location) == ("prot", place)


def test_a_missing_key_names_its_neighbour(templar: Templar) -> None:
    with pytest.raises(UndefinedVariableError) as caught:
        templar.render(SourceText("{{ config.prot }}"), {"config": {"port": 1}})
    assert caught.value.hint == "did you mean 'port'?"


def test_an_error_in_a_variable_points_at_that_variable(templar: Templar) -> None:
    file = SourceFile("vars.yml", "x: 1\nurl: http://{{ hots }}/\n")
    variables = {"url": SourceText("http://{{ hots }}/", Location(file, 2, 6)), "host": "h"}
    with pytest.raises(UndefinedVariableError) as caught:
        templar.render(SourceText("get {{ url }}"), variables)
    assert str(caught.value.location) == "vars.yml:2:16"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ x", "still to come"),
        ("{{ x | lenght }}", "there is no filter 'lenght'"),
        ("{{ x is defind }}", "there is no test 'defind'"),
        ("{{ lookup('fil', 'a') }}", "there is no lookup"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 'a' + 1 }}", "concatenate"),
        ("{{ x | combine }}", "the filter 'combine' failed"),
        ("{{ 'x'.__class__.__mro__ }}", "unsafe"),
        ("{{ x.upper }}", "call it with"),
        ("{{ [] | first }}", "no first item"),
        ("{{ 1 if false }}", "'if' without 'else'"),
        ("{{ undef('give a port') }}", "give a port"),
        ("{{ range(10 ** 9) }}", "Range too big"),
    ],
)
def test_what_goes_wrong_is_said(templar: Templar, template: str, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        templar.render(SourceText(template), {"x": "text"})
    assert said in caught.value.message


def test_expressions_are_evaluated_only_when_somebody_wrote_them(templar: Templar) -> None:
    assert templar.evaluate(SourceText("x + 1"), {"x": 1}) == 2
    assert templar.evaluate(True, {}) is True
    with pytest.raises(TemplateError, match="never evaluated"):
        templar.evaluate("x + 1", {"x": 1})


def test_the_variables_of_another_host_are_rendered_with_its_own(templar: Templar) -> None:
    host = Scope({"port": 1, "url": SourceText("http://{{ port }}")})
    variables = {"hostvars": {"web": host}, "port": 2, "mine": SourceText("{{ port }}")}
    assert templar.render(SourceText("{{ hostvars.web.url }} {{ mine }}"), variables) == "http://1 2"
    assert templar.render(SourceText("{{ ['web'] | map('extract', hostvars, 'url') | list }}"), variables) == [
        "http://1"
    ]


def test_vaulted_values_are_opened_on_use_only(templar: Templar) -> None:
    variables = {"secret": VaultText("no cipher text at all"), "port": 1}
    assert templar.render(SourceText("{{ port }}"), variables) == 1
    with pytest.raises(SmolVMError):
        templar.render(SourceText("{{ secret }}"), variables)


def test_all_variables_are_in_vars(render: Render) -> None:
    assert render("{{ vars['a' ~ 'b'] }}", ab=SourceText("{{ c }}"), c=4) == 4


def test_variables_are_not_changed_by_templates_that_append(templar: Templar) -> None:
    variables = {"items": [1]}
    assert templar.render(SourceText("{% set _ = items.append(2) %}{{ items }}"), variables) == [1, 2]
    assert variables == {"items": [1]}


def test_one_templar_serves_many_threads(templar: Templar) -> None:
    results: dict[int, Any] = {}

    def work(number: int) -> None:
        variables = {"n": number, "m": SourceText("{{ n * 2 }}")}
        results[number] = [templar.render(SourceText("{{ m }}"), variables) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [number * 2] * 50 for number in range(8)}


def test_the_loops_lookups_can_be_asked_for_by_name(templar: Templar) -> None:
    assert templar.lookup("items", [[1], 2], {}) == [1, 2]
    with pytest.raises(TemplateError, match="there is no lookup"):
        templar.lookup("itemz", [], {})
