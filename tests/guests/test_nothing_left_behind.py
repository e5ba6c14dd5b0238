"""Whatever happens to a run, and when: its guests are gone, or found and removed by ``smolrun guest clean``."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smolrun.guests.instances.folder import InstanceFolder
from tests.servers.tiny_vm import TinyImage

RUNS = 20
LONGEST = 14.0
"""Seconds: by then the guest is up and the playbook runs, or has ended."""
HAPPENINGS = ("SIGINT", "SIGTERM", "SIGKILL", "two SIGINT", "bad kernel", "full disk")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for a few files and no disk of a guest."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k,nr_inodes=9", "none", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def smolrun(*arguments: str, folder: Path, state: Path) -> "subprocess.Popen[bytes]":
    # SIGINT is not to be ignored, as it is in the background of a shell without job control.
    return subprocess.Popen(
        [sys.executable, "-m", "smolrun", *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "XDG_STATE_HOME": str(state), "XDG_CACHE_HOME": str(folder / "cache")},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def machines(state: Path) -> list[str]:
    """Command lines of the machines that were made under this folder of states."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if any(str(state).encode() in word for word in words) and b"qemu" in words[0]:
            found.append(b" ".join(words).decode())
    return found


def happen(what: str, running: "subprocess.Popen[bytes]", chance: random.Random) -> None:
    try:
        running.wait(chance.uniform(0.2, LONGEST) if what.split()[-1].startswith("SIG") else 60)
    except subprocess.TimeoutExpired:
        for number in what.split()[-1:] * (2 if what.startswith("two") else 1):
            running.send_signal(getattr(signal, number))
            time.sleep(chance.uniform(0, 0.5) if what.startswith("two") else 0)
    running.wait(40)


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(900)
def test_after_runs_that_ended_at_random_moments_nothing_is_left(
    tiny: TinyImage, tmp_path: Path, small_disk: Path
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    (tmp_path / "play.yml").write_text("- hosts: all\n  gather_facts: false\n  tasks: [{command: sleep 3}, {ping: }]\n")
    (tmp_path / "image").write_bytes(b"\0" * 65536)
    state = tmp_path / "state"
    for number in range(RUNS):
        what = HAPPENINGS[number % len(HAPPENINGS)]
        # They boot, keep a snapshot, or go on from one that the machine before them made.
        settings = tiny.settings(boot_timeout=30, snapshot=True, accelerate=False)
        if what == "bad kernel":
            settings["kernel"] = str(tiny.initrd)
        if what == "full disk":
            settings["image"] = str(tmp_path / "image")
        (tmp_path / "hosts.yml").write_text(json.dumps({"all": {"hosts": {f"g{number}": {"guest": settings}}}}))
        here = small_disk if what == "full disk" else state
        running = smolrun("run", "play.yml", "-i", "hosts.yml", folder=tmp_path, state=here)
        happen(what, running, chance)
        made = [instance.record.id for instance in InstanceFolder(here / "smolrun/guests").all()]
        left = [name for name in (*made, *machines(here)) if f"g{number}-" in name]
        if "SIGKILL" not in what and not what.startswith("two"):
            assert left == [], f"{what} (run {number}) left something behind"

    assert smolrun("guest", "clean", folder=tmp_path, state=state).wait(60) == 0
    assert InstanceFolder(state / "smolrun/guests").all() == []
    assert machines(state) == []
    assert list((state / "smolrun/guests").iterdir()) == []
    assert list((tmp_path / "cache/smolrun/guests/snapshots").glob("*")) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_ends_while_a_snapshot_is_made_or_used_leaves_no_half_of_one(
    number: signal.Signals, tiny: TinyImage, tmp_path: Path
) -> None:
    (tmp_path / "play.yml").write_text("- hosts: all\n  gather_facts: false\n  tasks: [{command: sleep 1}]\n")
    settings = tiny.settings(snapshot=True, accelerate=False)
    (tmp_path / "hosts.yml").write_text(json.dumps({"all": {"hosts": {"g": {"guest": settings}}}}))
    state, snapshots = tmp_path / "state", tmp_path / "cache/smolrun/guests/snapshots"
    running = smolrun("run", "play.yml", "-i", "hosts.yml", folder=tmp_path, state=state)
    while running.poll() is None and not list(snapshots.glob("*.new")):
        time.sleep(0.002)
    running.send_signal(number)
    assert running.wait(40) != 0
    assert (list(snapshots.iterdir()) == []) is (number != signal.SIGKILL)
    assert smolrun("run", "play.yml", "-i", "hosts.yml", folder=tmp_path, state=state).wait(90) == 0
    (made,) = snapshots.iterdir()
    again = smolrun("run", "play.yml", "-i", "hosts.yml", folder=tmp_path, state=state)
    time.sleep(0.7)
    again.send_signal(number)
    again.wait(40)
    assert list(snapshots.iterdir()) == [made]
    assert smolrun("guest", "clean", "--keep-snapshots", folder=tmp_path, state=state).wait(60) == 0
    assert machines(state) == []
    assert list((state / "smolrun/guests").iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_runs_side_by_side_do_not_meet(tiny: TinyImage, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text("- hosts: all\n  gather_facts: false\n  tasks: [{command: sleep 2}]\n")
    (tmp_path / "hosts.yml").write_text(json.dumps({"all": {"hosts": {"same": {"guest": tiny.settings()}}}}))
    state = tmp_path / "state"
    running = [smolrun("run", "play.yml", "-i", "hosts.yml", folder=tmp_path, state=state) for _ in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    assert InstanceFolder(state / "smolrun/guests").all() == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_port_that_somebody_else_took_is_no_reason_to_fail(
    tiny: TinyImage, instances: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smolrun.deadline import Deadline
    from smolrun.guests import ports
    from smolrun.guests.qemu import machine
    from smolrun.guests.wanted import guest_from

    free = ports.free_port
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = iter([taken.getsockname()[1]])
        monkeypatch.setattr(machine, "free_port", lambda: next(first, None) or free())
        settings = tiny.settings()
        guest = guest_from("tiny", str(settings.pop("provider")), settings).made(instances)
        try:
            assert guest.start(Deadline.after(100))["ansible_port"] != taken.getsockname()[1]
        finally:
            guest.stop()
