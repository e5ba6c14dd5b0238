"""Conditions: booleans as they are, anything else with a warning that says how to mend it."""

from typing import Any

import pytest

from smolrun.diagnostic import Severity
from smolrun.errors import TemplateError, UndefinedVariableError
from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText
from smolrun.templating.templar import Templar

VARIABLES: dict[str, Any] = {
    "yes": True,
    "text": "on",
    "empty": "",
    "items": [1],
    "nothing": None,
    "number": 1,
    "result": {"rc": 0, "stdout": "False", "failed": False, "changed": True},
    "written": SourceText("number == 1 and yes"),
    "flag": SourceText("False"),
    "broken": SourceText("{{ nowhere }}"),
}


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (True, True),
        (False, False),
        ("yes", True),
        ("not yes", False),
        ("result.rc == 0 and result is changed", True),
        ("result is failed", False),
        ("'o' in text", True),
        ("nowhere is defined", False),
        ("nowhere is not defined or nowhere.x", True),
        ("broken is defined", False),
        ("number | bool", True),
        ("text is search('^o')", True),
        (r"text is match('\w+$')", True),
        ("  yes\n", True),
    ],
)
def test_a_boolean_is_the_answer(templar: Templar, condition: Any, value: bool) -> None:
    expression = SourceText(condition) if isinstance(condition, str) else condition
    outcome = templar.condition(expression, VARIABLES)
    assert outcome.value is value
    assert bool(outcome) is value
    assert outcome.warning is None


@pytest.mark.parametrize(
    ("condition", "value", "hint"),
    [
        ("text", True, "text | length > 0"),
        ("empty", False, "empty | length > 0"),
        ("written", True, "written | length > 0"),
        ("flag", True, "flag | bool"),  # as up to 2.18, which took any text for true; an error in 2.19
        ("items", True, "items | length > 0"),
        ("nothing", False, "nothing is not none"),
        ("number", True, "number != 0"),
        ("result.stdout", True, "result.stdout | length > 0"),
        ("nowhere | default('')", False, "nowhere | default('') | length > 0"),
        ("items and number", True, "items and number != 0"),
        ("", True, ""),
    ],
)
def test_another_value_counts_by_its_truth_and_is_warned_about(
    templar: Templar, condition: str, value: bool, hint: str
) -> None:
    outcome = templar.condition(SourceText(condition), VARIABLES)
    assert outcome.value is value
    assert outcome.warning is not None
    assert outcome.warning.code == "condition-not-boolean"
    assert outcome.warning.severity is Severity.WARNING
    assert hint in (outcome.warning.hint or "")


def test_a_warning_knows_its_place(templar: Templar) -> None:
    place = Location(SourceFile("site.yml", "when: items"), 1, 7)
    outcome = templar.condition(SourceText("items", place), VARIABLES)
    assert outcome.warning is not None
    assert outcome.warning.location == place


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("{{ yes }}", True),
        ("{{ number == 2 }}", False),
        ("{{ written }}", True),
        ("{{ result.stdout }}", False),
        ("{{ items }}", True),
    ],
)
def test_a_whole_template_works_with_a_warning(templar: Templar, condition: str, value: bool) -> None:
    outcome = templar.condition(SourceText(condition), VARIABLES)
    assert outcome.value is value
    assert outcome.warning is not None
    assert outcome.warning.code == "template-in-condition"


@pytest.mark.parametrize("condition", ["{{ '1 == 1' }}", "{{ result.stdout ~ ' or 1 == 1' }}", "{{ empty }}"])
def test_text_that_a_whole_template_computes_is_neither_evaluated_nor_taken_for_true(
    templar: Templar, condition: str
) -> None:
    with pytest.raises(TemplateError, match="untrusted template or expression"):
        templar.condition(SourceText(condition), VARIABLES)


def test_a_template_within_quotes_works_with_a_warning(templar: Templar) -> None:
    outcome = templar.condition(SourceText("'{{ text }}' == 'on'"), VARIABLES)
    assert outcome.value is True
    assert outcome.warning is not None
    assert outcome.warning.code == "template-in-condition"


@pytest.mark.parametrize("condition", ["{{ number }} == 1", "yes and {{ yes }}", "{% if yes %}true{% endif %}"])
def test_braces_elsewhere_are_an_error(templar: Templar, condition: str) -> None:
    with pytest.raises(TemplateError) as caught:
        templar.condition(SourceText(condition), VARIABLES)
    assert caught.value.hint == "write the names without braces"


def test_an_undefined_variable_is_an_error(templar: Templar) -> None:
    with pytest.raises(UndefinedVariableError):
        templar.condition(SourceText("nowhere == 1"), VARIABLES)


def test_a_mistake_in_the_syntax_is_an_error_with_its_column(templar: Templar) -> None:
    place = Location(SourceFile("site.yml", "  when: a b"), 1, 9)
    with pytest.raises(TemplateError) as caught:
        templar.condition(SourceText("a b", place), {"a": 1})
    assert str(caught.value.location) == "site.yml:1:11"
    assert "unexpected 'b'" in caught.value.message
