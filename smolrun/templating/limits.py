"""How much a template may yield, and the operations that would exceed it in one step.

Jinja2's sandbox does not stop ``'a' * 10**9``. What is refused here is refused *before* the memory is taken.
"""

import re
from collections.abc import Sized
from typing import Any, Final

from jinja2.exceptions import TemplateRuntimeError

MAX_SIZE: Final = 16 * 1024 * 1024
"""Characters of a text, or items of a list, that one operation or one template may yield."""

MAX_BITS: Final = 1_000_000
"""The size of an integer: enough for any key or counter, little enough to print."""

_FORMAT_NUMBER = re.compile(r"\d{7,}")
_PERCENT_STAR = re.compile(r"%[^a-zA-Z%]*\*")
_WIDTH_METHODS: Final = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})


class TooLargeError(TemplateRuntimeError):
    """A template would yield more than `MAX_SIZE`."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} would yield more than {MAX_SIZE // (1024 * 1024)} MiB")


def check_size(size: int, what: str) -> None:
    """Raises `TooLargeError` when `size` characters or items are too many."""
    if size > MAX_SIZE:
        raise TooLargeError(what)


def check_operator(operator: str, left: Any, right: Any) -> None:
    """Look at the operands of an arithmetic operator before it is carried out.

    Raises:
        TooLargeError: the result would be too large.
    """
    if operator == "*":
        _check_product(left, right)
    elif operator == "**":
        _check_power(left, right)
    elif operator == "+":
        if isinstance(left, str | bytes | list | tuple) and isinstance(right, Sized):
            check_size(len(left) + len(right), "the operator '+'")
    elif operator == "%" and isinstance(left, str | bytes):
        check_format(left if isinstance(left, str) else left.decode("latin-1"), right)


def _check_product(left: Any, right: Any) -> None:
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, str | bytes | list | tuple) and isinstance(count, int):
            check_size(len(sequence) * max(count, 0), "the operator '*'")
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > MAX_BITS:
        raise TooLargeError("the operator '*'")


def _check_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and right > 0 and left.bit_length() * right > MAX_BITS:
        raise TooLargeError("the operator '**'")


def check_format(template: str, values: Any) -> None:
    """Look at the widths that a format (``%`` or ``str.format``) asks for.

    Raises:
        TooLargeError: a width of a million characters or more, written or passed as an argument.
    """
    if _FORMAT_NUMBER.search(template):
        raise TooLargeError("a width in the format")
    if _PERCENT_STAR.search(template) or "{" in template:
        _check_widths(values)


def _check_widths(values: Any) -> None:
    for value in values if isinstance(values, tuple | list) else (values,):
        # A large number is only dangerous where it may be taken for a width.
        if isinstance(value, int) and not isinstance(value, bool) and value > MAX_SIZE:
            raise TooLargeError("a width in the format")


def check_method(owner: Any, name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """Look at a call of a method of a string before it is made.

    Raises:
        TooLargeError: the result would be too large.
    """
    if not isinstance(owner, str | bytes):
        return
    if name in _WIDTH_METHODS:
        for value in args:
            if isinstance(value, int):
                times = len(owner) + 1 if name == "expandtabs" else 1  # each character may be a tab
                check_size(value * times, f"the method '{name}'")
    elif name == "replace" and len(args) >= 2:
        check_replacement(owner, args[0], args[1])
    elif name == "join" and args and isinstance(args[0], list | tuple):
        size = sum(len(item) for item in args[0] if isinstance(item, Sized)) + len(owner) * len(args[0])
        check_size(size, "the method 'join'")
    elif name in ("format", "format_map") and isinstance(owner, str):
        # Nested widths ({:{n}}) are the only way for an argument to become one.
        nested = "{" in owner and re.search(r"\{[^{}]*\{", owner) is not None
        check_format(owner if nested else owner.replace("{", ""), (*args, *keywords.values()))


def check_replacement(text: Any, old: Any, new: Any) -> None:
    """Look at replacing `old` by `new` in `text`. Raises `TooLargeError`."""
    if isinstance(text, str) and isinstance(old, str) and isinstance(new, str) and len(new) > len(old):
        count = text.count(old)
        check_size(len(text) + count * (len(new) - len(old)), "'replace'")
