"""What a lookup is, and what it may know."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2.exceptions import TemplateRuntimeError

from smolrun.lazy_dataclass import dataclass
from smolrun.templating.ports import Values


class LookupFailedError(TemplateRuntimeError):
    """A lookup finds nothing, or cannot look."""


@dataclass(frozen=True)
class LookupContext:
    """The template that asks.

    Attributes:
        rendering: its variables.
        action: the module of the task that loops over what is found; None where a template asks.
    """

    rendering: Values
    action: str | None = None

    def variable(self, name: str, default: Any = None) -> Any:
        """The rendered value of a variable."""
        return self.rendering.variable(name) if name in self.rendering.variables else default

    def folders(self) -> list[Path]:
        """Where relative file names are looked up, the nearest first (Ansible: "Search paths in Ansible")."""
        found: list[Any] = list(self.variable("ansible_search_path") or ())
        found += [self.variable("role_path"), self.variable("playbook_dir"), self.rendering.templar.base, Path.cwd()]
        return list(dict.fromkeys(Path(str(folder)) for folder in found if folder))

    def candidates(self, folder: str | None, name: str) -> list[Path]:
        """Every path that `name` may mean: in the sub-folder `folder` of each place, if any, and then in the place."""
        path = Path(name).expanduser()
        if path.is_absolute():
            return [path]
        inside = (folder, ".") if folder else (".",)
        return [place / each / path for place in self.folders() for each in inside]

    def find(self, folder: str, name: str) -> Path:
        """The file that `name` means. Raises `LookupFailedError` with every place searched."""
        candidates = self.candidates(folder, name)
        for candidate in candidates:
            if candidate.exists():
                return candidate
        places = ", ".join(str(candidate) for candidate in candidates)
        raise LookupFailedError(f"the file '{name}' was not found; searched: {places}")


Lookup = Callable[[LookupContext, Sequence[Any], Mapping[str, Any]], list[Any]]
"""``(context, terms, options)`` to the results, which are data for ever."""


def options_of(options: Mapping[str, Any], **defaults: Any) -> dict[str, Any]:
    """`options` with `defaults` for those not given. Raises `TypeError` for one without a default."""
    for name in options:
        if name not in defaults:
            raise TypeError(f"there is no option '{name}': the options are {', '.join(sorted(defaults)) or 'none'}")
    return {**defaults, **options}


def truth(value: Any) -> bool:
    """An option that is a flag, as text or as a boolean."""
    from smolrun.templating.filters.values import to_bool

    return bool(to_bool(value))
