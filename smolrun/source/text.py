"""Strings that somebody wrote, as against strings that came from a guest.

Trust is a type here: a `SourceText` may be compiled as a template, a plain `str` never is. Every operation
on a `SourceText` (slicing, formatting, a filter) gives a plain `str` again, so what was computed is data.
"""

from typing import Any, Self

from smolrun.location import Location

TEMPLATE_MARKS = ("{{", "{%", "{#")


class SourceText(str):
    """A string from a playbook, a role, an inventory, a variables file or ``-e``.

    Attributes:
        location: where it was written, if known.
    """

    __slots__ = ("location",)

    location: Location | None

    def __new__(cls, value: str, location: Location | None = None) -> Self:
        text = super().__new__(cls, value)
        text.location = location
        return text

    @property
    def is_template(self) -> bool:
        """Whether there is anything in it to be rendered."""
        return any(mark in self for mark in TEMPLATE_MARKS)

    def __reduce__(self) -> tuple[type[Self], tuple[str, Location | None]]:
        return (type(self), (str(self), self.location))


def trusted(value: Any) -> Any:
    """The same values, each of their texts as if it were written in a playbook: they may be templates."""
    if isinstance(value, str):
        return SourceText(value)
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    return [trusted(item) for item in value] if isinstance(value, list) else value


def is_template(value: object) -> bool:
    """Whether `value` is trusted text with something to be rendered in it."""
    return isinstance(value, SourceText) and value.is_template


def location_of(value: object) -> Location | None:
    """Where `value` was written, if it remembers."""
    location = getattr(value, "location", None)
    return location if isinstance(location, Location) else None
