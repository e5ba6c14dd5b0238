"""``--report github`` for mistakes that are found before anything runs."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

import click

from smolrun.diagnostic import Diagnostic
from smolrun.errors import LoadError


@contextlib.contextmanager
def annotated(reports: Sequence[str]) -> Iterator[None]:
    """Write the mistakes that keep a playbook from loading as annotations too, where the reports ask for it."""
    try:
        yield
    except LoadError as error:
        annotate(reports, error.diagnostics)
        raise


def annotate(reports: Sequence[str], diagnostics: Iterable[Diagnostic]) -> None:
    """Write annotations on standard output, where the reports ask for it."""
    if "github" not in reports:
        return
    from smolrun.cli.output.report_targets import github_workspace
    from smolrun.report.github import diagnostic_annotations

    for text in diagnostic_annotations(diagnostics, github_workspace()):
        click.echo(text)
