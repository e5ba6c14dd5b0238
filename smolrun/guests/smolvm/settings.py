"""What ``guest: {provider: smolvm, …}`` may say."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from smolrun.guests.environment import Environment
from smolrun.guests.settings import GuestSettings, Mebibytes, Ports

SYSTEMS = ("alpine", "ubuntu", "debian")
"""Images that SmolVM makes or downloads by itself."""


class SmolVMSettings(GuestSettings):
    """A microVM of SmolVM's: a new one, or one that is there."""

    name: str | None = Field(None, description="A microVM that is there already; it is reached, and left as it is")
    image: str | None = Field(
        None, description="alpine, ubuntu or debian; a published image; or the path of a root file system of one's own"
    )
    image_format: Literal["raw-ext4", "qcow2"] = Field("raw-ext4", description="Of a root file system of one's own")
    kernel: Path | None = Field(None, description="A kernel of one's own; goes with a root file system of one's own")
    initrd: Path | None = Field(None, description="Its initial RAM disk")
    boot_args: str | None = Field(None, description="Its command line")
    vcpus: int = Field(1, ge=1, le=32, description="Processors")
    memory: Mebibytes | None = Field(None, description="MiB, or text such as 512M or 2G; SmolVM's default else")
    disk: Mebibytes | None = Field(None, description="Size of the disk in MiB, or text such as 4G")
    ports: Ports = Field((), description="HERE:THERE: ports of 127.0.0.1 that lead to ports of the guest")
    env: Environment = Field({}, description="Variables of the guest's login shells")
    user: str = Field("root", description="Who logs in")
    key: Path | None = Field(None, description="The private key that is let in; SmolVM's own else")
    backend: Literal["auto", "firecracker", "qemu", "libkrun"] = Field("auto", description="What runs the microVM")
    machine: Literal["auto", "microvm", "q35"] = Field("auto", description="QEMU's machine type, with that backend")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.name is not None and self.model_fields_set - {"provider", "name", "user", "key", "boot_timeout"}:
            raise ValueError("'name' is a microVM that is there already: nothing can be said of what it is made of")
        own = self.image is not None and self.is_path
        for field in ("kernel", "initrd", "boot_args"):
            if getattr(self, field) and not own:
                raise ValueError(f"'{field}' goes with the path of a root file system as 'image'")
        if self.image is not None and not own and self.image not in SYSTEMS and "://" not in self.image:
            known = ", ".join(SYSTEMS)
            raise ValueError(f"there is no image '{self.image}': {known}, s3://…, or a path with a '/' in front")
        if own and self.kernel is None:
            raise ValueError("a root file system of one's own needs a 'kernel'")
        return self

    def from_folder(self, folder: Path) -> Self:
        found = super().from_folder(folder)
        # It may be a name too, so it is text.
        return found.model_copy(update={"image": str(found.image)}) if self.is_path else found

    @property
    def files(self) -> dict[str, Path]:
        image = {"image": Path(self.image)} if self.is_path and self.image is not None else {}
        return {**super().files, **image}

    @property
    def is_path(self) -> bool:
        """Whether the image is a file of this machine."""
        return self.image is not None and (self.image.startswith(("/", "~", ".")) or self.kernel is not None)
