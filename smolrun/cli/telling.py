"""Mistakes as people read them: the place, the line, what to do."""

import os
import sys
from collections.abc import Iterable

import click

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import SmolVMError
from smolrun.report.colour import wants_colour


def error_text(error: SmolVMError) -> str:
    """One error of ours."""
    told = Diagnostic(Severity.ERROR, "error", error.message, error.location, error.hint)
    if error.location is not None:
        return _rendered(told)
    from smolrun.report.escaping import escape

    hint = f"\n  hint: {error.hint}" if error.hint else ""
    return escape(f"ERROR! {error.message}{hint}")


def tell_diagnostics(diagnostics: Iterable[Diagnostic], *, colour: bool | None = None) -> None:
    """Print each of them, and how many there were, on standard error.

    Args:
        colour: what ``--color`` said.
    """
    shown = list(diagnostics)
    for diagnostic in shown:
        click.echo(_rendered(diagnostic, colour), err=True, color=True)
        click.echo(err=True)
    errors = sum(diagnostic.is_error for diagnostic in shown)
    warnings = len(shown) - errors
    if shown:
        click.echo(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}", err=True)


def _rendered(diagnostic: Diagnostic, colour: bool | None = None) -> str:
    from smolrun.playbook.render import render_diagnostic

    return render_diagnostic(diagnostic, color=wants_colour(colour, sys.stderr, os.environ))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
