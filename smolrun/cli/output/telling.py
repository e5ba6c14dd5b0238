"""Mistakes as people read them: the place, the line, what to do."""

import os
import sys
from collections.abc import Iterable, Sequence

import click

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import SmolVMError
from smolrun.location import Location
from smolrun.report.colour import wants_colour

PLACES = 3
"""Of a mistake that is made again and again, so many more places are shown than the first."""


def error_text(error: SmolVMError) -> str:
    """One error of ours."""
    told = Diagnostic(Severity.ERROR, "error", error.message, error.location, error.hint)
    if error.location is not None:
        return _rendered(told)
    from smolrun.report.escaping import escape

    hint = "\n  hint: " + error.hint.replace("\n", "\n        ") if error.hint else ""
    return escape(f"ERROR! {error.message}{hint}")


def tell_diagnostics(
    diagnostics: Iterable[Diagnostic], *, colour: bool | None = None, places: int | None = PLACES
) -> None:
    """Print each of them, and how many there were, on standard error; what is the same at several places, once.

    Args:
        colour: what ``--color`` said.
        places: how many further places are listed; None: all.
    """
    shown = list(diagnostics)
    for diagnostic, others in _grouped(shown):
        click.echo(_rendered(diagnostic, colour), err=True, color=True)
        if others:
            click.echo(f"  also at {listed(others, places)}", err=True)
        click.echo(err=True)
    errors = sum(diagnostic.is_error for diagnostic in shown)
    warnings = len(shown) - errors
    if shown:
        click.echo(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}", err=True)


def listed(shown: Sequence[object], limit: int | None) -> str:
    """Some things in a row, and how many more there are."""
    from smolrun.report.escaping import escape

    some = ", ".join(str(thing) for thing in shown[:limit])
    rest = 0 if limit is None else len(shown) - limit
    return escape(f"{some} and {rest} more (-v lists them)" if rest > 0 else some)


def _grouped(diagnostics: Iterable[Diagnostic]) -> Iterable[tuple[Diagnostic, list[Location]]]:
    """The first of those that say the same, with the places of the others."""
    groups: dict[tuple[object, ...], tuple[Diagnostic, list[Location]]] = {}
    for diagnostic in diagnostics:
        said = (diagnostic.severity, diagnostic.code, diagnostic.message, diagnostic.hint)
        _, others = groups.setdefault(said, (diagnostic, []))
        if groups[said][0] is not diagnostic and diagnostic.location is not None:
            others.append(diagnostic.location)
    return groups.values()


def _rendered(diagnostic: Diagnostic, colour: bool | None = None) -> str:
    from smolrun.playbook.render import render_diagnostic

    return render_diagnostic(diagnostic, color=wants_colour(colour, sys.stderr, os.environ))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
