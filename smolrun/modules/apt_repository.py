"""``apt_repository``: where apt gets packages from, one line each."""

from typing import Literal

from pydantic import AliasChoices, Field, field_validator

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.editing import read
from smolrun.modules.files.lines import lines_of
from smolrun.modules.packages import apt_sources
from smolrun.modules.packages.apt_index import refresh
from smolrun.modules.system.asking import ask
from smolrun.modules.system.saving import remove, save, text_of
from smolrun.source.coercions import Boolean, FileMode, Integer, Number, Text

FOLDER = "/etc/apt/sources.list.d"


class AptRepositoryArguments(Arguments):
    """Add a package source, or remove one, wherever among apt's lists it stands.

    Example:
        ```yaml
        - apt_repository:
            repo: deb [signed-by=/etc/apt/keyrings/tool.asc] https://example.com/apt stable main
            filename: tool
        ```

    Returns: ``repo``, ``state``, ``sources_added``, ``sources_removed``.

    The guest needs: `apt-get`.
    """

    repo: Text = Field(description="The source as a line of sources.list(5)")
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    filename: Text | None = Field(None, description="The file it goes into; by default made of its address")
    mode: FileMode | None = Field(None, description="Permissions of a new file; 0644 by default")
    update_cache: Boolean = Field(
        True,
        validation_alias=AliasChoices("update_cache", "update-cache"),
        description="Refresh the package index after a change",
    )
    update_cache_retries: Integer = Field(5, description="How often a failing refresh is tried again", ge=0)
    update_cache_retry_max_delay: Number = Field(12, description="Taken for compatibility", ge=0)
    codename: Text | None = Field(None, description="Taken for compatibility; it only means something for PPAs")
    validate_certs: Boolean = Field(True, description="Taken for compatibility; it only means something for PPAs")
    install_python_apt: Boolean = Field(True, description="Taken for compatibility; nothing is needed")

    @field_validator("repo")
    @classmethod
    def _a_source(cls, value: str) -> str:
        if value.startswith("ppa:"):
            raise mistake("PPAs are not looked up; write the source as a line, with its key in `signed-by`")
        found = apt_sources.normal(value)
        if found is None or not found[1]:
            raise mistake(f"'{value}' is no source such as `deb https://example.com/debian bookworm main`")
        return value


def run(arguments: AptRepositoryArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, "apt_sources")
    files = {group["list"]: group.get("text", "") for group in raw.groups("list", frozenset({"text"}))}
    source, _ = apt_sources.normal(arguments.repo) or (arguments.repo, True)
    changes = _removals(files, source) if arguments.state == "absent" else _additions(arguments, files, source)
    values: dict[str, object] = {"repo": arguments.repo, "state": arguments.state}
    values |= {"sources_added": [], "sources_removed": []}
    if not changes:
        return ModuleResult(values=values)
    diffs: list[Diff] = []
    undone: dict[str, str | None] = {}
    for path, text in changes.items():
        original = read(path, task)
        undone[original.state.path] = text_of(original) if original.exists else None
        if text.strip() or path == "/etc/apt/sources.list":
            outcome = save(task, original, text, mode=arguments.mode or "0644")
        else:
            outcome = remove(task, original)
        diffs += outcome.diffs
    values["sources_added"] = [path for path, before in undone.items() if before is None]
    values["sources_removed"] = [path for path, text in changes.items() if not text.strip()]
    if arguments.update_cache and not task.check_mode:
        refresh(task, retries=arguments.update_cache_retries, undo=lambda: _undo(task, undone))
    return ModuleResult(changed=True, values=values, diffs=tuple(diffs))


def _removals(files: dict[str, str], source: str) -> dict[str, str]:
    after = {path: apt_sources.without_source(text, source) for path, text in files.items()}
    return {path: text for path, text in after.items() if text != files[path]}


def _additions(arguments: AptRepositoryArguments, files: dict[str, str], source: str) -> dict[str, str]:
    for path, text in files.items():
        after, stands = apt_sources.with_source(text, source)
        if stands:
            return {path: after} if lines_of(after) != lines_of(text) else {}
    name = arguments.filename or apt_sources.file_name(source)
    path = name if name.startswith("/") else f"{FOLDER}/{name}"
    path = path if path.endswith(".list") else f"{path}.list"
    before = files.get(path, "").rstrip("\n")
    return {path: f"{before}\n{source}\n" if before else f"{source}\n"}


def _undo(task: TaskContext, before: dict[str, str | None]) -> None:
    for path, text in before.items():
        now = read(path, task)
        if text is None:
            remove(task, now)
        else:
            save(task, now, text, mode="0644")


MODULE = Module(AptRepositoryArguments, run)
