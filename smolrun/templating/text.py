"""What the parts of a template come to: one value, or text."""

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2.runtime import Undefined

from smolrun.templating.lazy import materialise
from smolrun.templating.limits import check_size
from smolrun.templating.omit import OMIT
from smolrun.templating.undefined import Missing, Place


def parts_of(generator: Iterator[Any]) -> Iterator[Any]:
    """What a template yields, in order; what is undefined gets to know its line, which is still known here."""
    for part in generator:
        if isinstance(part, Missing) and part._missing_place is None:
            part._missing_place = _current_line(generator)
        yield part


def _current_line(generator: Any) -> Place | None:
    """The line of the template file that a suspended template is in, in the innermost file that it includes."""
    # Jinja2 hands blocks on with `yield from`, and included files by a loop over its own variable `gen`.
    inner = generator
    while getattr(inner, "gi_frame", None) is not None:
        generator = inner
        inner = generator.gi_yieldfrom or generator.gi_frame.f_locals.get("gen")
    template = generator.gi_frame.f_globals.get("__jinja_template__")
    if template is None:
        return None
    return Place(template.name, template.get_corresponding_lineno(generator.gi_frame.f_lineno), template.filename)


def text_of(value: Any) -> str:
    """`value` as it appears amid text: containers as Python writes them, as Ansible does."""
    if type(value) is str:
        return value
    if _is_nothing(value):
        return ""
    return str(materialise(value))


def _is_nothing(value: Any) -> bool:
    """What leaves no trace amid text; ``x if condition`` without ``else`` is a lenient undefined in Jinja2."""
    return value is None or value is OMIT or (isinstance(value, Undefined) and not isinstance(value, Missing))


def join_text(parts: Iterable[Any]) -> str:
    """The parts one after the other as one text.

    Raises:
        TooLargeError: together they are larger than a template may yield.
    """
    texts, size = [], 0
    for part in parts:
        text = text_of(part)
        size += len(text)
        check_size(size, "the template")
        texts.append(text)
    return "".join(texts)


def tilde(parts: Iterable[Any]) -> str:
    """The operator ``~``: unlike amid text, ``none`` is a word here."""
    return join_text("None" if part is None else part for part in parts)


def concat(parts: Iterable[Any]) -> Any:
    """What a template's output is: its only value with its own type, else text; nothing at all is None."""
    found = [part for part in parts if part is not OMIT and part is not None]
    if len(found) == 1:
        value = found[0]
        if isinstance(value, str | bytes):
            check_size(len(value), "the template")
        return value
    return join_text(found) if found else None


def keep_newlines(result: Any, template: str, newline: str = "\n") -> Any:
    """Text ends with at least as many newlines as its template does, of which Jinja2 removes one or two."""
    if not isinstance(result, str):
        return result
    lacking = _newlines(template) - _newlines(result)
    return result + newline * lacking if lacking > 0 else result


def _newlines(text: str) -> int:
    return len(text) - len(text.rstrip("\n"))
