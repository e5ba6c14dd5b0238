"""Reporters of the user's own: files ``reporters/NAME.py``, and what installed packages offer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from smolrun.errors import ExtensionError, UsageError

FOLDER = "reporters"

Reporter = Callable[[str], Callable[[Any], None]]
"""What follows ``=`` in ``--report NAME=…``, or nothing, to what is called with every event."""


def own_reporter(name: str, folders: Sequence[Path]) -> Reporter | None:
    """The reporter of that name; None where there is none.

    Args:
        folders: the first that has ``reporters/NAME.py`` decides.

    Raises:
        UsageError: it cannot be used.
    """
    from smolrun.extension.entry_points import installed

    if not name.isidentifier():
        return None
    try:
        found: Reporter | None = _in_folders(name, folders) or installed("reporters", name)
    except ExtensionError as error:
        place = f"{error.location}: " if error.location is not None else ""
        raise UsageError(f"--report {name}: {place}{error.message}", hint=error.hint) from None
    if found is not None and not callable(found):
        raise UsageError(f"--report {name}: its REPORTER cannot be called", hint="see docs/extending.md")
    return found


def own_reporter_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The names of all of them. Nothing is loaded."""
    from smolrun.extension.entry_points import installed_names

    files = [path for folder in folders for path in (folder / FOLDER).glob("*.py")]
    return (*(path.stem for path in files if not path.name.startswith("_")), *installed_names("reporters"))


def _in_folders(name: str, folders: Sequence[Path]) -> Any:
    from smolrun.extension.folders import code_files
    from smolrun.extension.python_file import read_python

    for folder in folders:
        for path in code_files(folder / FOLDER, (".py",)):
            if path.stem == name:
                file = read_python(path)
                reporter = getattr(file.run(), "REPORTER", None)
                if reporter is None:
                    raise ExtensionError(f"{path} cannot be used: it defines no REPORTER", location=file.place(1))
                return reporter
    return None


def started(name: str, reporter: Reporter, target: str) -> Callable[[Any], None]:
    """The listener that the reporter makes. Raises `UsageError` where it makes none."""
    try:
        listener = reporter(target)
    except Exception as error:  # whatever a user's code raises
        raise UsageError(f"--report {name}: it does not start: {error}") from error
    if not callable(listener):
        raise UsageError(f"--report {name}: what it makes cannot be called with events", hint="see docs/extending.md")
    return listener
