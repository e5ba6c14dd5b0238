"""The one place that turns errors into messages and exit codes."""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence

import click

from smolrun.cli.app import app
from smolrun.errors import ExitCode, LoadError, SmolVMError


def exit_code_of(arguments: Sequence[str]) -> int:
    """Run the command line. Whatever goes wrong is told on standard error; never a traceback unless asked for."""
    _never_fail_to_print()
    try:
        code = _guarded(arguments)
    except BrokenPipeError:
        code = int(ExitCode.ERROR)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # a run that went to its end keeps its code though nobody read the last lines
        # Python would complain once more when it flushes standard output at its end (docs.python.org, signal).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _guarded(arguments: Sequence[str]) -> int:
    try:
        code = app.main(list(arguments), prog_name="smolrun", standalone_mode=False)
        return int(code or 0)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.BAD_OPTIONS)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted", err=True)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        raise
    except SmolVMError as error:
        tell(error)
        return int(error.exit_code)
    except Exception as error:  # noqa: BLE001  the last line of defence: a person gets a message, not a traceback
        _tell_unexpected(error, wanted=wants_traceback(arguments, os.environ))
        return int(ExitCode.ERROR)


def tell(error: SmolVMError) -> None:
    """Print an error of ours with the places it points at."""
    from smolrun.cli.output.telling import error_text, tell_diagnostics

    if isinstance(error, LoadError):
        tell_diagnostics(error.diagnostics)
    else:
        click.echo(error_text(error), err=True)


def wants_traceback(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--traceback" in options or environment.get("SMOLRUN_TRACEBACK", "") not in {"", "0"}


def _tell_unexpected(error: Exception, *, wanted: bool) -> None:
    from smolrun.report.escaping import escape

    if wanted:
        click.echo(escape("".join(traceback.format_exception(error))), err=True)
        return
    click.echo(escape(f"ERROR! unexpected {type(error).__name__}: {error}"), err=True)
    click.echo("This is a mistake in smolrun; SMOLRUN_TRACEBACK=1 shows where. Please report it.", err=True)


def _never_fail_to_print() -> None:
    """A terminal of another encoding than UTF-8 gets escapes, not an exception."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
