"""Files of 100 MB: they arrive whole, and what needs not know their content does not hold it in memory."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.modules.web_server import web_server
from tests.servers.endpoint import Endpoint

pytestmark = [pytest.mark.slow, pytest.mark.root, pytest.mark.timeout(300)]
WITH_MEMORY = """
import atexit, pathlib, runpy, sys
atexit.register(lambda: pathlib.Path("memory").write_text(pathlib.Path("/proc/self/status").read_text()))
sys.argv[0] = "smolrun"
runpy.run_module("smolrun", run_name="__main__")
"""
"""Leaves what the kernel knows of a run's memory: that of wait4(2) is its parent's where that was larger."""
SIZE = 100_000_000
LINE = b"x" * 99 + b"\n"
AT_REST = 110
"""MB of memory that a run takes by itself, at most."""
LIMITS = {
    "copy": AT_REST, "copy again": AT_REST, "copy remote_src": AT_REST, "get_url": AT_REST, "stat": AT_REST,
    "find": AT_REST, "file": AT_REST, "unarchive": AT_REST, "unarchive remote_src": AT_REST, "fetch": AT_REST,
    "assemble": 400, "lineinfile": 1000, "replace": 1000, "slurp": 1000,
}  # fmt: skip
"""MB, by the task's name."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "files"
    folder.mkdir()
    (folder / "large").write_bytes(LINE * (SIZE // 100))
    subprocess.run(["tar", "-C", str(folder), "-czf", str(folder / "large.tgz"), "large"], check=True)
    return folder


@pytest.fixture
def url(sources: Path) -> Iterator[str]:
    with web_server() as server:
        server.files["/large"] = (sources / "large").read_bytes()
        yield server.url


def tasks(there: str, sources: Path, url: str) -> dict[str, dict[str, Any]]:
    """By name; those before make the files of those after."""
    return {
        "copy": {"copy": {"src": "large", "dest": f"{there}/large"}},
        "copy again": {"copy": {"src": "large", "dest": f"{there}/large", "mode": "0600"}},
        "copy remote_src": {"copy": {"src": f"{there}/large", "dest": f"{there}/copy", "remote_src": True}},
        "get_url": {"get_url": {"url": f"{url}/file/large", "dest": f"{there}/got"}},
        "stat": {"stat": {"path": f"{there}/large"}},
        "find": {"find": {"paths": there, "get_checksum": True}},
        "file": {"file": {"path": f"{there}/large", "mode": "0644"}},
        "unarchive": {"unarchive": {"src": "large.tgz", "dest": f"{there}/unpacked"}},
        "unarchive remote_src": {
            "unarchive": {"src": f"{there}/large.tgz", "dest": f"{there}/unpacked2", "remote_src": True}
        },
        "fetch": {"fetch": {"src": f"{there}/large", "dest": f"{sources.parent}/fetched", "flat": True}},
        "assemble": {"assemble": {"src": f"{there}/pieces", "dest": f"{there}/assembled"}},
        "lineinfile": {"lineinfile": {"path": f"{there}/large", "line": "new"}},
        "replace": {"replace": {"path": f"{there}/copy", "regexp": "^new$", "replace": "newer"}},
        "slurp": {"slurp": {"src": f"{there}/got"}},
    }


def memory(folder: Path, login: Endpoint, task: dict[str, Any]) -> int:
    """MB that a run of one task took at most."""
    (folder / "play.yml").write_text(
        yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [{**task, "timeout": 120}]}])
    )
    (folder / "hosts").write_text(
        f"web1 ansible_host={login.host} ansible_port={login.port} ansible_user={login.user} "
        f"ansible_ssh_private_key_file={login.key_path}\n"
    )
    words = [sys.executable, "-c", WITH_MEMORY, "run", "play.yml", "-i", "hosts", "--host-key", login.fingerprint]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return int((folder / "memory").read_text().split("VmHWM:")[1].split()[0]) // 1024


@pytest.mark.parametrize("server", ["busybox_guest", "openssh"])
def test_files_of_100_mb(sources: Path, url: str, server: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    login: Endpoint = request.getfixturevalue(server)
    there = f"/tmp/large-{os.getpid()}"
    here = login.root / there.lstrip("/")
    for name in ("pieces", "unpacked", "unpacked2"):
        (here / name).mkdir(parents=True)
    for name in ("1", "2"):
        (here / "pieces" / name).write_bytes(LINE * (SIZE // 200))
    (here / "large.tgz").write_bytes((sources / "large.tgz").read_bytes())
    try:
        used = {name: memory(sources.parent, login, task) for name, task in tasks(there, sources, url).items()}
        print(used)
        assert {name: mb for name, mb in used.items() if mb > LIMITS[name]} == {}
        expected = hashlib.sha256(LINE * (SIZE // 100)).hexdigest()
        for path in ("copy", "got", "unpacked/large", "unpacked2/large", "assembled"):
            assert hashlib.sha256((here / path).read_bytes()).hexdigest() == expected, path
        assert (here / "large").stat().st_size == SIZE + 4
        assert (sources.parent / "fetched").stat().st_size == SIZE
        assert not [path.name for path in here.iterdir() if path.name.startswith(".smolrun")]
    finally:
        subprocess.run(["rm", "-rf", str(here)], check=True)
