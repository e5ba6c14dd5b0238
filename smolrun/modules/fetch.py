"""``fetch``: a file of the guest, onto the controller."""

import hashlib
import os
import secrets
import shutil
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext
from smolrun.modules.files.content import SHOWN_AT_MOST, Content, as_text, too_long
from smolrun.modules.files.state import PathState, read_place
from smolrun.source.coercions import Boolean, Text

LARGEST = 1024 * 1024 * 1024
"""Bytes; a guest could otherwise fill this machine's disk."""

IN_MEMORY = 1024 * 1024
"""Bytes of a file that is not written to disk before it is known to be whole."""


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
    before = Content(here) if here.is_file() else None
    with SpooledTemporaryFile(max_size=IN_MEMORY) as arrived:
        if before is not None and state.digest and before.digest(reading.algorithm) == state.digest:
            return _result(arguments, here, _hashes(before))
        _receive(task, state.path, arrived)
        hashes = _hashes(arrived)
        if before is not None and _hashes(before) == hashes:
            return _result(arguments, here, hashes)
        diffs: tuple[Diff, ...] = ()
        if task.diff_mode and not task.no_log:
            shown_before = "" if before is None else before.shown()
            diffs = (Diff(shown_before, _shown(arrived), before_header=str(here), after_header=state.path),)
        if not task.check_mode:
            _write(here, arrived)
        return _result(arguments, here, hashes, changed=True, diffs=diffs)


def _receive(task: TaskContext, path: str, file: "SpooledTemporaryFile[bytes]") -> None:
    try:
        task.guest.get_into(path, file, limit=LARGEST)  # type: ignore[arg-type]  # it is one, but for its type
    except OSError as error:
        raise ModuleError(f"{path} of {task.host} does not fit on this machine: {error.strerror}") from error


def _hashes(source: "Content | SpooledTemporaryFile[bytes]") -> dict[str, str]:
    if isinstance(source, Content):
        return {name: source.digest(name) for name in ("sha1", "md5")}
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in ("sha1", "md5")}
    source.seek(0)
    while piece := source.read(IN_MEMORY):
        for one in hashes.values():
            one.update(piece)
    return {name: one.hexdigest() for name, one in hashes.items()}


def _shown(file: "SpooledTemporaryFile[bytes]") -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return too_long(size) if size > SHOWN_AT_MOST else as_text(file.read())


def _result(
    arguments: FetchArguments,
    here: Path,
    hashes: dict[str, str],
    *,
    changed: bool = False,
    diffs: tuple[Diff, ...] = (),
) -> ModuleResult:
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


def _write(place: Path, content: "SpooledTemporaryFile[bytes]") -> None:
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


def _write_new(path: Path, content: "SpooledTemporaryFile[bytes]") -> None:
    """Never through a link that somebody has planted; with the permissions that the umask leaves."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        content.seek(0)
        shutil.copyfileobj(content, file)


MODULE = Module(FetchArguments, run, background="never")
