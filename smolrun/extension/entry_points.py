"""What installed packages add, under the entry points ``smolrun.modules``, ``smolrun.filters``, ….

Looking for them reads the metadata of all installed packages (tens of milliseconds), so nobody asks before a name is
found nowhere else. Packaging: packaging.python.org, "Entry points specification".
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from smolrun.errors import ExtensionError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Group = Literal["modules", "filters", "tests", "lookups", "reporters"]


def installed(group: Group, name: str) -> Any:
    """The object that a package offers under that name; None where there is none.

    Raises:
        ExtensionError: the package cannot be loaded.
    """
    point = _points(group).get(name)
    if point is None:
        return None
    try:
        return point.load()
    except Exception as error:  # whatever somebody's package raises
        package = point.dist.name if point.dist else point.value
        raise ExtensionError(f"{name} of the package {package} cannot be loaded: {error}") from error


def installed_names(group: Group) -> tuple[str, ...]:
    """All names of a group, sorted. Nothing is imported."""
    return tuple(sorted(_points(group)))


@cache
def _points(group: Group) -> "dict[str, EntryPoint]":
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=f"smolrun.{group}")}
