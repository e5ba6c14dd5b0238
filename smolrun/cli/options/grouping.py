"""Options under headings, so that a long ``--help`` can be read."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from smolrun.cli.options.completing import BY_METAVAR


class GroupedOption(click.Option):
    """An option that says under which heading it is explained."""

    def __init__(self, *args: Any, heading: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command that explains its options by heading, in the order in which the headings first appear."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        headings: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                headings.setdefault(getattr(parameter, "heading", "Help"), []).append(record)
        for heading, records in headings.items():
            with formatter.section(heading):
                formatter.write_dl(records)


F = TypeVar("F", bound=Callable[..., Any])


def option(*names: str, heading: str, **settings: Any) -> Callable[[F], F]:
    """`click.option` under a heading. What its help calls its value says how a shell completes it."""
    if "type" not in settings and settings.get("metavar") in BY_METAVAR:
        settings.setdefault("shell_complete", BY_METAVAR[settings["metavar"]])
    return click.option(*names, cls=GroupedOption, heading=heading, **settings)
