"""Looks once, or again and again until a deadline."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from smolrun.deadline import Deadline
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments, ModuleResult, TaskContext
from smolrun.shortening import ending
from smolrun.source.coercions import Integer, Number


class ProbeArguments(Arguments):
    """What every probe takes."""

    within: Number = Field(0, description="Seconds in which it may still become so; 0 looks once", ge=0)
    every: Number = Field(1, description="Seconds between two looks", gt=0)


def _codes(value: object) -> object:
    return list(value) if isinstance(value, list | tuple) else [value]


Codes = Annotated[list[Integer], BeforeValidator(_codes), WithJsonSchema({"type": ["integer", "array"]})]
"""Numbers, one of which it has to be; one alone need not be a list."""


@dataclass(frozen=True)
class Seen:
    """Attributes:
    problems: what is not as it has to be, for people.
    values: what was found, for the registered result.
    """

    problems: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None


def watch(arguments: ProbeArguments, task: TaskContext, subject: str, look: Callable[[], Seen]) -> ModuleResult:
    """Look until nothing is wrong, or the time is over.

    Args:
        subject: what is looked at, for people.
        look: one look.
    """
    began = time.monotonic()
    limit = Deadline.after(arguments.within)
    looks = 0
    while True:
        seen = look()
        looks += 1
        elapsed = time.monotonic() - began
        values = {**(seen.values or {}), "elapsed": int(elapsed), "looks": looks, "problems": list(seen.problems)}
        if not seen.problems:
            return ModuleResult(msg=f"{subject} is as it has to be", values=values)
        if limit.expired:
            after = f" (after {looks} looks in {elapsed:.0f} s)" if looks > 1 else ""
            return ModuleResult(failed=True, msg=f"{subject}: {'; '.join(seen.problems)}{after}", values=values)
        task.progress(f"{subject}: {seen.problems[0]}; {elapsed:.0f} s of {arguments.within:g} s")
        task.sleep(limit.remaining(arguments.every) or 0)


def searched(what: str, pattern: str | None, text: str) -> tuple[str, ...]:
    """The problem of a text that does not have what it has to, with the end of what it has instead."""
    if pattern is None or re.search(pattern, text, re.MULTILINE):
        return ()
    last = ending(text.rstrip(), 200)
    return (f"{what} does not have '{pattern}'" + (f", but ends with {last!r}" if last else ", it is empty"),)
