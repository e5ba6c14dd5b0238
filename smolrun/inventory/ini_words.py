"""A line of an INI inventory as words, quoted as in a shell, each with its column.

Python's ``shlex`` would tell no columns and not that a comment began in the middle of a word.
"""

import re

from smolrun.lazy_dataclass import dataclass

_WORD = re.compile(r"\S+")
_SPECIAL = re.compile(r"""["'\\#]""")


class QuotingError(ValueError):
    """A quote is not closed.

    Attributes:
        column: where it was opened, counted from 1.
    """

    def __init__(self, column: int) -> None:
        super().__init__("this quote is not closed")
        self.column = column


@dataclass(frozen=True)
class Word:
    """Attributes:
    text: without its quotes.
    column: where it begins, counted from 1.
    end: the column just past it.
    cut: the column of a comment sign that stands right behind it, without a space; None where there is none.
    """

    text: str
    column: int
    end: int
    cut: int | None = None


def words(line: str) -> list[Word]:
    """The words of a line, up to a comment.

    Raises:
        QuotingError: a quote is not closed.
    """
    if not _SPECIAL.search(line):
        return [Word(match[0], match.start() + 1, match.end() + 1) for match in _WORD.finditer(line)]
    found = []
    position = 0
    while position < len(line):
        if line[position].isspace():
            position += 1
        elif line[position] == "#":
            break
        else:
            word, position = _word(line, position)
            found.append(word)
            if word.cut is not None:
                break
    return found


def _word(line: str, start: int) -> tuple[Word, int]:
    text: list[str] = []
    position = start
    while position < len(line):
        character = line[position]
        if character.isspace():
            break
        if character == "#":
            return Word("".join(text), start + 1, position + 1, cut=position + 1), len(line)
        if character in "'\"":
            piece, position = _quoted(line, position)
            text.append(piece)
        elif character == "\\":
            if position + 1 == len(line):
                raise QuotingError(position + 1)
            text.append(line[position + 1])
            position += 2
        else:
            text.append(character)
            position += 1
    return Word("".join(text), start + 1, position + 1), position


def _quoted(line: str, start: int) -> tuple[str, int]:
    """What stands in the quotes that open at `start`, and the position behind them."""
    quote = line[start]
    text: list[str] = []
    position = start + 1
    while position < len(line):
        character = line[position]
        if character == quote:
            return "".join(text), position + 1
        if quote == '"' and character == "\\" and line[position + 1 : position + 2] in ('"', "\\"):
            position += 1
            character = line[position]
        text.append(character)
        position += 1
    raise QuotingError(start + 1)
