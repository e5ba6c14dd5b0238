"""A Python file of a user's, as a module.

It runs on this machine with the rights of whoever started the run, as everything does that a playbook says.
"""

import ast
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from smolrun.errors import ExtensionError, LoadError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location, SourceFile
from smolrun.source.files import read_source

_ANSIBLE: Final = frozenset({"ansible", "ansible_collections"})


@dataclass(frozen=True)
class PythonFile:
    """The text of a Python file; nothing of it has run.

    Attributes:
        path: the file.
        source: its text, for places.
        tree: its syntax tree.
    """

    path: Path
    source: SourceFile
    tree: ast.Module

    def place(self, line: int, column: int = 0) -> Location:
        """Args:
        line: from 1.
        column: from 0, as Python counts.
        """
        return Location(self.source, line, column + 1)

    def refuse_ansible(self) -> None:
        """Raises `ExtensionError` where the file cannot be loaded without Ansible's own Python."""
        for node, name in _imports(self.tree.body):
            if name.partition(".")[0] in _ANSIBLE:
                raise ExtensionError(
                    f"this file is written for Ansible's own Python: it imports {name}",
                    hint="what imports nothing of Ansible runs as it is; see docs/extending.md",
                    location=self.place(node.lineno, node.col_offset),
                )

    def texts_within(self, function: str) -> frozenset[str]:
        """The keys of all mappings that are written out in functions of that name."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and node.name == function:
                mappings = (inner for inner in ast.walk(node) if isinstance(inner, ast.Dict))
                keys = (key for mapping in mappings for key in mapping.keys)
                found |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        return frozenset(found)

    def run(self) -> ModuleType:
        """The file as a module. It is run once, however often it is asked for; no compiled file is left beside it.

        Raises:
            ExtensionError: it imports something of Ansible, or raises something itself.
        """
        self.refuse_ansible()
        return _run(self)


def read_python(path: Path) -> PythonFile:
    """The file at `path`.

    Raises:
        ExtensionError: it cannot be read, or it is no Python.
    """
    try:
        status = path.stat()
        return _read(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ExtensionError(f"{path} cannot be read: {error.strerror or error}") from None


@cache
def _read(path: Path, _changed: int, _size: int) -> PythonFile:
    try:
        source = read_source(path)
    except LoadError as error:
        raise ExtensionError(error.message, hint=error.hint, location=error.location) from None
    try:
        return PythonFile(path, source, ast.parse(source.text, str(path)))
    except (SyntaxError, ValueError) as error:  # ValueError: a NUL
        line, column = (error.lineno or 1, error.offset or 1) if isinstance(error, SyntaxError) else (1, 1)
        reason = error.msg if isinstance(error, SyntaxError) else error
        raise ExtensionError(f"{path} is not valid Python: {reason}", location=Location(source, line, column)) from None


def _imports(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """What is imported for certain when a file is loaded: not within functions, and not what is tried only."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module
        elif isinstance(node, ast.If | ast.With | ast.ClassDef):
            yield from _imports(node.body)


@cache
def _run(file: PythonFile) -> ModuleType:
    path = file.path.absolute()
    name = f"smolrun_extension_{abs(hash(path)):x}_{path.stem}"
    spec = importlib.util.spec_from_loader(name, loader=None, origin=str(path))
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses and pickle look a class's module up there
    try:
        exec(compile(file.tree, str(file.path), "exec"), module.__dict__)  # noqa: S102 - that is what the file is for
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _broken(file, error) from error
    return module


def _broken(file: PythonFile, error: BaseException) -> ExtensionError:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file.path)]
    reason = str(error) or type(error).__name__
    hint = None
    if isinstance(error, ImportError):
        hint = f"install it for the Python that smolrun runs with, {sys.executable}"
    place = file.place(frames[-1].lineno or 1) if frames else file.place(1)
    return ExtensionError(f"{file.path} cannot be loaded: {reason}", hint=hint, location=place)
