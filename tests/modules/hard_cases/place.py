"""A folder on a guest that is hard to work in, looked at by the guest itself."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from smolrun.modules.base import ModuleResult
from tests.modules.guest import Guest
from tests.modules.hard_cases.writers import PADDING, Writer, archive


@dataclass
class Place:
    """Where modules write.

    Attributes:
        folder: of the targets, by its path on the guest.
        sources: a folder of the guest with what they read.
        url: of a web server with the same.
    """

    guest: Guest
    folder: str
    sources: str
    url: str

    def sh(self, script: str, *words: str) -> str:
        """What a script prints on the guest; it must not fail."""
        given = f"set -- {' '.join(map(shlex.quote, words))}\n" if words else ""
        result = self.guest.task().guest.script(given + script)
        assert result.ok, result.stderr
        return result.stdout

    def write(self, path: str, content: bytes) -> None:
        self.guest.task().guest.put(content, path)

    def read(self, path: str) -> bytes:
        return self.guest.task().guest.get(path)

    def arguments(self, writer: Writer, name: str) -> dict[str, Any]:
        given = writer.arguments(f"{self.folder}/{name}")
        return {key: self._filled(value) for key, value in given.items()}

    def _filled(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.startswith("@/"):
            return self.sources + value[1:]
        return value.replace("URL", self.url, 1) if value.startswith("URL") else value

    def prepare(self, writer: Writer, name: str) -> str:
        """What stands at the target before; its path."""
        path = f"{self.folder}/{name}"
        if writer.before is not None:
            self.write(path, writer.before)
        elif writer.module == "unarchive":
            self.sh('mkdir -p -- "$1"', path)
        return path

    def do(self, writer: Writer, name: str, **context: Any) -> ModuleResult:
        return self.guest.do(writer.module, self.arguments(writer, name), **context)

    def fails(self, writer: Writer, name: str) -> str:
        return self.guest.fails(writer.module, self.arguments(writer, name))

    def seen(self) -> str:
        """Names, kinds, modes, owners, sizes and hashes of all that is in the folder."""
        listing = 'find . -exec ls -ldn {} + | sed "s/  */ /g" | cut -d " " -f 1,3-5,9- | sort; '
        return self.sh(f'cd "$1" && {listing} find . -type f -exec sha256sum {{}} + | sort', self.folder)

    @contextmanager
    def mounted(self, options: str) -> Iterator[None]:
        """A file system of its own in memory is at the folder."""
        self.sh('mkdir -p "$1" && mount -t tmpfs -o "$2" none "$1"', self.folder, options)
        try:
            yield
        finally:
            self.sh('umount "$1"', self.folder)

    def fill(self, *, leave: int) -> None:
        """The disk is full, but for so many pages of 4 KiB."""
        self.sh(
            'cd "$1" || exit; dd if=/dev/zero of=.spare bs=4096 count="$2" 2>/dev/null; '
            "dd if=/dev/zero of=.filler bs=4096 2>/dev/null; rm -f .spare",
            self.folder,
            str(leave),
        )

    def fill_names(self) -> None:
        """No further file can be made."""
        self.sh('cd "$1" || exit; i=0; while true 2>/dev/null >".f$i"; do i=$((i + 1)); done; :', self.folder)


def with_sources(guest: Guest, url: str) -> Place:
    """A place with everything that the table of writers needs, here and on the guest."""
    place = Place(guest, guest.path("place"), guest.path("sources"), url)
    pieces = {"1": b"new\n" + PADDING, "it's 2": b"", "3": "no newline ☃".encode()}
    files = {"source": b"new\n" + PADDING, "archive.tgz": archive()}
    files |= {f"pieces/{name}": content for name, content in pieces.items()}
    place.sh('mkdir -p -- "$1" "$2/pieces"', place.folder, place.sources)
    for name, content in files.items():
        guest.source(name, content)
        place.write(f"{place.sources}/{name}", content)
    guest.source("template.j2", "{{ 1 + 1 }}\n" + PADDING.decode())
    return place
