"""What ``guest: {provider: qemu, …}`` may say."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from smolrun.guests.environment import Environment
from smolrun.guests.settings import GuestSettings, Mebibytes, Ports


class QemuSettings(GuestSettings):
    """A machine of one's own kernel, disk, or both."""

    image: Path | None = Field(
        None, description="A disk; it is never written to, changes are thrown away with the guest"
    )
    image_format: Literal["raw", "qcow2"] | None = Field(None, description="Of the disk; by its name where not given")
    kernel: Path | None = Field(None, description="A Linux kernel to boot; else the disk has to be bootable")
    initrd: Path | None = Field(None, description="Its initial RAM disk")
    append: str = Field("console=ttyS0", description="The kernel's command line")
    machine: str = Field("q35", description="QEMU's machine type")
    memory: Mebibytes = Field(512, description="MiB, or text such as 512M or 2G")
    vcpus: int = Field(1, ge=1, le=64, description="Processors")
    disk: Mebibytes | None = Field(None, description="Size of the disk as the guest sees it, where it is to be larger")
    ports: Ports = Field((), description="HERE:THERE: ports of 127.0.0.1 that lead to ports of the guest")
    env: Environment = Field({}, description="Variables of the guest's login shells")
    user: str = Field("root", description="Who logs in")
    key: Path | None = Field(
        None,
        description="A private key that the image lets in; without one, a throw-away key is handed over as a system "
        "credential, which needs systemd 252 or newer in the guest",
    )
    password: str | None = Field(None, description="A password that the image lets in, instead of a key")
    accelerate: bool | None = Field(
        None, description="Use the processor's virtualisation; tried out where not given, and done without if it fails"
    )
    snapshot: bool = Field(
        True,
        description="Begin from the machine's memory as it was after its first boot, where that is kept and works",
    )
    arguments: tuple[str, ...] = Field(
        (), description="Further arguments of QEMU; such a machine is always booted from its beginning"
    )

    @model_validator(mode="after")
    def _something_boots(self) -> Self:
        if self.image is None and self.kernel is None:
            raise ValueError("it needs an 'image', a 'kernel', or both")
        if self.initrd is not None and self.kernel is None:
            raise ValueError("'initrd' goes with 'kernel'")
        if self.disk is not None and self.image is None:
            raise ValueError("'disk' goes with 'image'")
        return self

    @property
    def format(self) -> str:
        if self.image_format is not None:
            return self.image_format
        return "qcow2" if self.image is not None and self.image.suffix in (".qcow2", ".qcow") else "raw"
