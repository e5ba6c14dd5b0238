"""``fetch``: a file of the guest, onto the controller."""

import hashlib
import os
import secrets
from pathlib import Path, PurePosixPath

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext
from smolrun.modules.files.content import Content, as_text
from smolrun.modules.files.state import PathState, read_place
from smolrun.source.coercions import Boolean, Text

LARGEST = 1024 * 1024 * 1024
"""Bytes; a guest could otherwise fill this machine's memory."""


class FetchArguments(Arguments):
    """Copy a file of the guest to this machine, by default to ``DEST/HOST/PATH-ON-THE-GUEST``.

    Example:
        ```yaml
        - fetch:
            src: /var/log/tool.log
            dest: logs/              # logs/web1/var/log/tool.log
        - fetch:
            src: /etc/tool/id
            dest: "ids/{{ inventory_hostname }}"
            flat: true
        ```

    Returns: ``dest``, ``file``, ``checksum`` and ``remote_checksum`` (SHA-1), ``md5sum``. ``changed`` where the file
    here is new or other.

    The guest needs: ``/bin/sh``. Symbolic links on this machine are never followed below `dest`.
    """

    src: Text = Field(description="The file on the guest")
    dest: Text = Field(description="The folder on this machine; with `flat` the file, or a folder that ends with `/`")
    flat: Boolean = Field(False, description="Write to `dest` itself, without folders for the host and the path")
    fail_on_missing: Boolean = Field(True, description="A file that is not there is a failure")
    validate_checksum: Boolean = Field(True, description="Kept for compatibility: what arrives is always verified")


def run(arguments: FetchArguments, task: TaskContext) -> ModuleResult:
    reading, state = read_place(task, arguments.src, tolerant=True)
    if state.leads_to == "directory":
        return _absent(arguments, f"{state.path} is a folder; `fetch` takes single files")
    if state.leads_to != "file":
        return _absent(arguments, f"the file {state.path} is not on {task.host}")
    here = local_place(arguments, state, task)
    before = here.read_bytes() if here.is_file() else None
    if before is not None and state.digest and Content(before).digest(reading.algorithm) == state.digest:
        content = before
    else:
        content = task.guest.get(state.path, limit=LARGEST)
    changed = before != content
    if changed and not task.check_mode:
        _write(here, content)
    hashes = {name: hashlib.new(name, content, usedforsecurity=False).hexdigest() for name in ("sha1", "md5")}
    diffs: tuple[Diff, ...] = ()
    if changed and task.diff_mode and not task.no_log:
        shown_before = "" if before is None else as_text(before)
        diffs = (Diff(shown_before, as_text(content), before_header=str(here), after_header=state.path),)
    return ModuleResult(
        changed=changed,
        values={
            "dest": str(here),
            "file": arguments.src,
            "checksum": hashes["sha1"],
            "remote_checksum": hashes["sha1"],
            "md5sum": hashes["md5"],
            "remote_md5sum": None,
        },
        diffs=diffs,
    )


def _absent(arguments: FetchArguments, message: str) -> ModuleResult:
    failed = arguments.fail_on_missing
    return ModuleResult(failed=failed, msg=message + ("" if failed else ", ignored"), values={"file": arguments.src})


def local_place(arguments: FetchArguments, state: PathState, task: TaskContext) -> Path:
    """Where the file goes on this machine. The names in it come from a guest, or from an inventory.

    Raises:
        ModuleError: it would lie outside of `dest`, or behind a link.
    """
    beside_playbook = Path(str(task.variables.get("playbook_dir", ".")))
    destination = beside_playbook / Path(os.path.expandvars(arguments.dest)).expanduser()
    name = PurePosixPath(state.path).name
    if arguments.flat:
        place = destination / _part(name) if arguments.dest.endswith("/") else destination
        if place.is_dir():
            raise ModuleError(f"{place} is a folder; with `flat`, a folder is written with a slash at its end")
        root = place.parent
    else:
        root = destination
        place = root.joinpath(_part(task.host), *map(_part, PurePosixPath(state.path).parts[1:]))
    _refuse_links(root, place)
    return place


def _part(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ModuleError(f"'{name}' cannot be part of a local file's name")
    return name


def _refuse_links(root: Path, place: Path) -> None:
    current = root
    for part in place.relative_to(root).parts:
        current = current / part
        if current.is_symlink():
            raise ModuleError(f"{current} on this machine is a symbolic link, which is not followed")


def _write(place: Path, content: bytes) -> None:
    """Beside, then renamed: nobody ever sees half a file."""
    temporary = place.parent / f".smolrun-{secrets.token_hex(8)}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_new(temporary, content)
            if place.exists():
                temporary.chmod(place.stat().st_mode & 0o777)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ModuleError(f"{place} cannot be written on this machine: {error.strerror}") from error


def _write_new(path: Path, content: bytes) -> None:
    """Never through a link that somebody has planted; with the permissions that the umask leaves."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


MODULE = Module(FetchArguments, run, background="never")
