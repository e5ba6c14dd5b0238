from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.guests.qemu.settings import QemuSettings
from smolrun.guests.smolvm.settings import SmolVMSettings


@pytest.mark.parametrize(("text", "amount"), [(512, 512), ("512", 512), ("512M", 512), ("2G", 2048), ("1.5GiB", 1536)])
def test_memory_may_have_a_unit(text: Any, amount: int) -> None:
    assert QemuSettings(provider="qemu", image="x", memory=text).memory == amount


@pytest.mark.parametrize("text", ["much", "0.3M", "0", "-1G", ""])
def test_other_amounts_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        QemuSettings(provider="qemu", image="x", memory=text)


def test_ports_lead_from_here_to_there() -> None:
    read = QemuSettings(provider="qemu", image="x", ports=["8080:80", 22, "0:443"])
    assert read.ports == ((8080, 80), (0, 22), (0, 443))


@pytest.mark.parametrize("ports", [["x"], ["1:0"], ["70000:1"], ["a:1"]])
def test_other_ports_are_refused(ports: list[str]) -> None:
    with pytest.raises(ValidationError):
        QemuSettings(provider="qemu", image="x", ports=ports)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "needs an 'image', a 'kernel', or both"),
        ({"image": "x", "initrd": "y"}, "'initrd' goes with 'kernel'"),
        ({"kernel": "x", "disk": "1G"}, "'disk' goes with 'image'"),
        ({"image": "x", "colour": "red"}, "Extra inputs"),
    ],
)
def test_qemu_is_told_what_it_needs(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        QemuSettings(provider="qemu", **values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "box", "memory": "1G"}, "is there already"),
        ({"image": "ubuntu", "kernel_path": "x"}, "Extra inputs"),
        ({"image": "ubunut"}, "there is no image 'ubunut': alpine, ubuntu, debian"),
        ({"image": "/disk.ext4"}, "needs a 'kernel'"),
    ],
)
def test_smolvm_is_told_what_fits_together(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SmolVMSettings(provider="smolvm", **values)


def test_smolvm_needs_nothing_at_all() -> None:
    assert SmolVMSettings(provider="smolvm").image is None
