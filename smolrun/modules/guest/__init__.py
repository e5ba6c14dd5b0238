"""The POSIX ``sh`` that modules run on guests, one file a purpose."""

from functools import cache
from importlib import resources


@cache
def script_text(*names: str) -> str:
    """The files ``NAME.sh`` of this folder, joined in that order: what defines functions before what calls them."""
    folder = resources.files(__name__)
    return "".join(_without_comments(folder.joinpath(f"{name}.sh").read_text(encoding="utf-8")) for name in names)


def _without_comments(text: str) -> str:
    """A guest has no use for them, and every byte is sent each time."""
    return "".join(f"{line}\n" for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
