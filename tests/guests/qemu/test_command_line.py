import base64
import shlex
from pathlib import Path
from typing import Any

from smolrun.guests.qemu.command_line import command_line, disk_command
from smolrun.guests.qemu.settings import QemuSettings


def command(**settings: Any) -> str:
    made = QemuSettings(provider="qemu", **settings)
    return shlex.join(
        command_line(made, Path("/f,older"), "smolrun-x", [(2222, 22), (8080, 80)], kvm=False, public_key=None)
    )


def test_ports_lead_in_from_the_loopback_address_alone() -> None:
    assert "hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80" in command(image="x")


def test_a_comma_in_a_path_ends_nothing() -> None:
    assert "file:/f,,older/console.log" in command(image="x")
    assert "file=/f,,older/disk.qcow2,if=none" in command(image="x")


def test_a_kernel_comes_with_its_line_and_a_disk_needs_none() -> None:
    assert "-kernel k -append console=ttyS0 -initrd i" in command(kernel="k", initrd="i")
    assert "-kernel" not in command(image="x")
    assert "-drive" not in command(kernel="k")


def test_a_key_is_handed_over_as_a_system_credential() -> None:
    made = QemuSettings(provider="qemu", image="x")
    words = command_line(made, Path("/f"), "n", [(1, 22)], kvm=True, public_key="ssh-ed25519 AAAA\n")
    (value,) = [word for word in words if word.startswith("type=11,value=")]
    name, _, content = value.removeprefix("type=11,value=io.systemd.credential.binary:").partition("=")
    assert (name, base64.b64decode(content)) == ("ssh.authorized_keys.root", b"ssh-ed25519 AAAA\n")
    assert words[words.index("-cpu") + 1] == "host"


def test_the_image_itself_is_never_written_to() -> None:
    made = QemuSettings(provider="qemu", image="/images/a.ext4", disk="4G")
    assert disk_command(made, Path("/f")) == [
        "qemu-img", "create", "-q", "-f", "qcow2", "-b", "/images/a.ext4", "-F", "raw", "/f/disk.qcow2", "4096M",
    ]  # fmt: skip
    assert "qcow2" in disk_command(made.model_copy(update={"image": Path("a.qcow2")}), Path("/f"))[-3:]
