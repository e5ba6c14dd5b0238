"""Reading ``ansible.cfg``: sections of keys and values that remember where they stand.

The format is that of Python's ``configparser`` as Ansible uses it (docs.python.org, "Supported INI File Structure"):
``key = value`` or ``key: value``, comments with ``#`` and ``;`` on lines of their own, ``;`` after a space also behind
a value, indented lines continue the value above. Interpolation is off.
"""

import re

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location, SourceFile

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_PAIR = re.compile(r"(?P<key>[^=:\s][^=:]*?)\s*[=:]\s*(?P<value>.*)")
_COMMENT_BEHIND = re.compile(r"(?:^|\s);.*")


@dataclass
class IniValue:
    """Attributes:
    text: without comments and enclosing quotes; lines that continue it follow after line ends.
    key_location: of the key.
    location: of the value.
    """

    text: str
    key_location: Location
    location: Location


def read_ini(file: SourceFile) -> tuple[dict[tuple[str, str], IniValue], tuple[Diagnostic, ...]]:
    """The values by section and key (in lower case), and what cannot be read."""
    reader = _Reader(file)
    for number, line in enumerate(file.lines, 1):
        reader.line(number, line)
    for value in reader.values.values():
        value.text = _unquoted(value.text.strip())
    return reader.values, tuple(reader.mistakes)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


class _Reader:
    def __init__(self, file: SourceFile) -> None:
        self.values: dict[tuple[str, str], IniValue] = {}
        self.mistakes: list[Diagnostic] = []
        self._file = file
        self._section: str | None = None
        self._current: IniValue | None = None

    def line(self, number: int, line: str) -> None:
        stripped = line.strip()
        if not stripped:
            return
        if stripped[0] in "#;":
            return
        if line[0].isspace() and self._current is not None:
            self._current.text += "\n" + _COMMENT_BEHIND.sub("", stripped)
            return
        section = _SECTION.match(stripped)
        if section:
            self._section, self._current = section["name"].strip(), None
            return
        self._pair(number, line)

    def _pair(self, number: int, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        pair = _PAIR.match(line.strip())
        if pair is None or self._section is None:
            message = "expected key = value" if pair is None else "a value before the first [section]"
            self._mistake(message, Location(self._file, number, indent + 1), "Ansible refuses this file too")
            return
        place = Location(self._file, number, indent + 1, indent + 1 + len(pair["key"]))
        key = (self._section, pair["key"].strip().lower())
        if key in self.values:
            first = self.values[key].key_location.line
            self._mistake(f"{key[1]} is set a second time (first in line {first})", place, "Ansible refuses this too")
            return
        start = indent + pair.start("value") + 1
        text = _COMMENT_BEHIND.sub("", pair["value"]).rstrip()
        value_place = Location(self._file, number, start, start + len(text)) if text else place
        self._current = self.values[key] = IniValue(text, place, value_place)

    def _mistake(self, message: str, place: Location, hint: str) -> None:
        self.mistakes.append(Diagnostic(Severity.ERROR, "configuration-syntax", message, place, hint))
