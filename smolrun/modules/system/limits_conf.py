"""The lines of limits.conf(5): who, hard or soft, what, and how much."""

import re

from smolrun.lazy_dataclass import dataclass

UNLIMITED = frozenset({"unlimited", "infinity", "-1"})
SIGNED = frozenset({"nice", "priority"})
"""The items whose -1 is a number like any other."""


@dataclass(frozen=True)
class Wish:
    """The limit that is to be there.

    Attributes:
        keep: ``max`` or ``min``: the higher or the lower of what is there and of `value` counts.
        comment: stands after it; empty keeps what stands there.
    """

    domain: str
    type: str
    item: str
    value: str
    keep: str | None = None
    comment: str = ""

    def line(self, value: str, comment: str) -> str:
        return "\t".join((self.domain, self.type, self.item, value)) + (f"\t#{comment}" if comment else "")


def with_limit(text: str, wish: Wish) -> tuple[str, str]:
    """The text of a file with the limit in it, and the line that has it."""
    found: list[str] = []
    lines = [_kept_or_changed(line, wish, found) for line in text.splitlines()]
    if not found:
        found.append(wish.line(wish.value, wish.comment))
        lines.append(found[0])
    same = lines == text.splitlines()
    return text if same else "".join(f"{line}\n" for line in lines), found[-1]


def _kept_or_changed(line: str, wish: Wish, found: list[str]) -> str:
    content, _, comment = line.partition("#")
    fields = content.split()
    if line.startswith("#") or fields[:3] != [wish.domain, wish.type, wish.item] or len(fields) != 4:
        return line
    value = due(wish, fields[3])
    found.append(line if value == fields[3] else wish.line(value, wish.comment or comment.rstrip()))
    return found[-1]


def due(wish: Wish, there: str) -> str:
    """The value that is due where another one is there."""
    if wish.keep is None or there == wish.value or not is_value(wish.item, there):
        return wish.value
    higher = max(there, wish.value, key=lambda value: _height(wish.item, value))
    if wish.keep == "max":
        return higher
    return wish.value if higher == there else there


def _height(item: str, value: str) -> float:
    return float("inf") if item not in SIGNED and value in UNLIMITED else float(value)


def is_value(item: str, value: str) -> bool:
    """Whether limits.conf(5) knows such a value for the item."""
    if item in SIGNED:
        return re.fullmatch(r"[+-]?\d+", value) is not None and -20 <= int(value) <= 19
    return value in UNLIMITED or value.isdecimal() or (item == "chroot" and value.startswith("/"))
