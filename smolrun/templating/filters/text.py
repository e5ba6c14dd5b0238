"""Filters on text: quoting, splitting, commenting."""

import shlex
from collections.abc import Callable
from typing import Any, Final

_STYLES: Final[dict[str, dict[str, str]]] = {
    "plain": {"decoration": "# "},
    "erlang": {"decoration": "% "},
    "c": {"decoration": "// "},
    "cblock": {"beginning": "/*", "decoration": " * ", "end": " */"},
    "xml": {"beginning": "<!--", "decoration": " - ", "end": "-->"},
}


def comment(text: Any, style: str = "plain", **options: Any) -> str:
    """`text` as a comment.

    Args:
        style: ``plain``, ``erlang``, ``c``, ``cblock`` or ``xml``.
        options: ``beginning``, ``prefix``, ``prefix_count``, ``decoration``, ``postfix``, ``postfix_count``,
            ``end`` and ``newline`` override the style.
    """
    if style not in _STYLES:
        raise ValueError(f"there is no style '{style}': use one of {', '.join(_STYLES)}")
    parts: dict[str, Any] = {**_STYLES[style], **options}
    newline = parts.get("newline", "\n")
    decoration = parts["decoration"]
    edge = decoration.rstrip()

    def block(name: str) -> list[str]:
        return [parts.get(name, edge)] * int(parts.get(f"{name}_count", 1)) if parts.get(name, edge) else []

    *inner, last = str(text).split(newline)
    body = [*(f"{decoration}{line}" if line else edge for line in inner), f"{decoration}{last}"]
    lines = [parts.get("beginning", ""), *block("prefix"), *body, *block("postfix"), parts.get("end", "")]
    return str(newline.join(lines[0 if lines[0] else 1 : None if lines[-1] else -1]))


def quote(value: Any) -> str:
    """`value` quoted for a POSIX shell."""
    return shlex.quote("" if value is None else str(value))


def split(value: str, sep: str | None = None, maxsplit: int = -1) -> list[str]:
    return value.split(sep, maxsplit)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "comment": comment,
    "quote": quote,
    "split": split,
}
