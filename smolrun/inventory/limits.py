"""``--limit``: a pattern, or ``@file`` with patterns one a line, as a retry file has them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from smolrun.source.files import read_source


def expand_limit(limit: str | Iterable[str]) -> list[str]:
    """The patterns of a limit, with those of its files.

    Raises:
        LoadError: a file cannot be read.
    """
    return list(_parts([limit] if isinstance(limit, str) else limit))


def _parts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for part in text.split(","):
            name = part.strip()
            if not name.startswith("@"):
                yield from [name] if name else []
                continue
            for line in read_source(Path(name[1:]).expanduser()).lines:
                pattern = line.strip()
                if pattern and not pattern.startswith("#"):
                    yield pattern
