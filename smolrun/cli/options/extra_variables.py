"""``-e``: pairs, JSON, YAML or files, merged in the order they are given."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError, UsageError
from smolrun.location import Location, SourceFile

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets


def read_extra_variables(given: Sequence[str], vault: "VaultSecrets | None") -> Mapping[str, Any]:
    """The variables of every ``-e``; later ones win. Their texts may be templates.

    Raises:
        UsageError: what was given is neither pairs, nor a mapping, nor a file.
        LoadError: a file does not load.
    """
    variables: dict[str, Any] = {}
    for text in given:
        variables.update(_one(text, vault))
    return variables


def _one(text: str, vault: "VaultSecrets | None") -> Mapping[str, Any]:
    from smolrun.source.files import read_source
    from smolrun.source.variables_file import load_variables
    from smolrun.source.yaml_loader import load_yaml

    if text.strip() == "@":
        raise UsageError("-e @: no file is named", hint="write it behind the @: -e @vars.yml")
    if text.startswith("@"):
        path = text[1:]
        if not Path(path).exists():
            raise UsageError(f"-e {text}: there is no file {path}")
        return _mapping(load_variables(read_source(path, vault), vault), text)
    if text[:1] in {"/", "."}:
        raise UsageError(f"-e {text}: is this a file?", hint=f"put an @ before it: -e @{text}")
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return _mapping(load_yaml(SourceFile("<extra vars>", text), vault=vault), text)
        except LoadError as error:
            column = f" in column {error.location.column}" if error.location else ""
            raise UsageError(f"-e {text}: neither JSON nor YAML{column}: {error.message}") from error
    return _pairs(text)


def _pairs(text: str) -> Mapping[str, Any]:
    from smolrun.source.key_value import KeyValueError, parse_key_values
    from smolrun.source.text import SourceText

    written = SourceText(text, Location(SourceFile("<extra vars>", text), 1, 1))
    try:
        variables, rest = parse_key_values(written, None)
    except KeyValueError as error:
        raise UsageError(f"-e {text}: {error}") from error
    if rest is not None:
        raise UsageError(f"-e {text}: expected key=value, found {str(rest)!r}", hint="or JSON, YAML, or @file")
    return variables


def _mapping(value: Any, text: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        wrong = [key for key in value if not isinstance(key, str)]
        if not wrong:
            return value
        message = f"{wrong[0]!r} is not a variable name"
        raise LoadError([Diagnostic(Severity.ERROR, "variable-name", message, getattr(value, "location", None))])
    raise UsageError(f"-e {text}: expected a mapping of variables")
