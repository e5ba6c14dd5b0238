"""Refusing to guess: ``hosts: all`` without an inventory or a guest names nobody, and never this machine."""

from collections.abc import Iterable, Sequence

from smolrun.cli.flags import InventoryFlags
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.playbook.models import Playbook
from smolrun.source.text import is_template, location_of

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_HINT = "choose: -i INVENTORY, -i host1,host2, (with the last comma), or --guest embedded to try it on this machine"


def hosts_are_given(flags: InventoryFlags) -> bool:
    return bool(flags.inventory or flags.guest)


def without_hosts(playbooks: Iterable[Playbook]) -> Sequence[Diagnostic]:
    """A mistake for each play that needs hosts which nothing gives."""
    return [mistake for playbook in playbooks for mistake in _mistakes(playbook)]


def _mistakes(playbook: Playbook) -> Sequence[Diagnostic]:
    found = []
    for play in playbook.plays:
        patterns = [part.strip() for written in play.hosts for part in str(written).split(",")]
        if any(is_template(written) for written in play.hosts) or set(patterns) <= _THIS_MACHINE:
            continue
        place = next(filter(None, map(location_of, play.hosts)), play.location)
        if playbook.bare_tasks:
            message = "a list of tasks runs on all hosts, and there is no inventory and no guest"
        else:
            message = f"the play is for {', '.join(patterns)!r}, and there is no inventory and no guest"
        found.append(Diagnostic(Severity.ERROR, "no-hosts", message, place, _HINT))
    return found
