"""Variables that are rendered with themselves."""

from collections.abc import Iterator, Mapping
from typing import Any


class Scope(Mapping[str, Any]):
    """Variables whose templates see these variables themselves, and not those of whoever reads them.

    ``hostvars`` is a mapping of these: ``hostvars.web1.url`` is rendered with the variables of ``web1``.
    """

    __slots__ = ("variables",)

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables

    def __getitem__(self, key: str) -> Any:
        return self.variables[key]

    def __contains__(self, key: object) -> bool:
        return key in self.variables

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)
