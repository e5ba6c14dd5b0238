"""Which guests a run brings up: that of ``--guest``, or those that hosts of the inventory come from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smolrun.cli.loading.loading import Loaded
from smolrun.cli.options.flags import InventoryFlags
from smolrun.errors import SmolVMError
from smolrun.guests.port import VARIABLE, Guest
from smolrun.inventory.host import Host

if TYPE_CHECKING:
    from smolrun.guests.wanted import WantedGuest  # providers and their machines: few runs have any

START_SECONDS = 600.0
"""What bringing up a guest may take at the most; each provider has a limit of its own."""


def guest_of_flag(text: str) -> "WantedGuest":
    """The guest that ``--guest KIND[:DETAIL]`` means; its host is called as the kind. Raises `UsageError`."""
    from smolrun.guests.providers import provider_named
    from smolrun.guests.wanted import guest_from

    kind, _, detail = text.partition(":")
    return guest_from(kind, kind, provider_named(kind).short(detail))


def without_snapshots(wanted: "tuple[WantedGuest, ...]", *, unless: bool = False) -> "tuple[WantedGuest, ...]":
    """The same guests, each booted from its beginning; as they are where `unless` is true."""
    if unless:
        return wanted
    return tuple(
        replace(one, settings=one.settings.model_copy(update={"snapshot": False}))
        if "snapshot" in type(one.settings).model_fields
        else one
        for one in wanted
    )


def guest_named(text: str) -> Guest:
    """The guest of ``--guest``, not yet started."""
    from smolrun.guests.instances.folder import InstanceFolder

    return guest_of_flag(text).made(InstanceFolder.of_user())


def guests_of_run(flags: InventoryFlags, loaded: Loaded) -> "tuple[WantedGuest, ...]":
    """What has to be up before the plays begin.

    Raises:
        LoadError: with all mistakes in what hosts say of where they come from.
    """
    if flags.guest:
        wanted: tuple[WantedGuest, ...] = (guest_of_flag(flags.guest),)
    else:
        wanted = guests_of_hosts(_hosts_of_plays(loaded, flags.limit), loaded.extra_variables)
    return without_snapshots(wanted, unless=flags.guest_snapshots)


def guests_of_hosts(hosts: Iterable[Host], extra_variables: Mapping[str, Any]) -> "tuple[WantedGuest, ...]":
    """Those of the inventory's hosts that come from a provider."""
    chosen = [host for host in hosts if any(VARIABLE in layer.values for layer in host.layers)]
    if not chosen:
        return ()
    from smolrun.guests.wanted import wanted_guests
    from smolrun.templating.templar import Templar

    templar = Templar()
    return wanted_guests(chosen, lambda value, variables: templar.render(value, {**variables, **extra_variables}))


def _hosts_of_plays(loaded: Loaded, limit: str | None) -> Sequence[Host]:
    found: dict[str, Host] = {}
    for playbook in loaded.playbooks:
        for play in playbook.plays:
            for host in loaded.inventory.select(_patterns(play.hosts, loaded), limit):
                found[host.name] = host
    return tuple(found.values())


def _patterns(written: Iterable[Any], loaded: Loaded) -> list[str]:
    from smolrun.source.text import is_template

    patterns = list(written)
    if not any(map(is_template, patterns)):
        return [str(pattern) for pattern in patterns]
    from smolrun.templating.templar import Templar

    try:
        return [Templar().render_text(pattern, loaded.extra_variables) for pattern in patterns]
    except SmolVMError:
        return ["all"]  # known only when it runs: better one guest too many
