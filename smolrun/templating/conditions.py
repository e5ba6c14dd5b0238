"""``when`` and its kin: bare expressions whose value must be a boolean.

The rules are those of ansible-core 2.19 ("Broken conditionals" in its porting guide), except that what it
refuses is a warning here, and then means what it meant before.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import TemplateError
from smolrun.lazy_dataclass import dataclass
from smolrun.source.text import SourceText, location_of
from smolrun.templating.ports import Values

_NAME = re.compile(r"[A-Za-z_]\w*")
_WHOLE: Final = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class ConditionOutcome:
    """What came of a condition.

    Attributes:
        value: whether it holds.
        warning: what is wrong with how it was written, if anything; an error under ``--strict``.
        result: what the expression gave before it was taken as a boolean.
    """

    value: bool
    warning: Diagnostic | None = None
    result: Any = None

    def __bool__(self) -> bool:
        return self.value


def decide(expression: Any, begin: Callable[[], Values]) -> ConditionOutcome:
    """Whether the condition `expression` holds.

    Args:
        begin: begins a rendering, where one is needed.

    Raises:
        TemplateError: it cannot be evaluated, or it is text that nobody wrote in a playbook.
    """
    if expression is None or isinstance(expression, bool | int | float):
        return _outcome(expression, expression)
    if not isinstance(expression, SourceText):
        raise TemplateError("a condition must be text from a playbook: what was computed is never evaluated")
    if not expression.strip():
        return _outcome("", expression, empty_holds=True)
    rendering = begin()
    whole = _WHOLE.fullmatch(expression.strip())
    if whole and "{{" not in whole[1]:
        return _whole_template(expression, whole[1].strip(), rendering)
    if _outside_quotes(expression):
        raise TemplateError(
            "a condition is an expression already: '{{ }}' cannot stand in it",
            hint="write the names without braces",
            location=location_of(expression),
        )
    result = _evaluated(expression, expression.strip(), rendering)
    if isinstance(result, bool) and "{{" in expression:
        return ConditionOutcome(result, _embedded(expression), result)
    return _outcome(result, expression)


def _outside_quotes(expression: str) -> bool:
    bare = re.sub(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", "", expression)
    return "{{" in bare or "{%" in bare


def _evaluated(expression: SourceText, code: str, rendering: Values) -> Any:
    return rendering.finish(rendering.run(SourceText(code, expression.location), expression=True), expression)


def _value(expression: SourceText, code: str, rendering: Values) -> Any:
    """The value of a template's code; a variable that holds trusted text is an expression by another name."""
    written = rendering.variables.get(code) if _NAME.fullmatch(code) else None
    if isinstance(written, SourceText) and not written.is_template and written.strip() and written.strip() != code:
        return rendering.finish(rendering.run(written, expression=True), written)
    return _evaluated(expression, code, rendering)


def _whole_template(expression: SourceText, code: str, rendering: Values) -> ConditionOutcome:
    result = _value(expression, code, rendering)
    if isinstance(result, str):
        result = _word(result, expression)
    warning = Diagnostic(
        Severity.WARNING,
        "template-in-condition",
        "a condition is an expression already, without '{{ }}'",
        location_of(expression),
        f"write: {code}",
    )
    return ConditionOutcome(truth(result), warning, result)


def _word(result: str, expression: SourceText) -> bool:
    """The boolean that a template came to as text. Any other text would have to be evaluated, or be no condition.

    Raises:
        TemplateError: as in ansible-core 2.19, since up to 2.18 it was evaluated, guest output included.
    """
    word = result.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    raise TemplateError(
        f"the condition gives {describe(result)}, an untrusted template or expression: "
        "what was computed is never evaluated",
        hint="write the expression itself, without '{{ }}'",
        location=location_of(expression),
    )


def _embedded(expression: SourceText) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "template-in-condition",
        "a condition is an expression already: a '{{ }}' within its quotes is better written without them",
        location_of(expression),
        "join text with ~, as in: 'prefix-' ~ name",
    )


def truth(result: Any) -> bool:
    """What ansible-core before 2.19 took `result` for."""
    return bool(result)


def _outcome(result: Any, expression: Any, *, empty_holds: bool = False) -> ConditionOutcome:
    if isinstance(result, bool):
        return ConditionOutcome(result, None, result)
    warning = Diagnostic(
        Severity.WARNING,
        "condition-not-boolean",
        f"the condition gives {describe(result)}, not a boolean",
        location_of(expression),
        _mend(result, str(expression).strip()),
    )
    return ConditionOutcome(empty_holds or truth(result), warning, result)


def describe(value: Any) -> str:
    """A value's type and, where it is short, the value itself, for messages."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, str):
        return f"the text '{value}'" if len(value) <= 40 else f"a text of {len(value)} characters"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"a mapping of {len(value)}"
    return f"a value of type '{type(value).__name__}'"


def _mend(result: Any, expression: str) -> str:
    simple = expression if re.fullmatch(r"[\w.\[\]'\"|() ]+", expression) else f"({expression})"
    if isinstance(result, str | list | dict):
        flag = f", or {simple} | bool for a flag" if isinstance(result, str) else ""
        return f"write {simple} | length > 0{flag}"
    if isinstance(result, int | float):
        return f"write {simple} != 0, or {simple} | bool for a flag"
    return f"write {simple} is not none, or {simple} | bool for a flag"
