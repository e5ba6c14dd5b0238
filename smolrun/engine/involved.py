"""The values that a failed task mentions: what the variables were."""

import json
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from smolrun.engine.plan import PlannedTask
from smolrun.errors import SmolVMError, TemplateError
from smolrun.location import Location
from smolrun.playbook.arguments import fields_by_word
from smolrun.shortening import beginning
from smolrun.source.text import SourceText, location_of
from smolrun.templating.templar import Templar

LONGEST_VALUE = 300
"""Characters of a variable's value that are shown."""

MOST_VARIABLES = 12
UNDEFINED = "(undefined)"
NOT_SHOWN = "(not shown: it may be a secret)"

_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_FILTERS = re.compile(r"\|\s*[\w.]+|\bis\s+(?:not\s+)?[\w.]+")
"""Names of filters and tests."""
_NAMES = re.compile(r"(?<![\w.|])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEMPLATE = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
_MADE_ANEW = re.compile(r"\b(?:lookup|query|q|random|now|shuffle)\b")
"""Templates that another evaluation might give another value, or do something a second time."""
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


def names_in(texts: Iterable[object], *, expressions: bool) -> list[str]:
    """The variables, with the attributes taken of them, that templates or expressions mention.

    A reading for people, not a parser: what it finds too much has no value and is left out.
    """
    found: dict[str, None] = {}
    for text in _texts(texts):
        pieces = [text] if expressions else _TEMPLATE.findall(text)
        for piece in pieces:
            found |= dict.fromkeys(_names(_FILTERS.sub(",", _STRINGS.sub("''", piece))))
    return list(found)


def _names(expression: str) -> Iterable[str]:
    for match in _NAMES.finditer(expression):
        name, behind = match[0], expression[match.end() :].lstrip()
        if behind.startswith("("):  # what is called is no variable, but what has the method may be
            name = name.rpartition(".")[0]
        keyword = behind.startswith("=") and not behind.startswith("==")
        if name and not keyword and name.split(".")[0] not in _WORDS:
            yield name


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
    """The values that those names have, shortened; what is undefined says so, and what is `hidden`, too."""
    shown: dict[str, Any] = {}
    for name in names:
        if len(shown) == MOST_VARIABLES:
            break
        root = name.split(".")[0]
        if name in hidden:
            shown[name] = NOT_SHOWN
            continue
        try:
            shown[name] = shortened(templar.evaluate(SourceText(name), variables))
        except TemplateError:
            if root not in variables:
                shown[root] = UNDEFINED
            elif name != root:
                shown[name] = UNDEFINED
    return shown


def of_error(
    error: SmolVMError,
    planned: PlannedTask,
    templar: Templar,
    variables: Mapping[str, Any],
    hidden: Container[str] = (),
) -> dict[str, Any]:
    """The values of what is mentioned where an error comes from: the argument at fault, or the line of a file."""
    place = error.location
    if isinstance(error, TemplateError) and (place is None or _is_of(planned, place)):
        written = planned.task.arguments
        at_fault = [value for value in written.values() if place is not None and _is_on_line(value, place)]
        return values_of(names_in(at_fault or list(written.values()), expressions=False), templar, variables, hidden)
    if place is None:
        return {}
    names = names_in([SourceText(place.file.quoted(place.line))], expressions=False)
    return values_of([name for name in names if name.split(".")[0] in variables], templar, variables, hidden)


def of_arguments(
    planned: PlannedTask,
    model: type[BaseModel] | None,
    templar: Templar,
    variables: Mapping[str, Any],
    hidden: Container[str] = (),
) -> dict[str, Any]:
    """The values of what the arguments of a task mention, but for those that are secret."""
    fields = fields_by_word(model) if model is not None else {}
    told = [
        value
        for name, value in planned.task.arguments.items()
        if model is None or not _is_secret(model, fields.get(str(name), str(name)))
    ]
    names = names_in(told, expressions=False)
    steady = [name for name in names if _is_steady(variables.get(name.split(".")[0]))]
    return values_of(steady, templar, variables, hidden)


def _is_of(planned: PlannedTask, place: Location) -> bool:
    here = planned.task.location
    return here is None or here.file == place.file


def _is_on_line(value: object, place: Location) -> bool:
    written = location_of(value)
    return written is not None and written.line == place.line


def _is_secret(model: type[BaseModel], field: str) -> bool:
    return field in model.model_fields and "SecretStr" in str(model.model_fields[field].annotation)


def _is_steady(value: object) -> bool:
    return not (isinstance(value, SourceText) and _MADE_ANEW.search(value))


def shortened(value: Any) -> Any:
    """A value as it is fit to be shown: long texts, lists and mappings are cut."""
    if isinstance(value, str):
        return beginning(value, LONGEST_VALUE)
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= LONGEST_VALUE else beginning(text, LONGEST_VALUE)
