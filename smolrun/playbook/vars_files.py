"""``vars_files``: looked for beside the playbook, read, and required to be a mapping of variables."""

from collections.abc import Sequence
from pathlib import Path

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile
from smolrun.playbook.search import find, looked_for, places
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict
from smolrun.source.files import read_found
from smolrun.source.variables_file import load_variables
from smolrun.source.vault import VaultSecrets


def load_vars_file(
    names: str | Sequence[str], folder: Path, *, vault: VaultSecrets | None = None, location: Location | None = None
) -> LocatedDict:
    """The variables of the first of `names` that exists.

    Parameters:
        names: a path, or several of which the first that exists is meant; already rendered.
        folder: the playbook's.
        location: where the playbook names it, for the message.

    Raises:
        LoadError: none exists, or the file is not a mapping of variables.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        path = find("vars", name, [folder])
        if path is not None:
            return read_variables(path, vault=vault)
    looked = [place for name in wanted for place in places("vars", name, [folder])]
    message = f"there is no variables file {' or '.join(wanted)}"
    hint = looked_for(looked)
    raise LoadError([Diagnostic(Severity.ERROR, "missing-file", message, location, hint)])


def read_variables(path: Path, *, vault: VaultSecrets | None = None) -> LocatedDict:
    """The variables of a YAML file; an empty one has none. Raises `LoadError`."""
    file = read_found(path, vault)
    written = load_variables(file, vault)
    if written is None:
        return LocatedDict(location=Location(file, 1, 1))
    if isinstance(written, LocatedDict):
        return written
    place = getattr(written, "location", None) or Location(SourceFile(file.name, file.text), 1, 1)
    message = f"a file of variables is a mapping of names to values; this is {describe(written)}"
    raise LoadError([Diagnostic(Severity.ERROR, "wrong-type", message, place)])
