"""The group of commands; each command's file is imported when it is asked for."""

from importlib import import_module

import click

from smolrun.version import __version__

_COMMANDS = {
    "run": "smolrun.cli.commands.run",
    "check": "smolrun.cli.commands.check",
    "test": "smolrun.cli.commands.test",
    "exec": "smolrun.cli.commands.execute",
    "inventory": "smolrun.cli.commands.inventory",
    "runs": "smolrun.cli.commands.runs",
    "show": "smolrun.cli.commands.show",
    "report": "smolrun.cli.commands.report",
    "explain": "smolrun.cli.commands.explain",
    "vault": "smolrun.cli.commands.vault",
    "guest": "smolrun.cli.commands.guest",
    "config": "smolrun.cli.commands.config",
    "doc": "smolrun.cli.commands.doc",
    "schema": "smolrun.cli.commands.schema",
    "completion": "smolrun.cli.commands.completion",
}
"""The module that defines each command, as ``command``."""

_EXAMPLES = """\b
Examples:
  smolrun run playbooks/quickstart.yml --guest embedded
  smolrun run site.yml -i inventory.ini --limit web --check --diff
  smolrun check site.yml -i inventory.ini --strict
  smolrun exec root@192.0.2.10:22 -- uptime
  smolrun exec web1 -i inventory.ini -- systemctl is-active nginx

\b
Exit codes:
  0 ok · 1 error · 2 failed hosts · 4 unreachable hosts, or a playbook that does
  not load · 5 bad options · 6 failed and unreachable · 99 interrupted
"""


class LazyGroup(click.Group):
    """A group whose commands live in files of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = import_module(module).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0].endswith((".yml", ".yaml")):
            ctx.fail(f"{args[0]!r} is not a command. To run a playbook: smolrun run {args[0]}")
        if args[0] not in _COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(_COMMANDS)}."
            ctx.fail(f"No such command {args[0]!r}. {hint}")
        return super().resolve_command(ctx, args)


@click.group(
    name="smolrun",
    cls=LazyGroup,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="smolrun")
@click.option(
    "--traceback",
    is_flag=True,
    expose_value=False,
    help="Show the Python traceback of an unexpected error (also: SMOLRUN_TRACEBACK=1).",
)
def app() -> None:
    """Run Ansible-style playbooks over one persistent SSH connection per guest.

    Nothing is installed on the guest: no Python, no agent. Every task has a deadline, and every mistake in a
    playbook is told before anything runs.
    """
