"""What is wrong with the syntax of a template, and in which column: Jinja2 itself knows only lines."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Lexer, TokenStream
from jinja2.parser import Parser

from smolrun.lazy_dataclass import dataclass
from smolrun.templating.environment import TemplateEnvironment

_WORDS = {
    "'end of print statement'": "'}}'",
    "'end of statement block'": "'%}'",
    "'begin of print statement'": "'{{'",
    "'begin of statement block'": "'{%'",
    "'end of template'": "the end of the text",
}


@dataclass(frozen=True)
class SyntaxMistake:
    """A mistake in the syntax of a template.

    Attributes:
        message: what is wrong.
        offset: where in the text, in characters from its beginning.
        length: of what is wrong there, in characters.
    """

    message: str
    offset: int
    length: int


class _Tracked:
    """The tokens of a text, knowing where the one last handed out stands."""

    def __init__(self, environment: TemplateEnvironment, text: str, state: str | None) -> None:
        self._environment = environment
        self._text = text
        self._state = state
        self.offset = 0
        self.length = 0

    def __iter__(self) -> Iterator[tuple[int, str, str]]:
        end = 0
        for line, token, value in self._environment.lexer.tokeniter(self._text, None, None, self._state):
            # Space that `-` strips is in no token, so that a token may begin later than the last one ended.
            found = self._text.find(value, end)
            self.offset, self.length = (found if found >= 0 else end), len(value)
            end = self.offset + self.length
            yield line, token, value
        self.offset, self.length = len(self._text), 0


KEPT: Final = 512
_trees: OrderedDict[tuple[Lexer, str], nodes.Template] = OrderedDict()
"""The trees of the last texts of several lines that were looked at; a text means the same wherever its lexer does."""


def take_tree(environment: TemplateEnvironment, text: str) -> nodes.Template:
    """The syntax tree of a template file: the one that was made when the file was checked, for its first user.

    Raises:
        jinja2.TemplateSyntaxError: there was none, and it is none.
    """
    found = None if environment.raw_strings else _trees.pop((environment.lexer, text), None)
    return environment.parse(text) if found is None else found


def parse(environment: TemplateEnvironment, text: str, *, expression: bool) -> nodes.Template | SyntaxMistake:
    """The syntax tree of a template or, with `expression`, of a bare expression; or what is wrong with it."""
    state = "variable" if expression else None
    tracked = _Tracked(environment, text, state)
    parser = Parser(environment, "", state=state)
    try:
        parser.stream = TokenStream(environment.lexer.wrap(iter(tracked), None, None), None, None)
        if not expression:
            tree = parser.parse()
            if "\n" in text:
                _trees[environment.lexer, text] = tree
                while len(_trees) > KEPT:
                    _trees.popitem(last=False)
            return tree
        node = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail(f"unexpected '{parser.stream.current.value}'", exc=TemplateSyntaxError)
        return nodes.Template([nodes.Output([node], lineno=1)], lineno=1)
    except TemplateSyntaxError as error:
        if (error.message or "").startswith("unexpected char"):  # raised by the lexer, behind its last token
            return SyntaxMistake(_message(error.message or "", tracked), tracked.offset + tracked.length, 1)
        return SyntaxMistake(_message(error.message or "", tracked), tracked.offset, tracked.length)
    except RecursionError:
        return SyntaxMistake("it is nested too deeply", 0, 0)


def _message(message: str, tracked: _Tracked) -> str:
    for word, plain in _WORDS.items():
        message = message.replace(word, plain)
    if message.startswith("unexpected end of template, expected"):
        return f"it ends where {message.rpartition('expected ')[2].rstrip('.')} is still to come"
    if message == "unexpected the end of the text":
        return "it ends where a value is still to come"
    if message.startswith(("unexpected char '\"'", 'unexpected char "\'"')):
        return "a quote is never closed"
    if message == "unexpected '='":
        return "unexpected '='; equality is written '=='"
    message = re.sub(r"^(unexpected char .*) at \d+$", r"\1", message)
    message = message.replace("expected token ", "expected ").rstrip(".")
    return message[:1].lower() + message[1:]
