"""What ``guest:`` in an inventory may say, whatever the provider."""

from pathlib import Path
from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from smolrun.source.coercions import to_list

_SUFFIXES = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024}


class GuestSettings(BaseModel):
    """Where a host comes from. Each provider adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str = Field(description="What makes the guest")
    boot_timeout: float = Field(120, gt=0, description="Seconds until it has to answer over SSH")

    def from_folder(self, folder: Path) -> Self:
        """With relative paths starting from `folder`, that of the file they are written in."""
        return self.model_copy(update={name: folder / path.expanduser() for name, path in self.files.items()})

    @property
    def files(self) -> dict[str, Path]:
        """The files that have to be there, by their fields."""
        return {name: value for name, value in self if isinstance(value, Path)}


def _mebibytes(value: Any) -> Any:
    """``512``, ``512M``, ``2G`` as whole MiB."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower().removesuffix("ib").removesuffix("b")
    unit = text[-1:] if text[-1:] in _SUFFIXES else ""
    try:
        amount = float(text.removesuffix(unit)) * _SUFFIXES.get(unit, 1)
    except ValueError:
        raise ValueError(f"expected an amount such as 512M or 2G, found '{value}'") from None
    if amount < 1 or amount != int(amount):
        raise ValueError(f"expected a whole number of MiB, found '{value}'")
    return int(amount)


def _ports(value: Any) -> Any:
    """``8080:80`` and ``80`` (any free port here) as pairs."""
    pairs = []
    for text in cast("list[object]", to_list(value)):
        here, _, there = str(text).rpartition(":")
        try:
            pair = (int(here or 0), int(there))
        except ValueError:
            raise ValueError(f"expected HERE:THERE such as 8080:80, found '{text}'") from None
        if not 0 <= pair[0] <= 65535 or not 1 <= pair[1] <= 65535:
            raise ValueError(f"a port lies between 1 and 65535, found '{text}'")
        pairs.append(pair)
    return tuple(pairs)


Mebibytes = Annotated[int, BeforeValidator(_mebibytes), Field(ge=1)]
"""An amount of memory or disk in MiB; text may have a unit (512M, 2G)."""
Ports = Annotated[tuple[tuple[int, int], ...], BeforeValidator(_ports)]
"""Ports of this machine's loopback address that lead to ports of the guest; 0 is any free one."""
