"""Filters on numbers, sizes and chance."""

import math
import random
import re
from collections.abc import Callable
from typing import Any, Final

_UNITS: Final = {"Y": 80, "Z": 70, "E": 60, "P": 50, "T": 40, "G": 30, "M": 20, "K": 10, "B": 0}
_WORDS: Final = {word[0].upper(): word for word in ("yotta", "zetta", "exa", "peta", "tera", "giga", "mega", "kilo")}
_SIZE: Final = re.compile(r"\s*(?P<number>\d*\.?\d*)\s*(?P<unit>[A-Za-z]+)?\s*")


def log(value: Any, base: Any = math.e) -> float:
    number = _number(value)
    return math.log10(number) if base == 10 else math.log(number, _number(base))


def power(value: Any, exponent: Any) -> float:
    return math.pow(_number(value), _number(exponent))


def root(value: Any, base: Any = 2) -> float:
    return math.sqrt(_number(value)) if base == 2 else math.pow(_number(value), 1.0 / float(_number(base)))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number is needed, not {value!r}")
    return value


def human_readable(size: Any, isbits: bool = False, unit: str | None = None) -> str:
    """A number of bytes (or bits) in the largest unit that fits, or in `unit`."""
    number = float(size) if isinstance(size, str) else _number(size)
    chosen = "B"
    for letter, shift in _UNITS.items():
        if (unit is None and number >= 1 << shift) or (unit is not None and unit.upper() == letter):
            chosen = letter
            break
    base = "bits" if isbits else "Bytes"
    suffix = base if chosen == "B" else chosen + (base[0] if not isbits else "b")
    return f"{number / (1 << _UNITS[chosen]):.2f} {suffix}"


def human_to_bytes(size: Any, default_unit: str | None = None, isbits: bool = False) -> int:
    """``10M``, ``10 MB`` (or ``10Mb`` with `isbits`) as a number of bytes (or bits)."""
    match = _SIZE.fullmatch(str(size))
    if match is None or not match["number"] or match["number"] == ".":
        raise ValueError(f"'{size}' is not a size: write a number and a unit, such as 10M")
    unit = match["unit"] or default_unit or "B"
    letter = unit[0].upper()
    if letter not in _UNITS:
        raise ValueError(f"'{size}' has an unknown unit '{unit}': use one of {', '.join(_UNITS)}")
    _check_unit(str(size), unit, letter, isbits)
    return round(float(match["number"]) * (1 << _UNITS[letter]))


def _check_unit(size: str, unit: str, letter: str, isbits: bool) -> None:
    rest = unit[1:]
    whole, short = ("bits", "b") if isbits else ("bytes", "B")
    if letter == "B":
        right = unit.lower() in {whole[:-1], whole} or unit == short or not rest
    else:
        words = {whole[:-1], whole}
        right = not rest or rest == short or unit.lower() in {_WORDS[letter] + word for word in words}
    if not right:
        raise ValueError(f"'{size}' is not a size in {whole}: the unit '{unit}' is not one of {whole}")


def choose(value: Any, start: int | None = None, step: int | None = None, seed: Any = None) -> Any:
    """A random item of a list, or a random number below `value`; the same one for the same `seed`."""
    source = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - a seed asks for it
    if isinstance(value, int):
        return source.randrange(start or 0, value, step or 1)
    if start is not None or step is not None:
        raise TypeError("start and step are for numbers, not for lists")
    return source.choice(list(value) if not isinstance(value, str) else value)


def shuffle(value: Any, seed: Any = None) -> list[Any]:
    source = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - a seed asks for it
    items = list(value)
    source.shuffle(items)
    return items


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "human_readable": human_readable,
    "human_to_bytes": human_to_bytes,
    "log": log,
    "pow": power,
    "random": choose,
    "root": root,
    "shuffle": shuffle,
}
