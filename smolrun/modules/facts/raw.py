"""The texts that a guest told, by the name that ``facts.sh`` gave them."""

import shlex
from collections.abc import Iterator, Sequence

from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class RawFacts:
    """Names and texts in the order they came; a name may come several times."""

    pairs: Sequence[tuple[str, str]]

    @classmethod
    def parse(cls, output: bytes) -> "RawFacts":
        parts = (part.partition("=") for part in output.decode("utf-8", "replace").split("\0")[:-1])
        return cls([(name, text.replace("\1", "\0")) for name, _, text in parts])

    def text(self, name: str) -> str:
        """The first text of that name without white space around it; empty where there is none."""
        return next((text.strip() for found, text in self.pairs if found == name), "")

    def texts(self, name: str) -> list[str]:
        return [text.strip() for found, text in self.pairs if found == name]

    def number(self, name: str) -> int | None:
        """The first text of that name as a number, if it is one."""
        text = self.text(name)
        return int(text) if text.lstrip("-").isdigit() else None

    def groups(self, first: str, names: frozenset[str]) -> Iterator[dict[str, str]]:
        """The texts in groups, each of which begins with one of the name `first`."""
        group: dict[str, str] = {}
        for name, text in self.pairs:
            if name == first:
                if group:
                    yield group
                group = {name: text.strip()}
            elif group and name in names:
                group[name] = text.strip()
        if group:
            yield group


def shell_assignments(text: str) -> dict[str, str]:
    """The variables of a file such as ``os-release`` (os-release(5): a subset of shell assignments)."""
    values = {}
    for line in text.splitlines():
        name, separator, value = line.strip().partition("=")
        if separator and not name.startswith("#"):
            try:
                words = shlex.split(value)
            except ValueError:  # an open quote
                words = [value]
            values[name.strip()] = words[0] if words else ""
    return values


def table(text: str) -> dict[str, str]:
    """The lines ``name: value`` of a text."""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}
