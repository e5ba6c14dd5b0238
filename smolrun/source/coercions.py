"""Ansible's coercions as types that every model shares: ``yes`` is true, ``a,b`` a list, ``5`` the number and the text.

The rules: docs.ansible.com, "Argument spec" (types bool, int, float, str, list) and "YAML Syntax". Each type may
be used as an annotation in any model; it takes what was written or rendered, and gives its own Python type.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from smolrun.shortening import beginning
from smolrun.source.regular_expressions import compiled

TRUE_WORDS = frozenset({"y", "yes", "on", "1", "true", "t"})
FALSE_WORDS = frozenset({"n", "no", "off", "0", "false", "f"})
_BOOLEAN_EXAMPLES = ["yes", "no", "on", "off", "true", "false"]
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_OCTAL_MODE = re.compile(r"(?:0o?)?[0-7]{1,4}\Z")
_SYMBOLIC_MODE = re.compile(r"[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*\Z")
_GREATEST_MODE = 0o7777


def to_boolean(value: object) -> object:
    """True or false for Ansible's words and for 0 and 1. Raises for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise _mistake("boolean", "true or false", value)


def to_integer(value: object) -> object:
    """A whole number, also from its text or from a float without a fraction. Raises for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.match(value.strip()) and len(value) <= 30:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _mistake("integer", "a whole number", value)


def to_number(value: object) -> object:
    """A number, also from its text. Raises for anything else, infinity and not-a-number included."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise _mistake("number", "a number", value) from None
    else:
        raise _mistake("number", "a number", value)
    if number != number or number in (float("inf"), float("-inf")):
        raise _mistake("number", "a number", value)
    return number


def to_seconds(value: object) -> object:
    """A number of seconds, zero or more. Raises for anything else."""
    number = to_number(value)
    if isinstance(number, int | float) and number < 0:
        raise _mistake("seconds", "a number of seconds, zero or more", value)
    return number


def to_text(value: object) -> object:
    """Text, also from a number, a boolean or a date, as Python writes them. Raises for collections and null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | date):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    raise _mistake("text", "text", value)


def to_list(value: object) -> object:
    """A list; text is cut at its commas, any other single value becomes the only item. Raises for mappings."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")] if value.strip() else []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, bool | int | float):
        return [value]
    raise _mistake("list", "a list", value)


def to_single_list(value: object) -> object:
    """A list; a single value, text with commas too, becomes its only item."""
    return list(value) if isinstance(value, list | tuple) else [value]


def to_pattern(value: object) -> object:
    """A regular expression, as its text. Raises for what Python's ``re`` does not read."""
    text = to_text(value)
    try:
        compiled(str(text))
    except ValueError as error:
        raise PydanticCustomError(
            "argument", "not a regular expression of Python's: {error}", {"error": str(error)}
        ) from None
    return text


def to_file_mode(value: object) -> object:
    """A file mode as text: four octal digits, a symbolic mode, or ``preserve``.

    A number is the mode itself: YAML reads ``0644`` as 420, which is ``0644`` again. Text is read as octal digits.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _GREATEST_MODE:
        return f"{value:04o}"
    if isinstance(value, str):
        text = value.strip()
        if _OCTAL_MODE.match(text):
            return f"{int(text.removeprefix('0o'), 8):04o}"
        if text == "preserve" or _SYMBOLIC_MODE.match(text):
            return text
    raise _mistake("file_mode", 'a file mode such as "0644" or u=rw,g=r,o=r', value)


def describe(value: object) -> str:
    """What a value is, in a playbook author's words: ``the text 'maybe'``, ``a list``, ``nothing``."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return f"the text '{beginning(value, 40)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    return f"a {type(value).__name__}"


def _mistake(kind: str, expected: str, value: object) -> PydanticCustomError:
    found = describe(value)
    return PydanticCustomError(kind, "expected {expected}, found {found}", {"expected": expected, "found": found})


_TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_TEXT_LIST_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "array", "items": _TEXT_SCHEMA}, {"type": ["string", "number"]}],
}

Boolean = Annotated[
    bool,
    BeforeValidator(to_boolean),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [*_BOOLEAN_EXAMPLES, 0, 1]}]}),
]
Integer = Annotated[
    int,
    BeforeValidator(to_integer),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[+-]?[0-9]+$"}]}),
]
Number = Annotated[
    float,
    BeforeValidator(to_number),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[+-]?[0-9.]+(e[+-]?[0-9]+)?$"}]}),
]
Seconds = Annotated[
    float,
    BeforeValidator(to_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^[0-9.]+$"}]},
    ),
]
"""A duration that is not negative."""
Text = Annotated[str, BeforeValidator(to_text), WithJsonSchema(_TEXT_SCHEMA)]
SecretText = Annotated[SecretStr, BeforeValidator(to_text), WithJsonSchema(_TEXT_SCHEMA)]
"""Text that no event shows and no command line has."""
Pattern = Annotated[str, BeforeValidator(to_pattern), WithJsonSchema(_TEXT_SCHEMA)]
"""A regular expression of Python's, for text."""
TextList = Annotated[list[Text], BeforeValidator(to_list), WithJsonSchema(_TEXT_LIST_SCHEMA)]
"""A list of texts, or one text with commas between the items."""
Texts = Annotated[list[Text], BeforeValidator(to_single_list), WithJsonSchema(_TEXT_LIST_SCHEMA)]
"""A list of texts, or one text that is its only item, commas and all."""
FileMode = Annotated[
    str,
    BeforeValidator(to_file_mode),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["0644", "0755", "u=rwx,go=rx"]}),
]
