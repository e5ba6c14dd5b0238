"""``serial`` and ``order``: which hosts of a play go together, and in which order."""

import random
from collections.abc import Sequence

from smolrun.errors import SmolVMError
from smolrun.location import Location

ORDERS = ("inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle")


def ordered(hosts: Sequence[str], order: str | None, place: Location | None) -> list[str]:
    """The hosts in the order that a play wants.

    Raises:
        SmolVMError: there is no such order.
    """
    if order in (None, "", "inventory"):
        return list(hosts)
    if order == "reverse_inventory":
        return list(reversed(hosts))
    if order in ("sorted", "reverse_sorted"):
        return sorted(hosts, reverse=order == "reverse_sorted")
    if order == "shuffle":
        return random.sample(hosts, len(hosts))
    raise SmolVMError(f"there is no order '{order}'; there are: {', '.join(ORDERS)}", location=place)


def batches_of(hosts: Sequence[str], serial: Sequence[str], place: Location | None) -> list[list[str]]:
    """The hosts cut into batches.

    Args:
        serial: the sizes, each a number or a percentage of all hosts; the last one repeats. None, or 0: all at once.

    Raises:
        SmolVMError: a size is neither.
    """
    left, sizes = list(hosts), [_size(text, len(hosts), place) for text in serial]
    batches: list[list[str]] = []
    while left:
        size = sizes[min(len(batches), len(sizes) - 1)] if sizes else 0
        size = size if size > 0 else len(left)
        batches.append(left[:size])
        left = left[size:]
    return batches


def _size(text: str, total: int, place: Location | None) -> int:
    number = text.strip().removesuffix("%")
    try:
        if text.strip().endswith("%"):
            return max(1, int(float(number) * total / 100))  # a share of a host is one host
        return int(number)
    except ValueError:
        message = f"'serial': expected a number or a percentage, found '{text}'"
        raise SmolVMError(message, location=place) from None
