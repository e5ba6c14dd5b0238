"""The POSIX ``sh`` that modules run on guests, one file a purpose."""

from functools import cache
from importlib import resources


@cache
def script_text(*names: str) -> str:
    """The files ``NAME.sh`` of this folder, joined in that order: what defines functions before what calls them."""
    folder = resources.files(__name__)
    return "\n".join(folder.joinpath(f"{name}.sh").read_text(encoding="utf-8") for name in names)
