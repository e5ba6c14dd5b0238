"""The value of every setting, where it comes from, and what it won over."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from smolrun.config.origin import Origin, Source
from smolrun.config.settings import BY_NAME, SETTINGS
from smolrun.diagnostic import Diagnostic
from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class Candidate:
    """Attributes:
    value: as its kind has it.
    origin: where it was written.
    """

    value: Any
    origin: Origin


@dataclass(frozen=True)
class Configuration:
    """What holds where no flag says anything.

    Attributes:
        candidates: by the name of the setting, the strongest first; settings that nothing sets are not in it.
        warnings: what is worth telling about the files and variables.
        files: that were read, as people know them.
    """

    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    files: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        """The value of a setting."""
        found = self.candidates.get(name)
        return found[0].value if found else BY_NAME[name].default

    def origin(self, name: str) -> Origin:
        """Where that value comes from."""
        found = self.candidates.get(name)
        return found[0].origin if found else Origin(Source.DEFAULT)

    def overridden(self, name: str) -> tuple[Candidate, ...]:
        """What else sets it, the strongest first; the default is not among them."""
        return self.candidates.get(name, ())[1:]

    def is_set(self, name: str) -> bool:
        return name in self.candidates


def configuration_of(
    found: Iterable[tuple[str, Candidate]], warnings: Iterable[Diagnostic], files: Iterable[str]
) -> Configuration:
    """The candidates of all places in their order; within one kind of place the first wins."""
    by_name: dict[str, list[Candidate]] = {}
    for name, candidate in found:
        by_name.setdefault(name, []).append(candidate)
    ordered = {
        setting.name: tuple(sorted(by_name[setting.name], key=lambda candidate: -candidate.origin.source))
        for setting in SETTINGS
        if setting.name in by_name
    }
    return Configuration(ordered, tuple(warnings), tuple(files))
