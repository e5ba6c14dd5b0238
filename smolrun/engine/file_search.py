"""Where the files that a task names are looked for on the controller."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from smolrun.errors import ModuleError

Folder = Literal["files", "templates", "vars", "tasks"]


class FileSearch:
    """Looks a file up as Ansible does (its documentation, "Search paths in Ansible").

    Args:
        roots: folders in the order they are searched; in each, the folder of that kind comes before itself.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)

    def __call__(self, folder: Folder, name: str) -> Path:
        """The path of `name`.

        Raises:
            ModuleError: it is nowhere; the message lists every place.
        """
        path = Path(name).expanduser()
        places = (
            [path]
            if path.is_absolute()
            else [place for root in self.roots for place in (root / folder / path, root / path)]
        )
        for place in places:
            if place.exists():
                return place
        searched = "\n".join(f"  {place}" for place in places)
        raise ModuleError(f"there is no file '{name}'; looked for:\n{searched}")
