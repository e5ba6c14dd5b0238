"""The folders beside a playbook or a role that may hold code of a user's."""

from collections.abc import Iterable
from pathlib import Path

from smolrun.errors import ExtensionError
from smolrun.location import Location, SourceFile
from smolrun.source.files import everyone_may_write


def code_files(folder: Path, endings: Iterable[str], *, trusted: bool = False) -> list[Path]:
    """The files in `folder` that may be code, sorted; those that begin with ``_`` are for the others to import.

    Args:
        trusted: somebody has named the folder, so that nobody could have put it there unnoticed.

    Raises:
        ExtensionError: everyone may write there, or beside it: the code could come from anybody.
    """
    if not folder.is_dir():
        return []
    wanted = frozenset(endings)
    there = (path for path in folder.iterdir() if path.suffix in wanted and not path.name.startswith(("_", ".")))
    found = sorted(path for path in there if path.is_file())
    for place in (folder, folder.parent, *found) if found and not trusted else ():
        if everyone_may_write(place):
            raise ExtensionError(
                f"the code in {folder} is not used, because everyone may write to {place}",
                hint=f"take that right away: chmod o-w {place}",
                location=Location(SourceFile(str(folder), ""), 1, 1),
            )
    return found
