"""The lines of ``sources.list`` (sources.list(5), one-line style)."""

import re
from urllib.parse import urlsplit

from smolrun.modules.files.lines import lines_of

_LINE = re.compile(
    r"(?P<off>(?:#\s*)?)(?P<type>deb|deb-src)\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<rest>[^#]*)"
)


def normal(line: str) -> tuple[str, bool] | None:
    """A source as one text with single spaces, and whether it counts; None for what is no source."""
    found = _LINE.match(line.strip())
    if found is None:
        return None
    options = f"[{' '.join(found['options'].split())}] " if found["options"] else ""
    words = " ".join([found["uri"], found["suite"], *found["rest"].split()])
    return f"{found['type']} {options}{words}", not found["off"]


def file_name(source: str) -> str:
    """How the file is called that a source goes into, made of its address."""
    found = _LINE.match(source)
    parts = urlsplit(found["uri"] if found else source)
    address = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    return "_".join(re.sub(r"[^A-Za-z0-9]+", " ", address).split())


def with_source(text: str, source: str) -> tuple[str, bool]:
    """The text of a file in which the source counts where it stands; and whether it stands there at all."""
    lines, stands = [], False
    for line in lines_of(text):
        found = normal(line)
        if found is not None and found[0] == source:
            stands = True
            line = line if found[1] else source
        lines.append(line)
    return ("".join(f"{line}\n" for line in lines) if stands else text), stands


def without_source(text: str, source: str) -> str:
    """The text of a file without the source, whether it counts or is a comment."""
    kept = [line for line in lines_of(text) if (found := normal(line)) is None or found != (source, True)]
    return text if kept == lines_of(text) else "".join(f"{line}\n" for line in kept)
