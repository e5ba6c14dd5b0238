"""``archive``: files and folders of the guest, packed into one file there."""

from typing import Any, Literal

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.archives.packing import COMPRESSORS, Packing
from smolrun.modules.archives.place import AT_ONCE
from smolrun.modules.archives.sources import Entry, Sources, is_archive_name, is_pattern, sources_in
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line, expanding, matching
from smolrun.modules.files.arguments import AttributeArguments
from smolrun.modules.files.labels import labelled
from smolrun.modules.files.state import PathState, Reading, facts_in, reading_of
from smolrun.modules.files.writing import Attributes, Outcome, set_attributes
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import perform
from smolrun.source.coercions import Boolean, Text, TextList


class ArchiveArguments(AttributeArguments):
    """Pack files and folders of the guest into an archive there, or compress one file.

    It is written where it would hold something else than it does: other names, contents, times, owners or modes.

    Example:
        ```yaml
        - archive:
            path: /srv/data
            dest: /var/backups/data.tar.gz
            exclusion_patterns: ["*.log"]
            mode: "0600"
        - archive:
            path: [/etc/tool/*.conf, /etc/default/tool]
            exclude_path: /etc/tool/secret.conf
            dest: /root/settings.zip
            format: zip
        - archive:
            path: /var/log/tool.log     # one file is compressed alone, into /var/log/tool.log.xz
            format: xz
            remove: true
        ```

    Returns: ``dest``, ``dest_state`` (``archive``, ``compress``, ``incomplete`` where a path was missing, ``absent``),
    ``archived``, ``missing``, ``arcroot``, ``expanded_paths``, ``expanded_exclude_paths``; ``state``, ``mode``,
    ``owner``, ``group``, ``uid``, ``gid``, ``size`` of `dest`. ``changed`` where it was written, or sources removed.

    The guest needs: ``tar`` (of GNU, BSD, or BusyBox, which takes some thousands of names) and ``gzip``, ``bzip2``,
    ``xz`` or ``zstd``; for zip ``zip`` of Info-ZIP alone; ``find``, and a tool to hash files.
    """

    path: TextList = Field(description="Files and folders on the guest, or patterns with `*`, `?` and `[...]`")
    dest: Text | None = Field(
        None, description="The archive; for one file alone, its name with the format's added is the default"
    )
    format: Literal["bz2", "gz", "tar", "xz", "zip", "zstd"] = Field("gz", description="How it is compressed")
    exclude_path: TextList = Field([], description="Paths or patterns that are taken off the list that `path` gives")
    exclusion_patterns: TextList = Field(
        [], description="Patterns of names in the archive (of whole paths for zip) that are left out; `*` fits `/` too"
    )
    force_archive: Boolean = Field(False, description="One file becomes an archive, too")
    remove: Boolean = Field(False, description="Remove what was packed; folders with all that is in them")
    unsafe_writes: Boolean = Field(
        False, description="Write into the file itself where it cannot be replaced as a whole (a bind mount)"
    )

    @property
    def wanted(self) -> Attributes:
        return Attributes(self.owner, self.group, self.mode)


def run(arguments: ArchiveArguments, task: TaskContext) -> ModuleResult:
    sources, now, reading, told = _look(arguments, task)
    _refuse_impossible(arguments, sources, now, told)
    if not sources.found:
        outcome = set_attributes(task, reading, now, arguments.wanted) if now.exists else Outcome(False, now)
        state = ("archive" if is_archive_name(now.path) else "compress") if now.exists else "absent"
        return _result(sources, outcome, told, state, [])
    alone = not _must_archive(arguments, sources)
    form = "zip" if arguments.format == "zip" else "file" if alone and arguments.format != "tar" else "tar"
    patterns = arguments.exclusion_patterns if form != "file" else []
    entries = sources.entries(patterns, whole_paths=form == "zip", leave_out=[now.path, told["dest"]])
    _refuse_dangling(entries, form)
    entries = [entry for entry in entries if entry.kind != "socket" and (form != "zip" or entry.kind != "other")]
    if form == "file" and not entries:
        raise ModuleError(f"{told['dest']} would be replaced by itself, compressed: `dest` needs another name")
    folder = now.path.rpartition("/")[0]
    packing = Packing(
        task=task,
        reading=reading,
        form=form,
        compress=arguments.format,
        tar=told.get("tar", ""),
        root=sources.root,
        entries=entries,
        now=now,
        in_place=any(entry.path == folder for entry in entries),
        unsafe=arguments.unsafe_writes,
    )
    outcome, warnings = packing.bring(arguments.wanted)
    removed = arguments.remove and _remove(task, sources, entries)
    state = "compress" if form == "file" else "incomplete" if sources.missing and not alone else "archive"
    return _result(sources, outcome, told, state, _packed(entries, form), changed=removed, warnings=warnings)


