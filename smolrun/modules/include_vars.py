"""``include_vars``: variables of files, read when the play comes to it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import LoadError, ModuleError
from smolrun.location import SourceFile
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.source.coercions import Boolean, Integer, TextList, describe
from smolrun.source.variables_file import load_variables


class IncludeVarsArguments(Arguments):
    """Read variables from files, for the rest of the run. Their templates are rendered where they are used.

    Example:
        ```yaml
        - include_vars: "{{ ansible_facts.os_family }}.yml"
        - include_vars:
            dir: settings
            name: settings
        ```

    Returns: ``ansible_facts`` with the variables, ``ansible_included_var_files``.

    The guest needs: nothing; no connection is made.
    """

    file: str | None = Field(None, description="A file, looked for in `vars` of the role, then beside the playbook")
    dir: str | None = Field(None, description="Or a folder: all its files, in the order of their names")
    name: str | None = Field(None, description="Put them into one variable of this name")
    depth: Integer = Field(0, ge=0, description="How deep to go into the folder; 0: without limit")
    files_matching: str | None = Field(None, description="Of the folder, only names that this expression is found in")
    ignore_files: TextList = Field([], description="Of the folder, not names that one of these expressions is found in")
    extensions: TextList = Field(["json", "yaml", "yml"], description="Of the folder, only names with these endings")
    ignore_unknown_extensions: Boolean = Field(False, description="Pass over files with other endings")
    hash_behaviour: Literal["replace", "merge"] | None = Field(
        None, validation_alias=AliasChoices("hash_behaviour", "hash_behavior"), description="What doubled mappings do"
    )

    @model_validator(mode="after")
    def _one_source(self) -> "IncludeVarsArguments":
        if (self.file is None) == (self.dir is None):
            raise mistake("needs either 'file' or 'dir'")
        return self


def run(arguments: IncludeVarsArguments, task: TaskContext) -> ModuleResult:
    files = _files(arguments, task)
    values: dict[str, Any] = {}
    for file in files:
        values = _joined(values, _read(file, task), merge=arguments.hash_behaviour == "merge")
    if arguments.name:
        values = {arguments.name: values}
    shown = {"ansible_included_var_files": [str(file) for file in files], "ansible_facts": values}
    return ModuleResult(included_vars=values, values=shown)


def _files(arguments: IncludeVarsArguments, task: TaskContext) -> list[Path]:
    if arguments.file is not None:
        return [task.find_file("vars", arguments.file)]
    folder = task.find_file("vars", str(arguments.dir))
    if not folder.is_dir():
        raise ModuleError(f"'{folder}' is no folder")
    return list(_of_folder(folder, arguments, 1))


def _of_folder(folder: Path, arguments: IncludeVarsArguments, level: int) -> Iterator[Path]:
    """The files of a folder, then those of the folders in it."""
    found = sorted(folder.iterdir())
    for path in found:
        if path.is_file() and _is_wanted(path, arguments):
            yield path
    for path in found:
        if path.is_dir() and (arguments.depth == 0 or level < arguments.depth):
            yield from _of_folder(path, arguments, level + 1)


def _is_wanted(path: Path, arguments: IncludeVarsArguments) -> bool:
    if any(re.search(pattern, path.name) for pattern in arguments.ignore_files):
        return False
    if arguments.files_matching and not re.search(arguments.files_matching, path.name):
        return False
    if path.suffix.removeprefix(".") in arguments.extensions:
        return True
    if arguments.ignore_unknown_extensions or arguments.files_matching:
        return False
    known = ", ".join(arguments.extensions)
    raise ModuleError(f"'{path}' has none of the endings {known}", hint="see 'ignore_unknown_extensions'")


def _read(path: Path, task: TaskContext) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        vaulted = data.startswith(b"$ANSIBLE_VAULT") and task.decrypt is not None
        if vaulted and task.decrypt is not None:
            data = task.decrypt(data, str(path))
        content = load_variables(SourceFile(str(path), data.decode("utf-8"), vaulted), task.templar.vault)
    except OSError as error:
        raise ModuleError(f"'{path}' cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ModuleError(f"'{path}' is not UTF-8 text") from error
    except LoadError as error:
        raise ModuleError("; ".join(str(d.location) + ": " + d.message for d in error.diagnostics)) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ModuleError(f"'{path}' has to hold a mapping of variables, not {describe(content)}")
    return content


def _joined(first: dict[str, Any], second: dict[str, Any], *, merge: bool) -> dict[str, Any]:
    """Both in one; `second` wins, within doubled mappings too where they are to be merged."""
    result = {**first, **second}
    if merge:
        for name in first.keys() & second.keys():
            if isinstance(first[name], dict) and isinstance(second[name], dict):
                result[name] = _joined(first[name], second[name], merge=True)
    return result


MODULE = Module(
    IncludeVarsArguments,
    run,
    free_form="file",
    free_form_options=frozenset(
        {"file", "dir", "name", "depth", "files_matching", "ignore_files", "extensions", "hash_behaviour"}
    ),
    check_mode="always",
    uses_guest=False,
    background="never",
)
