"""Ansible's ``key=value`` argument strings: words cut as a shell would, with Jinja's braces kept together.

The rules: docs.ansible.com, "ansible.builtin.command" (free form) and "YAML Syntax"; a word is an option where an
unescaped ``=`` follows a name; quotes around a whole value are removed, a backslash before ``=`` keeps it text.
"""

import re
from typing import NamedTuple

from smolrun.location import Location
from smolrun.source.containers import LocatedDict
from smolrun.source.text import SourceText

_OPTION = re.compile(r"((?:[A-Za-z_]|\{\{.*?\}\})(?:[\w.-]|\{\{.*?\}\})*)=", re.DOTALL)
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_OPENING = {"{{": "}}", "{%": "%}", "{#": "#}"}


class KeyValueError(ValueError):
    """A quote or a brace that is opened and never closed.

    Attributes:
        offset: where it is opened.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Word(NamedTuple):
    """One word as it was written, quotes and all, and where it begins in the text."""

    text: str
    start: int


class KeyValues(NamedTuple):
    """What a string of arguments says.

    Attributes:
        options: the ``key=value`` words.
        free_form: everything else, spaces as written; None where there is nothing else.
    """

    options: LocatedDict
    free_form: SourceText | None


def split_words(text: str) -> list[Word]:
    """The words of `text`. Raises `KeyValueError`."""
    words: list[Word] = []
    position, length = 0, len(text)
    while position < length:
        if text[position].isspace():
            position += 1
            continue
        end = _end_of_word(text, position)
        words.append(Word(text[position:end], position))
        position = end
    return words


def _end_of_word(text: str, start: int) -> int:
    position = start
    while position < len(text) and not text[position].isspace():
        opening = text[position : position + 2]
        if opening in _OPENING:
            position = _past_template(text, position)
        elif text[position] in "\"'":
            position = _past_quote(text, position)
        elif text[position] == "\\":
            position += 2
        else:
            position += 1
    return min(position, len(text))


def _past_template(text: str, start: int) -> int:
    opening = text[start : start + 2]
    end = _past_expression(text, start + 2) if opening == "{{" else None
    if end is None:
        end = text.find(_OPENING[opening], start + 2) + 2
    if end < 2:
        raise KeyValueError(f"'{opening}' is opened and never closed", start)
    return end


def _past_expression(text: str, start: int) -> int | None:
    """Past the braces that close an expression, those in its strings and mappings left aside; None without such."""
    position, depth = start, 0
    while position < len(text):
        letter = text[position]
        if letter in "\"'":
            closing = _STRING.match(text, position)
            if closing is None:
                return None
            position = closing.end()
            continue
        if depth == 0 and text.startswith("}}", position):
            return position + 2
        depth += (letter in "{[(") - (letter in "}])")
        position += 2 if letter == "\\" else 1
    return None


def _past_quote(text: str, start: int) -> int:
    quote, position = text[start], start + 1
    while position < len(text):
        opening = text[position : position + 2]
        if opening == "{{":
            position = _past_template(text, position)
        elif text[position] == "\\" and quote == '"':
            position += 2
        elif text[position] == quote:
            return position + 1
        else:
            position += 1
    raise KeyValueError(f"the quote {quote} is opened and never closed", start)


def parse_key_values(text: SourceText, only: frozenset[str] | None = None) -> KeyValues:
    """The options and the rest of a string of arguments.

    Parameters:
        text: as written.
        only: the names that count as options, for modules whose free form may hold other ``=``; None: all do.

    Raises:
        KeyValueError: a quote or a brace is not closed.
    """
    options = LocatedDict(location=text.location)
    rest = str(text)
    for word in reversed(split_words(text)):
        found = _OPTION.match(word.text)
        if not found or (only is not None and found[1] not in only):
            continue
        key_place = _within(text.location, text, word.start, word.start + found.end() - 1)
        key = SourceText(found[1], key_place) if "{{" in found[1] else found[1]
        rest = rest[: word.start] + rest[word.start + len(word.text) :]
        if key in options:
            continue
        value_start = word.start + found.end()
        value_place = _within(text.location, text, value_start, word.start + len(word.text))
        options[key] = SourceText(unquote(word.text[found.end() :]), value_place)
        if key_place and value_place:
            options.key_locations[key] = key_place
            options.value_locations[key] = value_place
    free_form = rest.strip()
    return KeyValues(_reversed(options), SourceText(free_form, text.location) if free_form else None)


def unquote(value: str) -> str:
    """The value without the quotes that stand around the whole of it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        inside = value[1:-1]
        return inside.replace('\\"', '"').replace("\\\\", "\\") if value[0] == '"' else inside
    return value


def _reversed(options: LocatedDict) -> LocatedDict:
    items = reversed(list(options.items()))
    return LocatedDict(items, options.location, options.key_locations, options.value_locations)


def _within(location: Location | None, text: str, start: int, end: int) -> Location | None:
    """The place of a part of a text that is written on one line; of the whole where it is not."""
    if location is None:
        return None
    part = text[start:end]
    for number in range(location.line, location.line + text.count("\n") + 2):
        line = location.file.line(number)
        column = line.find(part, location.column - 1 if number == location.line else 0)
        if part and column >= 0:
            return Location(location.file, number, column + 1, column + 1 + len(part))
    return location
