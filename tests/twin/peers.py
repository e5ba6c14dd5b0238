"""ansible-core and this program, run on a guest, and what each said of every task."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers.endpoint import Endpoint
from tests.twin.generate import FILES, Case

VERSION = "ansible-core==2.19.*"
BUNDLE = "ansible==12.*"
COLLECTIONS = ("ansible_collections/community/general/", "ansible_collections/ansible/posix/")
"""What is taken of the bundle, which has many more."""

TOLD: Mapping[str, tuple[str, ...]] = {
    "archive": ("arcroot", "archived", "dest", "dest_state", "expanded_exclude_paths", "expanded_paths", "missing"),
    "acl": ("acl",),
    "xattr": ("xattr",),
    "stat": ("stat",),
    "slurp": ("content", "encoding", "source"),
    "find": ("files", "matched"),
    "getent": ("ansible_facts",),
    "command": ("rc", "stdout", "stderr", "cmd", "stdout_lines", "skipped"),
    "shell": ("rc", "stdout", "stderr", "cmd", "stdout_lines"),
    "unarchive": ("dest", "files", "handler", "mode", "owner", "group", "state", "uid", "gid", "size"),
    "get_url": (
        "dest",
        "checksum_src",
        "mode",
        "owner",
        "group",
        "state",
        "uid",
        "gid",
        "size",
        "url",
    ),
    **dict.fromkeys(
        ("file", "copy", "template", "assemble"),
        ("checksum", "dest", "path", "mode", "owner", "group", "state", "uid", "gid", "size", "md5sum"),
    ),
}
"""Values of results that both programs tell alike, by module."""
VOLATILE = {"atime", "mtime", "ctime", "inode", "dev", "version", "charset", "mimetype", "attributes", "attr_flags",
            "device_type", "blocks", "block_size"}  # fmt: skip
"""Keys of files that are not the same on two guests, or that need a tool."""

CALLBACK = """
import json
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "notification", "twin"

    def _say(self, result, failed):
        found = result._result
        line = {"task": result._task.get_name().strip(), "changed": bool(found.get("changed")), "failed": failed}
        with open("said.jsonl", "a") as file:
            line = {**line, "msg": str(found.get("msg", "")), "values": dict(found)}
            file.write(json.dumps(line, default=str) + "\\n")

    def v2_runner_on_ok(self, result):
        self._say(result, False)

    v2_runner_on_skipped = v2_runner_on_ok

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._say(result, True)
"""


@dataclass(frozen=True)
class Said:
    """What was said of one task.

    Attributes:
        values: its whole result.
    """

    changed: bool
    failed: bool
    msg: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def told_of(module: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are compared."""
    if module == "copy" and result.get("state") == "directory":  # only the place of a folder is told here
        return {"dest": result["dest"]}
    return {name: _settled(result[name]) for name in TOLD.get(module.rpartition(".")[2], ()) if name in result}


def _settled(value: Any) -> Any:
    """Without what is never the same; the order of lists of paths is that of a folder on the disk."""
    if isinstance(value, Mapping):
        return {key: _settled(one) for key, one in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return sorted(map(_settled, value), key=str)
    return value


def ansible_playbook() -> Path:
    """The reference, installed once into the user's cache folder; skips where it cannot be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smolrun-tests" / "ansible"
    program = cache / "bin/ansible-playbook"
    if not program.exists():
        made = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m venv "{cache}" && "{cache}/bin/pip" install -q "{VERSION}"'],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            pytest.skip(f"ansible-core cannot be installed: {made.stderr[-300:]}")
    if not (cache / "collections").exists():
        _unpack_collections(cache)
    return program


def _unpack_collections(cache: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [str(cache / "bin/pip"), "download", "-q", "--no-deps", "-d", folder, BUNDLE]
        got = subprocess.run(command, capture_output=True, text=True, check=False)
        if got.returncode != 0:
            pytest.skip(f"Ansible's collections cannot be got: {got.stderr[-300:]}")
        with zipfile.ZipFile(next(Path(folder).iterdir())) as wheel:
            wheel.extractall(
                cache / "collections.new", [name for name in wheel.namelist() if name.startswith(COLLECTIONS)]
            )
    (cache / "collections.new").rename(cache / "collections")


def write_playbook(folder: Path, cases: Sequence[Case]) -> Path:
    """The playbook, with the files that it needs beside it."""
    for name, text in FILES.items():
        for place in ("files", "templates"):
            path = folder / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
    tasks = [{"name": case.name, case.module: dict(case.arguments), "ignore_errors": True} for case in cases]
    playbook = folder / "twin.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    return playbook


def inventory(folder: Path, guest: Endpoint) -> Path:
    """The guest under the name that both programs call it by."""
    path = folder / f"{guest.port}.ini"
    path.write_text(
        f"twin ansible_host={guest.host} ansible_port={guest.port} ansible_user={guest.user} "
        f"ansible_ssh_private_key_file={guest.key_path} ansible_python_interpreter=/usr/bin/python3\n"
    )
    return path


def by_ansible(playbook: Path, guest: Endpoint) -> Mapping[str, Said]:
    folder = playbook.parent
    (folder / "said.jsonl").unlink(missing_ok=True)
    (folder / "callbacks").mkdir(exist_ok=True)
    (folder / "ansible.cfg").write_text("[defaults]\n")  # nobody's own takes part
    (folder / "callbacks/twin.py").write_text(CALLBACK)
    environment = {
        **os.environ,
        "ANSIBLE_CALLBACK_PLUGINS": str(folder / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "twin",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(ansible_playbook().parents[1] / "collections"),
        "ANSIBLE_HOST_KEY_CHECKING": "0",
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "LC_ALL": "C.UTF-8",
    }
    with tempfile.TemporaryDirectory(prefix="tw") as sockets:  # whose names may only be short
        environment["ANSIBLE_SSH_CONTROL_PATH_DIR"] = sockets
        environment["ANSIBLE_SSH_ARGS"] = "-o ControlMaster=auto -o ControlPersist=9s -o UserKnownHostsFile=/dev/null"
        command = [str(ansible_playbook()), "-i", str(inventory(folder, guest)), str(playbook)]
        with (folder / "ansible.log").open("w") as log:  # no pipe, which the connection that stays would hold open
            done = subprocess.run(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            )
    assert done.returncode == 0, (folder / "ansible.log").read_text()[-3000:]
    lines = map(json.loads, (folder / "said.jsonl").read_text().splitlines())
    return {line["task"]: Said(line["changed"], line["failed"], line["msg"], line["values"]) for line in lines}


def by_smolrun(playbook: Path, guest: Endpoint, *flags: str) -> Mapping[str, Said]:
    command = [
        sys.executable, "-m", "smolrun", "run", str(playbook), "-i", str(inventory(playbook.parent, guest)),
        "--output", "json", "-v", "--host-key", guest.fingerprint, *flags,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=playbook.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = {}
    for line in map(json.loads, done.stdout.splitlines()):
        if line["event"] == "task_finished":
            result = line["result"]
            found[line["task"]["name"]] = Said(
                bool(result.get("changed")),
                bool(result.get("failed")),
                str(result.get("msg", "")),
                result,
            )
    return found
