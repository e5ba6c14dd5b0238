"""Filters, tests and lookups of a user's own, from Python files.

A file says them in a table, ``FILTERS``, ``TESTS`` or ``LOOKUPS``, as those of this package do; or in the classes that
Ansible knows, ``FilterModule`` and ``TestModule``, which need nothing of Ansible (docs.ansible.com, "Developing
plugins").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from smolrun.errors import ExtensionError
from smolrun.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from smolrun.extension.python_file import PythonFile

Kind = Literal["filters", "tests", "lookups"]
Function = Callable[..., Any]


class _Form(NamedTuple):
    """Attributes:
    table: our name.
    ansible_class: Ansible's; None where it needs Ansible's own Python in any case.
    """

    table: str
    ansible_class: str | None


_FORMS: Final[dict[Kind, _Form]] = {
    "filters": _Form("FILTERS", "FilterModule"),
    "tests": _Form("TESTS", "TestModule"),
    "lookups": _Form("LOOKUPS", None),
}
FOLDERS: Final[dict[str, Kind]] = {"filter_plugins": "filters", "test_plugins": "tests", "lookup_plugins": "lookups"}
"""Ansible's names of the folders that hold them, beside a playbook or in a role."""


@dataclass(frozen=True)
class Functions:
    """Functions by name, of each kind.

    Attributes:
        refused: files that cannot be used, and why.
        collections: folders that hold ``ansible_collections``, whose functions go by their full names.
    """

    filters: Mapping[str, Function] = field(default_factory=dict)
    tests: Mapping[str, Function] = field(default_factory=dict)
    lookups: Mapping[str, Function] = field(default_factory=dict)
    refused: tuple[ExtensionError, ...] = ()
    collections: tuple[Path, ...] = ()

    def __or__(self, later: "Functions") -> "Functions":
        """Both; where a name is in both, the earlier one holds, as in Ansible."""
        return Functions(
            {**later.filters, **self.filters},
            {**later.tests, **self.tests},
            {**later.lookups, **self.lookups},
            tuple(dict.fromkeys((*self.refused, *later.refused))),
            tuple(dict.fromkeys((*self.collections, *later.collections))),
        )

    def __bool__(self) -> bool:
        return bool(self.filters or self.tests or self.lookups or self.refused or self.collections)


def functions_in(path: Path, kind: Kind) -> Functions:
    """The functions of one file. Those of a file that cannot be used fail, with its reason, when they are called."""
    from smolrun.extension.python_file import read_python  # which imports the compiler

    try:
        file = read_python(path)
    except ExtensionError as error:
        return Functions(refused=(error,))
    try:
        return _of_kind(kind, _table(file, kind))
    except ExtensionError as error:
        names = file.texts_within(kind)
        return _of_kind(kind, {name: refusing(kind, name, error) for name in names}, error)


def function_in_collections(name: str, kind: Kind, folders: Iterable[Path]) -> Function | None:
    """What a full name (``namespace.collection.name``) means; None where no collection has it."""
    from smolrun.extension.collections import collection_files

    short = name.split(".", 2)[-1]
    try:
        for path in collection_files(name, kind.removesuffix("s"), folders, (".py",)):
            found: Mapping[str, Function] = getattr(functions_in(path, kind), kind)
            if short in found:
                return found[short]
    except ExtensionError as error:
        return refusing(kind, name, error)
    return None


def _of_kind(kind: Kind, functions: Mapping[str, Function], *refused: ExtensionError) -> Functions:
    match kind:
        case "filters":
            return Functions(filters=functions, refused=refused)
        case "tests":
            return Functions(tests=functions, refused=refused)
        case "lookups":
            return Functions(lookups=functions, refused=refused)


def _table(file: "PythonFile", kind: Kind) -> dict[str, Function]:
    form = _FORMS[kind]
    module = file.run()
    table = getattr(module, form.table, None)
    ansible_class = getattr(module, form.ansible_class, None) if form.ansible_class else None
    if table is None and ansible_class is not None:
        try:
            table = getattr(ansible_class(), kind)()
        except Exception as error:  # whatever a user's class raises
            raise _wrong(file, f"{form.ansible_class}.{kind}() cannot be called: {error}") from error
    if table is None:
        other = f" and no class {form.ansible_class}" if form.ansible_class else ""
        raise _wrong(file, f"it defines no table {form.table}{other}")
    if not isinstance(table, Mapping):
        raise _wrong(file, f"its {kind} are no mapping of names to functions")
    for name, function in table.items():
        if not isinstance(name, str) or not callable(function):
            raise _wrong(file, f"{name!r} among its {kind} is no name with a function")
    return dict(table)


def _wrong(file: "PythonFile", reason: str) -> ExtensionError:
    return ExtensionError(f"{file.path} cannot be used: {reason}", location=file.place(1))


def refusing(kind: Kind, name: str, error: ExtensionError) -> Function:
    """A function that is known and cannot be used."""
    file = error.location.file.name if error.location is not None else ""
    reason = error.message if file in error.message else f"{file}: {error.message}"

    def refuse(*_: Any, **__: Any) -> Any:
        from jinja2.exceptions import TemplateRuntimeError

        raise TemplateRuntimeError(f"the {kind.removesuffix('s')} '{name}' cannot be used: {reason}")

    refuse.unavailable = reason  # type: ignore[attr-defined]
    return refuse


def why_unavailable(function: object) -> str | None:
    """Why a function that is known cannot be used; None for one that can be."""
    reason: str | None = getattr(function, "unavailable", None)
    return reason
