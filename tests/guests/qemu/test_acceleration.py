import os
from pathlib import Path

import pytest

from smolrun.guests.qemu import acceleration


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for QEMU, where a machine has KVM."""
    monkeypatch.setattr(os, "access", lambda *_: True)
    acceleration.kvm_works.cache_clear()
    return tmp_path / "qemu"


@pytest.mark.parametrize(
    ("script", "works"),
    [
        ("cat >/dev/null", True),
        ("echo 'Could not access KVM kernel module: Permission denied' >&2; exit 1", False),
        ("echo 'KVM: entry failed, hardware error 0x0' >&2", False),
    ],
)
def test_it_is_tried_out_not_looked_up(program: Path, script: str, works: bool) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert acceleration.kvm_works(str(program)) is works


def test_without_a_device_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    acceleration.kvm_works.cache_clear()
    assert acceleration.kvm_works(str(tmp_path / "nothing")) is False
