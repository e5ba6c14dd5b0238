"""``smolrun doc``."""

from pathlib import Path

import click

from smolrun.cli.options.completing import modules
from smolrun.cli.options.grouping import GroupedCommand, option


@click.command(
    "doc",
    short_help="What modules do, their arguments, and examples.",
    cls=GroupedCommand,
    epilog="""\b
Examples:
  smolrun doc                                # all modules, a line each
  smolrun doc copy
  smolrun doc --write docs/modules
  smolrun doc --write docs/modules --check   # for CI: 1 when a page is out of date
""",
)
@click.argument("modules", nargs=-1, metavar="[MODULE]...", shell_complete=modules)
@option(
    "--write",
    heading="Options",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a page for each module into this folder.",
)
@option("--check", "check_only", heading="Options", is_flag=True,
        help="With --write: change nothing, exit 1 when a page is not as it would be written.")  # fmt: skip
def command(modules: tuple[str, ...], write: Path | None, check_only: bool) -> int:
    """Tell what a module does: its arguments, an example, what it returns, and what the guest must have."""
    from smolrun.cli.output.doc_pages import overview, page_of, plain

    if write is not None:
        if modules:
            raise click.UsageError("--write writes the pages of all modules")
        return _write(write, check_only=check_only)
    if check_only:
        raise click.UsageError("--check goes with --write FOLDER")
    if not modules:
        click.echo(overview(), nl=False)
        return 0
    pages = [(name, page_of(name)) for name in modules]
    for name, page in pages:
        if page is None:
            raise click.UsageError(f"there is no module {name!r}{_meant(name)}")
    click.echo("\n".join(plain(page) for _, page in pages if page is not None), nl=False)
    return 0


def _meant(name: str) -> str:
    from smolrun.modules.registry import near

    found = near(name)
    return f" (did you mean {found!r}?)" if found else "; `smolrun doc` lists them all"


def _write(folder: Path, *, check_only: bool) -> int:
    from smolrun.cli.output.doc_pages import files

    wanted = files()
    stale = [path for path in sorted(folder.glob("*.md")) if path.name not in wanted]
    due = [name for name, text in wanted.items() if _text(folder / name) != text]
    if check_only:
        for path in [*(folder / name for name in due), *stale]:
            click.echo(f"{path} is out of date", err=True)
        return 1 if due or stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in due:
        (folder / name).write_text(wanted[name], "utf-8")
        click.echo(f"wrote {folder / name}", err=True)
    for path in stale:
        path.unlink()
        click.echo(f"removed {path}, for which there is no module", err=True)
    return 0


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
