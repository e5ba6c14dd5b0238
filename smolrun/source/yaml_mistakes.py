"""YAML's syntax errors in words that say what to change, at the place where the mistake was made."""

import re
from collections.abc import Callable
from typing import NamedTuple

from yaml import MarkedYAMLError

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.location import Location, SourceFile

NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 (section 5.1, c-printable) excludes; a byte order mark inside a text is let through."""

_BARE_TEMPLATE = re.compile(r"(?:^|[:\-,\[])\s+(\{\{.*)")
_MISSING_SPACE = re.compile(r"^\s*(?:- )*([A-Za-z_][\w.]*):(?=[^\s:/\\])")
_AFTER_QUOTE = re.compile(r"""(?:^|[:\-])\s+(?P<text>(?P<quote>["']).*?(?P=quote)\s*[^\s#,\]}:].*)$""")
_SECOND_COLON = re.compile(r"^\s*(?:- )*[\w.\"' -]+?:\s+(?P<text>[^\"'\[{|>&*!].*?:(?:\s.*)?)$")


_LOOK_AT_INDENTATION = "look at the indentation of this line and the one above"


class _Mistake(NamedTuple):
    message: str
    location: Location
    hint: str | None


def explain(file: SourceFile, error: MarkedYAMLError) -> Diagnostic:
    """The diagnostic for what the parser could not read."""
    mark = error.problem_mark or error.context_mark
    here = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
    context = error.context_mark
    begun = Location(file, context.line + 1, context.column + 1) if context else here
    for recognise in _RECOGNISERS:
        mistake = recognise(error, here, begun)
        if mistake:
            return Diagnostic(Severity.ERROR, "yaml-syntax", *mistake)
    problem = error.problem or "this is not valid YAML"
    return Diagnostic(
        Severity.ERROR, "yaml-syntax", problem, here, "look at the indentation of this line and the one above"
    )


def unhashable_key(location: Location) -> Diagnostic:
    """The diagnostic for a collection as a key, which is nearly always a template without quotes."""
    line = location.file.line(location.line)
    if line[location.column - 2 : location.column] == "{{":
        begin = Location(location.file, location.line, location.column - 1, _template_end(line, location.column - 2))
        return Diagnostic(Severity.ERROR, "yaml-syntax", *_unquoted_template(begin, line[begin.column - 1 :]))
    message = "a mapping or a list cannot be the key of a mapping"
    return Diagnostic(Severity.ERROR, "yaml-syntax", message, location, "put the key in quotes if it is text")


def _template_end(line: str, start: int) -> int | None:
    end = line.find("}}", start)
    return end + 3 if end >= 0 else None


def _unquoted_template(location: Location, text: str) -> _Mistake:
    quote = "'" if '"' in text else '"'
    hint = f"write {quote}{text.strip()}{quote}" if len(text) < 80 and not ("'" in text and '"' in text) else None
    return _Mistake("a value that begins with '{{' has to stand in quotes", location, hint)


def _bare_template(_error: MarkedYAMLError, here: Location, begun: Location) -> _Mistake | None:
    for number in (here.line, here.line - 1, begun.line):
        line = here.file.line(number)
        found = _BARE_TEMPLATE.search(line)
        if found:
            location = Location(here.file, number, found.start(1) + 1, _template_end(line, found.start(1)))
            return _unquoted_template(location, found[1])
    return None


def _tab(_error: MarkedYAMLError, here: Location, _begun: Location) -> _Mistake | None:
    for number in (here.line, here.line + 1):
        line = here.file.line(number)
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            column = indent.index("\t") + 1
            location = Location(here.file, number, column, column + 1)
            return _Mistake("a tab cannot indent YAML", location, "use spaces")
    return None


def _open_quote(error: MarkedYAMLError, _here: Location, begun: Location) -> _Mistake | None:
    if error.context != "while scanning a quoted scalar" or "escape" in (error.problem or ""):
        return None
    return _Mistake(
        "the quote that is opened here is never closed",
        Location(begun.file, begun.line, begun.column, begun.column + 1),
        "close it, and look for a stray quote on the lines above",
    )


def _escape(error: MarkedYAMLError, here: Location, _begun: Location) -> _Mistake | None:
    if "escape" not in (error.problem or ""):
        return None
    hint = "write the backslash twice, or use single quotes, in which it means itself"
    return _Mistake("there is no such escape in a text in double quotes", here, hint)


def _after_quote(_error: MarkedYAMLError, here: Location, begun: Location) -> _Mistake | None:
    for number in (here.line, here.line - 1, begun.line):
        found = _AFTER_QUOTE.search(here.file.line(number))
        if found:
            other = "'" if found["quote"] == '"' else '"'
            location = Location(here.file, number, found.start("text") + 1, found.end("text") + 1)
            hint = f"put the whole of it in quotes: {other}{found['text'].strip()}{other}"
            return _Mistake("the text goes on after its closing quote", location, hint)
    return None


def _missing_space(_error: MarkedYAMLError, here: Location, begun: Location) -> _Mistake | None:
    for number in (here.line, here.line - 1, begun.line):
        found = _MISSING_SPACE.search(here.file.line(number))
        if found:
            location = Location(here.file, number, found.start(1) + 1, found.end() + 1)
            return _Mistake(f"there is no space after '{found[1]}:'", location, f"write '{found[1]}: …'")
    return None


def _second_colon(error: MarkedYAMLError, here: Location, _begun: Location) -> _Mistake | None:
    if "mapping values are not allowed" not in (error.problem or ""):
        return None
    found = _SECOND_COLON.search(here.file.line(here.line))
    location = Location(here.file, here.line, here.column, here.column + 1)
    if found is None:
        return _Mistake("a key is not allowed here", location, _LOOK_AT_INDENTATION)
    quote = "'" if '"' in found["text"] else '"'
    hint = f"put the text in quotes: {quote}{found['text'].strip()}{quote}"
    return _Mistake("': ' inside of a text begins another mapping", location, hint)


def _special_start(error: MarkedYAMLError, here: Location, begun: Location) -> _Mistake | None:
    for place in (here, begun):
        character = place.file.line(place.line)[place.column - 1 : place.column]
        if character in ("@", "`", "%", "*", "&", "!") and character:
            location = Location(place.file, place.line, place.column, place.column + 1)
            return _Mistake(f"a text cannot begin with '{character}' here", location, "put it in quotes")
    return None


def _open_bracket(error: MarkedYAMLError, _here: Location, begun: Location) -> _Mistake | None:
    kinds = {"while parsing a flow mapping": ("{", "}"), "while parsing a flow sequence": ("[", "]")}
    pair = kinds.get(error.context or "")
    if pair is None:
        return None
    location = Location(begun.file, begun.line, begun.column, begun.column + 1)
    hint = f"a ',' or '{pair[1]}' is missing; a text that begins with '{pair[0]}' has to stand in quotes"
    return _Mistake(f"the '{pair[0]}' that is opened here is not closed as it should be", location, hint)


def _indentation(error: MarkedYAMLError, here: Location, begun: Location) -> _Mistake | None:
    if error.problem not in ("did not find expected key", "did not find expected '-' indicator"):
        return None
    what = "key" if "key" in error.problem else "list item"
    hint = f"indent it like the {what} above it, in column {begun.column}"
    return _Mistake(f"this does not line up with the {what}s that begin on line {begun.line}", here, hint)


_Recogniser = Callable[[MarkedYAMLError, Location, Location], _Mistake | None]
_RECOGNISERS: tuple[_Recogniser, ...] = (
    _escape,
    _tab,
    _bare_template,
    _open_quote,
    _after_quote,
    _missing_space,
    _second_colon,
    _special_start,
    _open_bracket,
    _indentation,
)
