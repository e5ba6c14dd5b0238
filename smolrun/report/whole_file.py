"""Reports appear whole or not at all."""

import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` by a rename, so that a reader never sees half of it. Raises `OSError`."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
