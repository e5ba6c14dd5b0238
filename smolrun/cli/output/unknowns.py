"""What a check could not know, for people."""

from collections.abc import Iterable
from typing import Final

import click

from smolrun.cli.output.telling import PLACES, listed
from smolrun.location import Location
from smolrun.playbook.unknowns import Kind, Unknowns

_HEADINGS: Final[dict[Kind, tuple[str, str]]] = {
    "tasks": ("include of tasks that a template names", "includes of tasks that templates name"),
    "templates": ("template file that a template names", "template files that templates name"),
    "variable": ("variable that nothing here sets", "variables that nothing here sets"),
}


def tell_unknowns(unknowns: Unknowns, *, verbose: bool) -> None:
    """Print it on standard error, nothing where all was known.

    Args:
        verbose: everything with all its places; else a few of each kind.
    """
    lines = [line for kind in _HEADINGS for line in _lines(unknowns, kind, verbose=verbose)]
    if lines:
        click.echo("\nCould not be known before a run, and was not checked:", err=True)
        click.echo("\n".join(lines), err=True)


def _lines(unknowns: Unknowns, kind: Kind, *, verbose: bool) -> list[str]:
    found = list(unknowns.of(kind))
    if not found:
        return []
    one, many = _HEADINGS[kind]
    heading = f"  {len(found)} {one if len(found) == 1 else many}: "
    lines = [heading + listed(_with_places(found), PLACES)]
    if verbose:
        lines = [heading, *(f"    {subject}: {listed(places, None)}" for subject, places in found)]
    sources = list(unknowns.of("variables"))
    if kind == "variable" and sources:
        lines.append("    they may come from " + listed(_with_places(sources), None if verbose else PLACES))
    return lines


def _with_places(found: Iterable[tuple[str, tuple[Location, ...]]]) -> list[str]:
    return [subject + (f" ({places[0]})" if places else "") for subject, places in found]
