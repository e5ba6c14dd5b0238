"""One written host name as the hosts it stands for: ``web[01:20].lab:2222`` is twenty of them, on one port.

The rules: docs.ansible.com, "How to build your inventory", "Adding ranges of hosts", and the inventory plugin ``ini``.
"""

import re
import string
from collections.abc import Iterator

from smolrun.lazy_dataclass import dataclass

MOST_HOSTS = 100_000
"""What one written name may stand for; more is a slip of the keyboard."""

_RANGE = re.compile(r"\[([^\[\]:]*):([^\[\]:]*)(?::([^\[\]:]*))?\]")
_BRACKETED_PORT = re.compile(r"\[(?P<host>[0-9A-Fa-f:.]+(?:%\w+)?)\](?::(?P<port>[0-9]+))?\Z")
_PORT = re.compile(r"(?P<host>(?:[^:\[\]]|\[[^\]]*\])+):(?P<port>[0-9]+)\Z")


class HostNameError(ValueError):
    """A name that stands for no hosts; its text says why."""


@dataclass(frozen=True)
class WrittenHost:
    """Attributes:
    names: all that it stands for, in order.
    port: written behind it, or None.
    """

    names: tuple[str, ...]
    port: int | None = None


def read_host(text: str) -> WrittenHost:
    """The hosts that `text` stands for.

    Raises:
        HostNameError: its range or its port makes no sense.
    """
    name, port = _split_port(text)
    if "[" not in name and "]" not in name:
        return WrittenHost((name,), port)
    return WrittenHost(tuple(_expand(name)), port)


def _split_port(text: str) -> tuple[str, int | None]:
    """The port behind a name; an address of IPv6 needs brackets to have one."""
    match = _BRACKETED_PORT.match(text)
    if match is not None and match["host"].count(":") < 3 and "::" not in text:
        match = None  # [1:9] is a range, [1:9:2] too, [::1] and [fe80:0:0:1] are addresses
    if match is None:
        match = _PORT.match(text)
    if match is None or match["port"] is None:
        return (match["host"] if match is not None else text), None
    port = int(match["port"])
    if not 1 <= port <= 65535:
        raise HostNameError(f"the port {match['port']} is not between 1 and 65535")
    return match["host"], port


def _expand(name: str) -> Iterator[str]:
    parts: list[list[str]] = []
    position, total = 0, 1
    for match in _RANGE.finditer(name):
        parts.append([_literal(name[position : match.start()])])
        parts.append(_members(match))
        total *= len(parts[-1])
        if total > MOST_HOSTS:
            raise HostNameError(f"{name} stands for more than {MOST_HOSTS} hosts")
        position = match.end()
    parts.append([_literal(name[position:])])
    return _joined(parts)


def _literal(text: str) -> str:
    if "[" in text or "]" in text:
        raise HostNameError(f"a range is written [first:last] or [first:last:step], not {text!r}")
    return text


def _joined(parts: list[list[str]]) -> Iterator[str]:
    if not parts:
        yield ""
        return
    for beginning in parts[0]:
        for rest in _joined(parts[1:]):
            yield beginning + rest


def _members(match: "re.Match[str]") -> list[str]:
    first, last, step_text = match[1] or "0", match[2], match[3]
    if not last:
        raise HostNameError(f"the range {match[0]} has no end")
    step = _step(step_text, match[0])
    if _is_number(first) and _is_number(last):
        return _numbers(first, last, step, match[0])
    letters = string.ascii_letters
    if len(first) == len(last) == 1 and first in letters and last in letters:
        begin, end = letters.index(first), letters.index(last)
        if begin > end:
            raise HostNameError(f"the range {match[0]} ends before it begins")
        return list(letters[begin : end + 1 : step])
    raise HostNameError(f"the range {match[0]} is neither of numbers nor of single letters")


def _numbers(first: str, last: str, step: int, written: str) -> list[str]:
    width = 0
    if first.startswith("0") and len(first) > 1:
        width = len(first)
        if len(last) != width:
            raise HostNameError(f"both ends of the range {written} must have the same number of digits")
    begin, end = int(first), int(last)
    if begin > end:
        raise HostNameError(f"the range {written} ends before it begins")
    if (end - begin) // step >= MOST_HOSTS:
        raise HostNameError(f"the range {written} stands for more than {MOST_HOSTS} hosts")
    return [str(number).zfill(width) for number in range(begin, end + 1, step)]


def _step(text: str | None, written: str) -> int:
    if text is None:
        return 1
    if not _is_number(text) or int(text) < 1:
        raise HostNameError(f"the step of the range {written} must be a whole number above 0")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
