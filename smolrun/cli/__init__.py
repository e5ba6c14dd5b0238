"""The command line: turns flags into calls, and errors into exit codes."""

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script: run the command line and exit with its code."""
    # What is imported and loaded stays; Python would look through it for garbage again and again on the way (10 to 17 %
    # of the processor time of a short run: 70,000 objects for 50 tasks) and five times more at its end (0.13 s of
    # 0.55 s). Done here only: in other programs it is theirs to decide.
    gc.set_threshold(150_000, 20, 20)
    from smolrun.cli.boundary import exit_code_of

    code = exit_code_of(sys.argv[1:] if arguments is None else arguments)
    gc.freeze()
    sys.exit(code)
