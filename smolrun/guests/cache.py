"""What is kept between runs only because it saves time: ``$XDG_CACHE_HOME/smolrun/guests``."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """That of this user (XDG Base Directory Specification: cache); it may not be there yet."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(cache) / "smolrun" / "guests"
