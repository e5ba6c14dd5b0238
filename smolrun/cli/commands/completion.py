"""``smolrun completion``: the script that makes a shell complete commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command(
    "completion",
    epilog='\b\nExamples:\n  eval "$(smolrun completion bash)"\n  smolrun completion fish > '
    "~/.config/fish/completions/smolrun.fish\n",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    complete = get_completion_class(shell)
    assert complete is not None
    click.echo(complete(context.find_root().command, {}, "smolrun", "_SMOLRUN_COMPLETE").source())