def _look(arguments: ArchiveArguments, task: TaskContext) -> tuple[Sources, PathState, Reading, dict[str, str]]:
    tools = ["zip"] if arguments.format == "zip" else ["tar", *filter(None, [COMPRESSORS.get(arguments.format)])]
    text = f"dest={expanding(arguments.dest) if arguments.dest else ''}\n"
    text += f"suffix={arguments.format}\ntools={command_line([' '.join(tools)])}\n"
    text += f"{script_text('state', 'attributes', 'pack_look')}\n"
    text += _each("exclude", arguments.exclude_path) + _each("take", arguments.path) + "tell_dest\n"
    result = task.guest.script(text)
    facts = facts_in(result)
    told = dict(facts)
    if told.get("problem") == "missing":
        only = " that can pack (that of BusyBox only unpacks)" if told["about"] == "xz" else ""
        raise ModuleError(f"`{told['about']}`{only} is not installed on {task.host}")
    if not result.ok or result.truncated or result.stderr.strip():
        raise ModuleError(f"what is to be packed cannot be told on {task.host}: {result.stderr.strip() or 'too much'}")
    reading = reading_of(task, facts, must_hash=True)
    return sources_in(facts), reading.states[0], reading, told


def _each(function: str, paths: list[str]) -> str:
    lines = ""
    for path in paths:
        pattern = is_pattern(path)
        words = matching(path) if pattern else expanding(path)
        lines += f'for each in {words}; do {function} {"yes" if pattern else "no"} "$each"; done\n'
    return lines


def _must_archive(arguments: ArchiveArguments, sources: Sources) -> bool:
    first = sources.paths[0]
    several = len(sources.paths) > 1 or any(map(is_pattern, arguments.path))
    return arguments.force_archive or several or sources.kinds.get(first) == "directory"


def _refuse_impossible(arguments: ArchiveArguments, sources: Sources, now: PathState, told: dict[str, str]) -> None:
    if not sources.paths:
        excluded = f", of {', '.join(sources.expanded)}" if sources.expanded else ""
        raise ModuleError(f"no source paths were found: nothing is left of {', '.join(arguments.path)}{excluded}")
    if arguments.dest is None and _must_archive(arguments, sources):
        raise ModuleError("`dest` is needed, the name of the archive, for a folder, a pattern or several paths")
    if now.leads_to == "directory" and sources.found:
        raise ModuleError(f"{now.path} is a folder on the guest, and cannot be replaced by an archive")
    if not now.parent and sources.found:
        raise ModuleError(
            f"the folder of {now.path} does not exist on the guest",
            hint="make it first: `file: {path: ..., state: directory}`",
        )
    inside = [path for path in sources.folders() if told["dest"].startswith(path.rstrip("/") + "/")]
    if arguments.remove and inside:
        raise ModuleError(f"the archive {told['dest']} would be removed with {inside[0]}, which it is in")


def _refuse_dangling(entries: list[Entry], form: str) -> None:
    dangling = [entry.path for entry in entries if entry.kind == "dangling"]
    if form == "zip" and dangling:
        raise ModuleError(
            f"a zip holds what links lead to, and {dangling[0]} leads nowhere",
            hint="leave it out with `exclusion_patterns`, or make a tar",
        )


def _packed(entries: list[Entry], form: str) -> list[str]:
    """What Ansible tells as archived: of a zip, files only."""
    folders = ("directory", "folder_link") if form == "zip" else ()
    return [entry.path for entry in entries if entry.kind not in folders]


def _remove(task: TaskContext, sources: Sources, entries: list[Entry]) -> bool:
    packed = {entry.path for entry in entries}
    due = [path for path in sources.found if path in sources.folders() or path in packed]
    if due and not task.check_mode:
        parts = [due[start : start + AT_ONCE] for start in range(0, len(due), AT_ONCE)]
        perform(task, [["rm", "-rf", "--", *part] for part in parts], about="removing what was packed")
    return bool(due)


def _result(
    sources: Sources,
    outcome: Outcome,
    told: dict[str, str],
    state: str,
    archived: list[str],
    *,
    changed: bool = False,
    warnings: tuple[str, ...] = (),
) -> ModuleResult:
    values: dict[str, Any] = {**outcome.state.values(), "dest": told["dest"], "dest_state": state}
    values.pop("path", None)
    values |= {"archived": archived, "missing": list(sources.missing), "arcroot": sources.root}
    values |= {"expanded_paths": list(sources.expanded), "expanded_exclude_paths": list(sources.excluded)}
    return ModuleResult(changed=outcome.changed or changed, values=values, diffs=outcome.diffs, warnings=warnings)


MODULE = Module(ArchiveArguments, labelled(run), collection="community.general")
