"""Names on the command line and in ``hosts`` that nothing answers to: a slip that would make a run do nothing."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from smolrun.cli.loading.hosts_made import brings_in_more, makes_hosts
from smolrun.cli.options.flags import SelectionFlags
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.engine.plan import names_of
from smolrun.engine.tags import split
from smolrun.errors import UsageError
from smolrun.inventory.inventory import Inventory
from smolrun.playbook.models import Playbook
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.walk import tasks_of, walk
from smolrun.source.text import is_template

SPECIAL_TAGS = frozenset({"all", "always", "never", "tagged", "untagged"})


def refuse_misnamed_start(playbooks: Sequence[Playbook], name: str | None) -> None:
    """Refuses a ``--start-at-task`` that no task can answer to.

    Raises:
        UsageError: no task is called so; not where the name of one is a template, or a file is still to be included.
    """
    if name is None:
        return
    names = [
        word
        for playbook in playbooks
        for play in playbook.plays
        for visit, task in tasks_of(play)
        if task.name is not None
        for word in names_of(str(task.name), visit.parents)
    ]
    if any(fnmatchcase(known, name) or known == name or is_template(known) for known in names):
        return
    if not any(brings_in_more(play) for playbook in playbooks for play in playbook.plays):
        raise UsageError(f"--start-at-task {name}: no task is called so", hint=did_you_mean(name, names))


def unknown_tags(playbooks: Sequence[Playbook], selection: SelectionFlags) -> Iterator[Diagnostic]:
    """A warning for each tag that was asked for and that nothing has."""
    asked = (split(selection.tags) | split(selection.skip_tags)) - SPECIAL_TAGS
    if not asked or any(brings_in_more(play) for playbook in playbooks for play in playbook.plays):
        return
    known = split(str(tag) for playbook in playbooks for play in playbook.plays for tag in play.tags)
    known |= split(
        str(tag)
        for playbook in playbooks
        for play in playbook.plays
        for visit in walk(play)
        for tag in getattr(visit.node, "tags", ())
    )
    if any(is_template(tag) for tag in known):
        return
    for tag in sorted(asked - known):
        hint = did_you_mean(tag, known) or (f"there are: {', '.join(sorted(known))}" if known else None)
        yield Diagnostic(Severity.WARNING, "unknown-tag", f"nothing has the tag '{tag}'", None, hint)


def unmatched_hosts(playbooks: Iterable[Playbook], inventory: Inventory) -> Iterator[Diagnostic]:
    """A warning for each part of a play's ``hosts`` that matches nothing, but where the run itself makes hosts."""
    for playbook in playbooks:
        plays = playbook.plays
        if any(map(makes_hosts, plays)):
            continue
        for play in plays:
            for pattern in play.hosts:
                if isinstance(pattern, str) and not is_template(pattern):
                    yield from inventory.match(pattern).warnings
