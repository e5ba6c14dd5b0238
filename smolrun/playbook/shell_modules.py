"""Modules that users write in POSIX ``sh``: their header, which is YAML in comments, and the module made of it.

The header is the first comment, after ``#!/bin/sh``, between two lines ``# ---``.
"""

import re
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from smolrun.errors import ExtensionError, LoadError
from smolrun.location import Location, SourceFile
from smolrun.modules.base import Module
from smolrun.modules.own.arguments import type_of
from smolrun.modules.own.declaration import Declaration, DeclaredArgument
from smolrun.modules.own.running import shell_module
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.validation import build, words
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, location_at
from smolrun.source.files import read_source
from smolrun.source.yaml_loader import load_yaml

_FENCE: Final = re.compile(r"#\s*---\s*\Z")
_SHELLS: Final = re.compile(r"#!\s*(/usr)?(/bin/(env\s+)?(sh|dash|ash)|/bin/busybox\s+sh)(\s+-\w+)?\s*\Z")

NO_HEADER: Final = "this file is written for Ansible: it has no header that says what its arguments are"
HOW_TO_BEGIN: Final = "begin it with a comment: '# ---', '# description: what it does', '# ---' (docs/extending.md)"


def read_shell_module(path: Path) -> Module[Any]:
    """The module in the file at `path`; its name is the file's.

    Raises:
        LoadError: with all mistakes of its header.
        ExtensionError: it has nothing of a header, and so was written for Ansible.
    """
    file = read_source(path)
    if not any(_FENCE.match(text) for text in file.lines):
        raise ExtensionError(NO_HEADER, hint=HOW_TO_BEGIN, location=Location(file, 1, 1))
    mistakes = Mistakes()
    _note_other_shell(file, mistakes)
    written = _header(file, mistakes)
    declaration = _declaration(written, mistakes) if written is not None else None
    mistakes.raise_if_errors()
    assert declaration is not None
    return shell_module(path.stem, declaration, file.text)


def _note_other_shell(file: SourceFile, mistakes: Mistakes) -> None:
    first = file.line(1)
    if first.startswith("#!") and not _SHELLS.match(first):
        hint = "write it in POSIX sh, and begin it with '#!/bin/sh'"
        message = f"a module is run by the guest's /bin/sh, and this one asks for {first[2:].strip()}"
        mistakes.error("module-header", message, Location(file, 1, 1), hint)


def _header(file: SourceFile, mistakes: Mistakes) -> LocatedDict | None:
    """The mapping in the header; None after noting that there is none."""
    fences = [number for number, text in enumerate(file.lines) if _FENCE.match(text)][:2]
    before = file.lines[: fences[0]] if fences else ()
    if len(fences) < 2 or any(line.strip() and not line.startswith("#") for line in before):
        mistakes.error("module-header", "this module has no header", Location(file, 1, 1), HOW_TO_BEGIN)
        return None
    try:
        written = load_yaml(SourceFile(file.name, _uncommented(file, *fences)))
    except LoadError as error:
        mistakes.add(*error.diagnostics)
        return None
    if isinstance(written, LocatedDict):
        return written
    message = f"a header is a mapping; this is {describe(written)}"
    mistakes.error("module-header", message, Location(file, fences[0] + 1, 1))
    return None


def _uncommented(file: SourceFile, first: int, last: int) -> str:
    """The YAML between two lines, each character of it in its own line and column."""
    inside = (line.replace("#", " ", 1).rstrip() for line in file.lines[first + 1 : last])
    return "\n" * (first + 1) + "\n".join(inside) + "\n"


def _declaration(written: LocatedDict, mistakes: Mistakes) -> Declaration | None:
    _note_unknown(written, Declaration, "a module", mistakes)
    if "description" not in written:
        hint = "add 'description: what it does'"
        mistakes.error("module-header", "the header does not say what the module is for", written.location, hint)
    arguments = written.get("arguments")
    for name, said in arguments.items() if isinstance(arguments, LocatedDict) else ():
        if isinstance(said, LocatedDict):
            _note_unknown(said, DeclaredArgument, f"the argument '{name}'", mistakes)
    if mistakes.errors:
        return None
    declaration = build(Declaration, dict(written), written, mistakes)
    if declaration is not None and not mistakes.errors:
        _note_defaults(declaration, written, mistakes)
    return declaration


def _note_unknown(written: LocatedDict, model: type[BaseModel], whose: str, mistakes: Mistakes) -> None:
    known = {*model.model_fields, "no_log"} if model is DeclaredArgument else set(model.model_fields)
    for key in written:
        if key not in known:
            hint = did_you_mean(str(key), known) or f"there are: {', '.join(sorted(known))}"
            message = f"the header says nothing of {whose} by '{key}'"
            mistakes.error("module-header", message, written.key_locations.get(key), hint)


def _note_defaults(declaration: Declaration, written: LocatedDict, mistakes: Mistakes) -> None:
    for name, said in declaration.arguments.items():
        if said.default is None:
            continue
        try:
            TypeAdapter(type_of(said)).validate_python(said.default)
        except ValidationError as error:
            place = location_at(written, ["arguments", name, "default"])
            message = f"the default of '{name}': {words(error.errors(include_url=False)[0])}"
            mistakes.error("module-header", message, place)
