"""Lookups of the controller's files."""

import csv
import glob
import os
import re
from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from smolrun.location import Location
from smolrun.source.files import read_source
from smolrun.source.text import SourceText
from smolrun.source.vault import HEADER, VaultSecrets, decrypt
from smolrun.templating.limits import MAX_SIZE
from smolrun.templating.lookups.base import Lookup, LookupContext, LookupFailedError, options_of, truth
from smolrun.templating.template_facts import template_facts


def _read(path: Path, encoding: str = "utf-8") -> str:
    return _content(path).decode(encoding, "surrogateescape")


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise LookupFailedError(f"the file '{path}' is larger than {MAX_SIZE // (1024 * 1024)} MiB")
    return content


def _opened(context: LookupContext, path: Path, encoding: str = "utf-8") -> tuple[str, VaultSecrets | None]:
    """The text of a file that may be vaulted; with the vault that what is used of it has to be remembered in."""
    content, vault = _content(path), context.rendering.templar.vault
    if not content.startswith(HEADER):
        return content.decode(encoding, "surrogateescape"), None
    return decrypt(content, vault).decode(encoding, "surrogateescape"), vault


def file(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The content of files, without the white space at their end."""
    chosen = options_of(options, lstrip=False, rstrip=True)
    result = []
    for term in terms:
        text, vault = _opened(context, context.find("files", str(term)))
        if vault is not None:
            vault.revealed.add(text)
        text = text.lstrip() if truth(chosen["lstrip"]) else text
        result.append(text.rstrip() if truth(chosen["rstrip"]) else text)
    return result


def template(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """Template files, rendered with the variables at hand."""
    chosen = {name: value for name, value in options.items() if name not in ("convert_data", "jinja2_native")}
    extra = chosen.pop("template_vars", None) or {}
    around = context.rendering.variables
    result = []
    for term in terms:
        path = context.find("templates", str(term))
        source = read_source(path, context.rendering.templar.vault)
        text = SourceText(source.text, Location(source, 1, 1))
        facts = template_facts(path, str(term), None, around)
        variables = ChainMap(dict(extra), facts, cast("MutableMapping[str, Any]", around))  # it is only read
        folders = [path.parent, *(folder / "templates" for folder in context.folders()), *context.folders()]
        result.append(context.rendering.templar.file_value(text, variables, search_path=folders, **chosen))
    return result


def file_glob(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The files that match a pattern in one folder, not below it."""
    result: list[str] = []
    for term in terms:
        folder, name = os.path.split(str(term))
        for candidate in context.candidates("files", folder) if folder else [*_bare(context)]:
            found = [match for match in glob.glob(str(candidate / name)) if Path(match).is_file()]  # noqa: PTH207
            if found:
                result += sorted(found)
                break
    return result


def _bare(context: LookupContext) -> list[Path]:
    return [candidate for folder in context.folders() for candidate in (folder / "files", folder)]


def first_found(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The first of several files that exists.

    Terms are names, or mappings with ``files``, ``paths`` and ``skip``.
    """
    chosen = options_of(options, files=(), paths=(), skip=False)
    names: list[str] = []
    skip = truth(chosen["skip"])
    for term in _flat(terms):
        if isinstance(term, Mapping):
            given = options_of(term, files=(), paths=chosen["paths"], skip=skip)
            skip = truth(given["skip"])
            names += _combined(_names(given["files"]), _names(given["paths"], ",:;"))
        else:
            names += _combined(_names(term), _names(chosen["paths"], ",:;"))
    if not terms:
        names += _combined(_names(chosen["files"]), _names(chosen["paths"], ",:;"))
    for name in names:
        for candidate in context.candidates(_folder_for(context.action), name):
            if candidate.exists():
                return [os.path.normpath(candidate)]
    if skip:
        return []
    raise LookupFailedError(f"none of these files was found: {', '.join(names) or '(no names given)'}")


def _folder_for(action: str | None) -> str | None:
    """The sub-folder that ``with_first_found`` looks in too, by the name of the task's module; a template has none."""
    if action is None:
        return None
    return next((f"{word}s" for word in ("template", "var") if word in action), "files")


def _flat(terms: Sequence[Any]) -> list[Any]:
    return [item for term in terms for item in (_flat(term) if isinstance(term, list) else [term])]


def _names(value: Any, separators: str = ",;") -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in re.split(f"[{separators}]", value) if part.strip()]
    return [name for item in value for name in _names(item, separators)]


def _combined(names: list[str], folders: list[str]) -> list[str]:
    return [str(Path(folder) / name) for folder in folders for name in names] if folders else names


def ini(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """Values of an INI or a properties file.

    A term is a key, or ``key section=… file=…``.
    """
    result = []
    for term in terms:
        key, chosen = _ini_options(str(term), options)
        parser, vault = _ini_parser(context, chosen)
        section = "properties" if chosen["type"] == "properties" else str(chosen["section"])
        if not parser.has_section(section):
            raise LookupFailedError(f"there is no section '{section}' in '{chosen['file']}'")
        if truth(chosen["re"]):
            found = [parser.get(section, name) for name in parser.options(section) if re.match(key, name)]
        else:
            found = [parser.get(section, key) if parser.has_option(section, key) else chosen["default"]]
        values = [value for value in found if value is not None]
        if vault is not None:
            vault.revealed.update(values)
        result += values
    return result


def _ini_options(term: str, options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    first, *pairs = term.split(" ")
    written = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    key = first if written else term
    defaults = {
        "file": "ansible.ini", "section": "global", "type": "ini", "re": False, "default": "", "encoding": "utf-8",
        "case_sensitive": False, "allow_no_value": False, "allow_none": False, "interpolation": True,
    }  # fmt: skip
    return key, options_of({**options, **written}, **defaults)


def _ini_parser(context: LookupContext, chosen: Mapping[str, Any]) -> tuple[Any, VaultSecrets | None]:
    import configparser

    empty = truth(chosen["allow_no_value"]) or truth(chosen["allow_none"])
    interpolation = configparser.BasicInterpolation() if truth(chosen["interpolation"]) else None
    parser = configparser.ConfigParser(allow_no_value=empty, interpolation=interpolation)
    if truth(chosen["case_sensitive"]):
        parser.optionxform = str  # type: ignore[assignment, method-assign]
    text, vault = _opened(context, context.find("files", str(chosen["file"])), str(chosen["encoding"]))
    parser.read_string("[properties]\n" + text if chosen["type"] == "properties" else text)
    return parser, vault


def csv_file(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """What stands in column `col` of the row whose first field is the term."""
    result: list[Any] = []
    for term in terms:
        key, *pairs = str(term).split(" ")
        if not key:
            raise LookupFailedError("what is looked for in the first column is needed")
        written = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        chosen = options_of(
            {**options, **written}, file="ansible.csv", delimiter="TAB", default=None, col="1", keycol="0",
            encoding="utf-8",
        )  # fmt: skip
        delimiter = "\t" if chosen["delimiter"] in ("TAB", "\\t") else str(chosen["delimiter"])
        lines = _read(context.find("files", str(chosen["file"])), str(chosen["encoding"])).splitlines()
        rows = csv.reader(lines, delimiter=delimiter)
        column, key_column = int(chosen["col"]), int(chosen["keycol"])
        row = next((row for row in rows if len(row) > key_column and row[key_column] == key), None)
        if row is not None and len(row) <= column:
            raise LookupFailedError(f"the row of '{key}' in '{chosen['file']}' has no column {column}")
        found = chosen["default"] if row is None else row[column]
        if found is not None:
            result.append(found)
    return result


def unvault(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The content of files that may be vaulted; needs the templar's vault passwords."""
    vault = context.rendering.templar.vault
    sources = [read_source(context.find("files", str(term)), vault) for term in terms]
    if vault is not None:
        vault.revealed.update(source.text for source in sources if source.vaulted)
    return [source.text for source in sources]


LOOKUPS: Final[dict[str, Lookup]] = {
    "csvfile": csv_file,
    "file": file,
    "fileglob": file_glob,
    "first_found": first_found,
    "ini": ini,
    "template": template,
    "unvault": unvault,
}
