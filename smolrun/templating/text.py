"""Values as text, where a template puts them among other text."""

from collections.abc import Iterable
from typing import Any

from smolrun.templating.lazy import materialise
from smolrun.templating.limits import check_size


def text_of(value: Any) -> str:
    """`value` as it appears amid text: containers as Python writes them, as Ansible does."""
    return value if type(value) is str else str(materialise(value))


def join_text(parts: Iterable[Any]) -> str:
    """The parts one after the other as one text.

    Raises:
        TooLargeError: together they are larger than a template may yield.
    """
    texts, size = [], 0
    for part in parts:
        text = text_of(part)
        size += len(text)
        check_size(size, "the template")
        texts.append(text)
    return "".join(texts)
