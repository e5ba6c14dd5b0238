import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smolrun.guests.cache import cache_folder
from smolrun.guests.qemu import acceleration
from smolrun.guests.qemu.speed_program import DONE, speed_program


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stand-in for QEMU, where a machine has KVM."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "access", lambda *_: True)
    acceleration.kvm_works.cache_clear()
    yield tmp_path / "qemu"
    acceleration.kvm_works.cache_clear()


def stand_in(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "works"),
    [
        (f"exit {DONE}", True),
        ("echo 'Could not access KVM kernel module: Permission denied' >&2; exit 1", False),
        (f"echo 'KVM: entry failed, hardware error 0x0' >&2; exit {DONE}", False),
        ("exec sleep 60", False),
    ],
)
def test_it_is_tried_out_not_looked_up(
    program: Path, script: str, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceleration, "_PATIENCE", 0.5)
    stand_in(program, script)
    assert acceleration.kvm_works(str(program)) is works


def test_what_was_found_is_believed_for_an_hour(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(program, f"exit {DONE}")
    assert acceleration.kvm_works(str(program))
    stand_in(program, "exit 1")
    acceleration.kvm_works.cache_clear()
    assert acceleration.kvm_works(str(program))
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    acceleration.kvm_works.cache_clear()
    assert not acceleration.kvm_works(str(program))


def test_a_damaged_memory_of_it_counts_for_nothing(program: Path) -> None:
    stand_in(program, f"exit {DONE}")
    cache_folder().mkdir(parents=True)
    (cache_folder() / acceleration.TRIED).write_text('{"asked": []}')
    assert acceleration.kvm_works(str(program))


def test_without_a_device_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    acceleration.kvm_works.cache_clear()
    assert acceleration.kvm_works(str(tmp_path / "nothing")) is False


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="QEMU is not installed")
def test_the_trial_comes_to_its_end_on_a_processor_that_works(tmp_path: Path) -> None:
    (tmp_path / "rom").write_bytes(speed_program())
    command = ["qemu-system-x86_64", "-accel", "tcg", "-m", "16", "-nodefaults", "-display", "none",
               "-bios", str(tmp_path / "rom"), "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]  # fmt: skip
    assert subprocess.run(command, timeout=30, check=False).returncode == DONE
