"""Values in INI inventories: Python literals where they are some, else text, for hosts and for groups alike.

The rule is in docs.ansible.com, inventory plugin ``ini``; contrary to its text, ``:vars`` sections read literals too.
"""

import ast
import re
import warnings
from typing import Any

from smolrun.location import Location
from smolrun.source.text import SourceText

# What can be told apart without a parser; it is a hundred times faster, and a large inventory has 100,000 values.
_PLAIN_WORD = re.compile(r"(?!(?:True|False|None)\Z)[A-Za-z_/~][A-Za-z0-9_./:@~-]*\Z")
_PLAIN_NUMBER = re.compile(r"[1-9][0-9]{0,17}\Z|0\Z")
_ADDRESS = re.compile(r"[0-9]+\.[0-9]+\.[0-9.]+(?:/[0-9]+)?\Z")


def read_value(text: str, location: Location | None) -> Any:
    """The value that `text` stands for; every string in it is trusted text that was written at `location`."""
    if _PLAIN_WORD.match(text) or _ADDRESS.match(text):
        return SourceText(text, location)
    if _PLAIN_NUMBER.match(text):
        return int(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # for the likes of "\d", which become text anyway
            value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return SourceText(text, location)
    return _trusted(value, location)


def _trusted(value: Any, location: Location | None) -> Any:
    """`value` with the types that variables have: bytes are text, sets and tuples are lists, as ansible-core has it."""
    if isinstance(value, str):
        return SourceText(value, location)
    if isinstance(value, bytes):
        return SourceText(value.decode("utf-8", "backslashreplace"), location)
    if isinstance(value, complex):
        return SourceText(str(value), location)
    if value is Ellipsis:
        return SourceText("...", location)
    if isinstance(value, dict):
        return {key: _trusted(item, location) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_trusted(item, location) for item in value]
    return value
