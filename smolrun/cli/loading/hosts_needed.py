"""Refusing to guess: ``hosts: all`` without an inventory or a guest names nobody, and never this machine."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from smolrun.cli.loading.hosts_made import brings_in_more, makes_hosts
from smolrun.cli.options.flags import InventoryFlags
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.playbook.models import Play, Playbook
from smolrun.source.text import is_template, location_of

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_HINT = "choose: -i INVENTORY, -i host1,host2, (with the last comma), or --guest embedded to try it on this machine"


def hosts_are_given(flags: InventoryFlags) -> bool:
    return bool(flags.inventory or flags.guest)


def without_hosts(playbooks: Iterable[Playbook]) -> Sequence[Diagnostic]:
    """A mistake for each play that needs hosts which nothing gives, no earlier play either."""
    return list(_mistakes(playbooks))


def _mistakes(playbooks: Iterable[Playbook]) -> Iterator[Diagnostic]:
    for playbook in playbooks:
        for play in playbook.plays:
            patterns = [part.strip() for written in play.hosts for part in str(written).split(",")]
            if not any(is_template(written) for written in play.hosts) and not set(patterns) <= _THIS_MACHINE:
                yield _mistake(play, patterns, bare_tasks=playbook.bare_tasks)
            if makes_hosts(play) or brings_in_more(play):
                return


def _mistake(play: Play, patterns: Sequence[str], *, bare_tasks: bool) -> Diagnostic:
    place = next(filter(None, map(location_of, play.hosts)), play.location)
    message = f"the play is for {', '.join(patterns)!r}, and there is no inventory and no guest"
    if bare_tasks:
        message = "a list of tasks runs on all hosts, and there is no inventory and no guest"
    return Diagnostic(Severity.ERROR, "no-hosts", message, place, _HINT)


def missing_inventories(sources: Iterable[str]) -> tuple[str, ...]:
    """Those of the inventories that are files or folders which are not there."""
    return tuple(source for source in sources if "," not in source and not Path(source).exists())


def not_needed(missing: Iterable[str]) -> Sequence[Diagnostic]:
    """A warning for each inventory that is not there, where the plays can do without."""
    hint = "the plays are for this machine; nothing else can be reached"
    return [
        Diagnostic(Severity.WARNING, "missing-inventory", f"there is no inventory {source}", None, hint)
        for source in missing
    ]
