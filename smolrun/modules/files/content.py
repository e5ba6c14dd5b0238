"""What is to be written into a file: bytes in memory, a file of the controller, or one that the guest has already."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path

from smolrun.lazy_dataclass import dataclass

SHOWN_AT_MOST = 104448
"""Bytes of a file that a diff shows; Ansible's ``max_diff_size``."""


@dataclass(frozen=True)
class Content:
    """The bytes of a file.

    Attributes:
        source: themselves, or where they are on the controller; they need not fit into memory.
    """

    source: bytes | Path

    @cached_property
    def size(self) -> int:
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size

    @property
    def stdin(self) -> bytes | Path | None:
        """What is sent to the guest."""
        return self.source

    @property
    def on_guest(self) -> str | None:
        """Where the guest reads it from instead."""
        return None

    def digest(self, algorithm: str) -> str:
        """Their hash in hexadecimal, by ``sha256``, ``sha1`` or ``md5``; none of these guards a secret here."""
        if isinstance(self.source, bytes):
            return hashlib.new(algorithm, self.source, usedforsecurity=False).hexdigest()
        with self.source.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()

    def shown(self) -> str:
        """As a diff shows them."""
        if self.size > SHOWN_AT_MOST:
            return too_long(self.size)
        return as_text(self.source if isinstance(self.source, bytes) else self.source.read_bytes())


@dataclass(frozen=True)
class GuestContent:
    """The bytes of a file that is on the guest already.

    Attributes:
        path: where.
        size: in bytes.
        algorithm: what `hash` was made with.
        hashes: further ones by their names; no others are known.
        read: gets them from the guest, for a diff.
    """

    path: str
    size: int
    algorithm: str
    hash: str
    read: Callable[[], bytes]
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def stdin(self) -> bytes | Path | None:
        return None

    @property
    def on_guest(self) -> str | None:
        return self.path

    def digest(self, algorithm: str) -> str:
        return self.hash if algorithm == self.algorithm else self.hashes.get(algorithm, "")

    def shown(self) -> str:
        return too_long(self.size) if self.size > SHOWN_AT_MOST else as_text(self.read())


def as_text(content: bytes) -> str:
    """A file's content for a diff."""
    if b"\0" in content:
        return f"(binary, {len(content)} bytes)\n"
    return content.decode("utf-8", "replace")


def too_long(size: int) -> str:
    return f"({size} bytes, too many to be shown)\n"
