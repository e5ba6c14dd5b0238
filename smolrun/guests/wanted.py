"""Which hosts come from a provider: those whose variables say ``guest: {provider: …}``."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import SmolVMError
from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.port import VARIABLE, Guest, Provider
from smolrun.guests.providers import provider_named, provider_names
from smolrun.guests.settings import GuestSettings
from smolrun.inventory.host import Host
from smolrun.inventory.layers import merge
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.validation import build
from smolrun.source.containers import LocatedDict, location_at
from smolrun.source.text import is_template, location_of

Render = Callable[[Any, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class WantedGuest:
    """Attributes:
    name: of its host.
    kind: of its provider.
    settings: as that provider takes them.
    """

    name: str
    kind: str
    provider: Provider
    settings: GuestSettings

    @property
    def missing(self) -> list[str]:
        """The files of its settings that are not there, each as ``image /path``."""
        return [f"{name} {path}" for name, path in self.settings.files.items() if not path.is_file()]

    def made(self, instances: InstanceFolder) -> Guest:
        """The guest, not yet started."""
        return self.provider.make(self.name, self.settings, instances)


def wanted_guests(hosts: Iterable[Host], render: Render) -> tuple[WantedGuest, ...]:
    """The guests that these hosts come from.

    Args:
        render: renders a value with the variables of its host.

    Raises:
        LoadError: with all mistakes, each at its place.
    """
    mistakes = Mistakes()
    found = [wanted for host in hosts if (wanted := _wanted(host, render, mistakes)) is not None]
    mistakes.raise_if_errors()
    return tuple(found)


def guest_from(name: str, kind: str, values: Mapping[str, Any], folder: Path | None = None) -> WantedGuest:
    """A guest that is described in few words, such as ``--guest smolvm:debian``.

    Raises:
        UsageError: there is no such provider.
        LoadError: a value is wrong.
    """
    mistakes = Mistakes()
    provider = provider_named(kind)
    settings = _settings(kind, provider, {"provider": kind, **values}, values, mistakes)
    mistakes.raise_if_errors()
    assert settings is not None
    return WantedGuest(name, kind, provider, settings.from_folder(folder or Path.cwd()))


def _wanted(host: Host, render: Render, mistakes: Mistakes) -> WantedGuest | None:
    if not any(VARIABLE in layer.values for layer in host.layers):
        return None
    variables = merge(host.layers)
    written = variables[VARIABLE]
    place = location_at(written, ()) or location_of(written) or host.location
    if is_template(written):
        with contextlib.suppress(SmolVMError):  # an ordinary variable of that name may wait for facts
            written = render(written, variables)
    if not isinstance(written, Mapping):
        return None  # an ordinary variable of that name
    kind = written.get("provider")
    if not isinstance(kind, str) or kind not in provider_names():
        known = ", ".join(provider_names())
        hint = did_you_mean(str(kind), provider_names()) or f"there are: {known}"
        told = f"there is no guest provider '{kind}'" if kind else "'guest' needs a 'provider'"
        mistakes.error("guest", told, location_at(written, ("provider",)) or place, hint)
        return None
    try:
        values = render(dict(written), variables)
        provider = provider_named(kind)
    except SmolVMError as error:
        mistakes.add(Diagnostic(Severity.ERROR, "guest", error.message, error.location or place, error.hint))
        return None
    before = len(mistakes)
    settings = _settings(kind, provider, values, written, mistakes)
    if settings is None or len(mistakes) > before:
        return None
    return WantedGuest(host.name, kind, provider, settings.from_folder(_folder_of(host)))


def _settings(
    kind: str, provider: Provider, values: Mapping[str, Any], written: Mapping[str, Any], mistakes: Mistakes
) -> GuestSettings | None:
    known = provider.settings.model_fields
    for name in (name for name in values if name not in known):
        place = written.key_locations.get(name) if isinstance(written, LocatedDict) else None
        hint = did_you_mean(str(name), known) or f"there are: {', '.join(known)}"
        mistakes.error("guest", f"{kind} knows no '{name}'", place or location_at(written, ()), hint)
    right = {name: value for name, value in values.items() if name in known}
    return build(provider.settings, right, written, mistakes)


def _folder_of(host: Host) -> Path:
    return host.source.parent.absolute() if host.source is not None else Path.cwd()
