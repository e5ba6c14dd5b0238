"""``smolrun schema``."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from smolrun.cli.options.grouping import GroupedCommand, option

NAMES = ("playbook", "inventory", "events")


@click.command(
    "schema",
    short_help="Write the JSON Schemas for editors.",
    cls=GroupedCommand,
    epilog="""\b
Examples:
  smolrun schema playbook > playbook.schema.json
  smolrun schema playbook --with site.yml > playbook.schema.json
  smolrun schema --write schemas
  smolrun schema --write schemas --check     # for CI: 1 when a file is out of date

For completion in an editor, begin a playbook with
  # yaml-language-server: $schema=../schemas/playbook.schema.json
""",
)
@click.argument("name", type=click.Choice(NAMES), required=False)
@option(
    "--write",
    heading="Options",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write NAME.schema.json into this folder; all of them where no NAME is given.",
)
@option("--check", "check_only", heading="Options", is_flag=True,
        help="With --write: change nothing, exit 1 when a file is not as it would be written.")  # fmt: skip
@option("--with", "playbooks", heading="Options", multiple=True, metavar="PLAYBOOK",
        help="The schema of playbooks knows the modules beside this one and in its roles, too.")  # fmt: skip
def command(name: str | None, write: Path | None, check_only: bool, playbooks: tuple[str, ...]) -> int:
    """Write the JSON Schemas of playbooks, inventories and run events."""
    if write is None:
        if name is None or check_only:
            raise click.UsageError("give the NAME of a schema, or a folder with --write")
        click.echo(schema_text(name, playbooks), nl=False)
        return 0
    outdated = 0
    for each in (name,) if name else NAMES:
        path = write / f"{each}.schema.json"
        text = schema_text(each, playbooks)
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        if check_only:
            click.echo(f"{path} is out of date", err=True)
            outdated = 1
        else:
            write.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            click.echo(f"wrote {path}", err=True)
    return outdated


def schema_text(name: str, playbooks: Sequence[str] = ()) -> str:
    """A schema as its file holds it.

    Args:
        playbooks: whose own modules are to be part of it.

    Raises:
        LoadError: one of them does not load.
    """
    return json.dumps(_maker(name, playbooks)(), indent=2, ensure_ascii=False) + "\n"


def _maker(name: str, playbooks: Sequence[str]) -> Callable[[], dict[str, Any]]:
    # Each needs other heavy imports.
    if name == "playbook":
        from smolrun.playbook.extensions import Extensions
        from smolrun.playbook.loader import load_playbook
        from smolrun.playbook.schema import playbook_schema

        own = Extensions([load_playbook(path)[0].extensions for path in playbooks])
        return partial(playbook_schema, own)
    if name == "inventory":
        from smolrun.inventory.schema import inventory_schema

        return inventory_schema
    from smolrun.report.events_schema import events_schema

    return events_schema
