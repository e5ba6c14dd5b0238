"""The command line: turns flags into calls, and errors into exit codes."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script: run the command line and exit with its code."""
    from smolrun.cli.boundary import exit_code_of

    sys.exit(exit_code_of(sys.argv[1:] if arguments is None else arguments))
