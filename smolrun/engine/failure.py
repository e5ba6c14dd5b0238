"""What a person needs to understand a failure: its place, the lines around it, and the values involved."""

import json
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

from smolrun.engine.events import Failure
from smolrun.engine.plan_builder import place_of
from smolrun.errors import BecomeError, OperationCancelledError, OperationTimeoutError, SmolVMError, TemplateError
from smolrun.location import Location
from smolrun.source.text import SourceText
from smolrun.templating.templar import Templar

LINES_AROUND = 2
LONGEST_VALUE = 300
"""Characters of a variable's value that are shown."""

MOST_VARIABLES = 12
UNDEFINED = "(undefined)"
HIDDEN = "(censored due to no_log)"
"""What stands in the place of a value that a task with ``no_log`` has given."""

_BECOME_HINT = "give its password with -K, --become-password-file or ansible_become_password"

_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_NAMES = re.compile(r"(?<![\w.|])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEMPLATE = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "for",
        "endfor",
        "endif",
        "elif",
        "set",
        "defined",
        "undefined",
        "omit",
        "lookup",
        "query",
        "q",
        "vars",
        "hostvars",
        "groups",
        "range",
    ]
)


def failure_of(
    message: str,
    task_location: Location | None,
    *,
    hint: str | None = None,
    location: Location | None = None,
    variables: Mapping[str, Any] | None = None,
    killed: bool | None = None,
) -> Failure:
    """A failure whose lines are those around its cause, or around the task where the cause has no place of its own."""
    return Failure(
        message=message,
        hint=hint,
        place=place_of(location) if location is not None and location != task_location else None,
        source_lines=lines_around(location or task_location),
        variables=dict(variables or {}),
        killed=killed,
    )


def failure_of_error(
    error: SmolVMError, task_location: Location | None, variables: Mapping[str, Any] | None = None
) -> Failure:
    """The failure that an error stands for."""
    cancelled = isinstance(error, OperationCancelledError)
    return failure_of(
        "interrupted" if cancelled else error.message,
        task_location,
        hint=error.hint or _hint(error),
        location=error.location,
        variables=variables,
        killed=_killed(error),
    )


def _killed(error: SmolVMError) -> bool | None:
    """Whether its processes are gone; None where it had none yet."""
    if isinstance(error, OperationTimeoutError) and (error.killed or error.unverified):
        return error.killed
    return None


def _hint(error: SmolVMError) -> str | None:
    """What to do about an error in the words of playbooks and flags, which the floors below do not know."""
    if isinstance(error, BecomeError):
        return _BECOME_HINT if "password" in error.message else None
    if isinstance(error, OperationTimeoutError) and not isinstance(error, OperationCancelledError):
        return _timeout_hint(error)
    return None


def _timeout_hint(error: OperationTimeoutError) -> str:
    hint = "raise it with 'timeout: SECONDS' on the task, its block or its play, or with --task-timeout; 0 is no limit"
    if error.unverified:
        hint += "; processes of the command may still be running on the guest"
    return hint


def lines_around(location: Location | None) -> tuple[tuple[int, str], ...]:
    """The numbered lines of the file around a place."""
    if location is None or not location.file.text or location.file.vaulted:
        return ()
    first = max(1, location.line - LINES_AROUND)
    last = min(len(location.file.lines), location.line + LINES_AROUND)
    return tuple((number, location.file.line(number)) for number in range(first, last + 1))


def names_in(texts: Iterable[object], *, expressions: bool) -> list[str]:
    """The variables, with the attributes taken of them, that templates or expressions mention.

    A reading for people, not a parser: what it finds too much has no value and is left out.
    """
    found: dict[str, None] = {}
    for text in _texts(texts):
        pieces = [text] if expressions else _TEMPLATE.findall(text)
        for piece in pieces:
            for name in _NAMES.findall(_STRINGS.sub("''", piece)):
                if name.split(".")[0] not in _WORDS:
                    found[name] = None
    return list(found)


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, SourceText):
            yield value
        elif isinstance(value, Mapping):
            yield from _texts(value.values())
        elif isinstance(value, list | tuple):
            yield from _texts(value)


def values_of(
    names: Iterable[str], templar: Templar, variables: Mapping[str, Any], hidden: Container[str] = ()
) -> dict[str, Any]:
    """The values that those names have, shortened; what is undefined says so, and what is `hidden` that it is."""
    shown: dict[str, Any] = {}
    for name in names:
        if len(shown) == MOST_VARIABLES:
            break
        root = name.split(".")[0]
        if name in hidden:
            shown[name] = HIDDEN
            continue
        try:
            shown[name] = shortened(templar.evaluate(SourceText(name), variables))
        except TemplateError:
            if root not in variables:
                shown[root] = UNDEFINED
            elif name != root:
                shown[name] = UNDEFINED
    return shown


def shortened(value: Any) -> Any:
    """A value as it is fit to be shown: long texts, lists and mappings are cut."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
