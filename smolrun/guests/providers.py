"""The providers by name: those of ours, and those that installed packages bring."""

from importlib import import_module
from typing import TYPE_CHECKING

from smolrun.errors import SmolVMError, UsageError
from smolrun.guests.port import Provider

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

ENTRY_POINTS = "smolrun.guests"

_OURS = {
    "embedded": "smolrun.guests.embedded_provider",
    "existing": "smolrun.guests.existing",
    "qemu": "smolrun.guests.qemu.provider",
    "smolvm": "smolrun.guests.smolvm.provider",
}
"""The module of each, which defines ``PROVIDER``."""


def provider_names() -> tuple[str, ...]:
    """All there are."""
    return (*_OURS, *sorted({point.name for point in _installed()} - set(_OURS)))


def provider_named(name: str) -> Provider:
    """The provider of that name.

    Raises:
        UsageError: there is none.
        SmolVMError: the package that brings it is broken.
    """
    if name in _OURS:
        provider: Provider = import_module(_OURS[name]).PROVIDER
        return provider
    for point in _installed().select(name=name):
        try:
            found: Provider = point.load()
        except Exception as error:  # somebody else's package may fail in any way when it is imported
            raise SmolVMError(f"the guest provider {name!r} ({point.value}) does not load: {error}") from error
        return found
    from smolrun.playbook.suggestion import did_you_mean

    known = provider_names()
    raise UsageError(f"there is no guest {name!r}", hint=did_you_mean(name, known) or f"there are: {', '.join(known)}")


def _installed() -> "EntryPoints":
    from importlib.metadata import entry_points  # reads what every installed package says of itself

    return entry_points(group=ENTRY_POINTS)
