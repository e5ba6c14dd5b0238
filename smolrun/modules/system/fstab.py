"""The lines of fstab(5)."""

from dataclasses import replace

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.files.lines import lines_of

ESCAPES = {"\\": "\\134", " ": "\\040", "\t": "\\011", "\n": "\\012"}


@dataclass(frozen=True)
class Entry:
    """One file system."""

    source: str
    path: str
    fstype: str
    options: str = "defaults"
    dump: str = "0"
    passno: str = "0"

    @property
    def line(self) -> str:
        fields = (self.source, self.path, self.fstype, self.options, self.dump, self.passno)
        return " ".join(map(escaped, fields))


def escaped(text: str) -> str:
    """As fstab and /proc/mounts write it."""
    return "".join(ESCAPES.get(letter, letter) for letter in text)


def unescaped(text: str) -> str:
    for letter, code in reversed(ESCAPES.items()):
        text = text.replace(code, letter)
    return text


def parse_line(line: str) -> Entry | None:
    """None for a comment, and for what is no entry."""
    words = [unescaped(word) for word in line.split()]
    if len(words) < 3 or line.lstrip().startswith("#"):
        return None
    return Entry(*words[:6])


def entries(text: str) -> list[Entry]:
    return [entry for line in lines_of(text) if (entry := parse_line(line)) is not None]


def with_entry(text: str, wanted: Entry) -> str:
    """The text of an fstab in which this entry is that of its path (or of its source, for swap)."""
    lines, done = [], False
    for line in lines_of(text):
        found = parse_line(line)
        if found is not None and _same_place(found, wanted):
            if done:
                continue
            done = True
            line = line if found == wanted else wanted.line
        lines.append(line)
    if not done:
        lines.append(wanted.line)
    return text if lines == lines_of(text) else "".join(f"{line}\n" for line in lines)


def without_entry(text: str, path: str, source: str | None) -> str:
    """The text of an fstab without what is mounted at a path."""
    gone = Entry(source or "", path, "")
    kept = [line for line in lines_of(text) if (found := parse_line(line)) is None or not _same_place(found, gone)]
    return text if kept == lines_of(text) else "".join(f"{line}\n" for line in kept)


def _same_place(one: Entry, other: Entry) -> bool:
    if one.path == "none" or other.path == "none":
        return one.path == other.path and one.source == other.source
    return one.path.rstrip("/") == other.path.rstrip("/")


def mounted_at(mounts: str, path: str) -> Entry | None:
    """What /proc/mounts tells is mounted at a path; the last one hides the others."""
    found = [entry for entry in entries(mounts) if entry.path == (path.rstrip("/") or "/")]
    return replace(found[-1]) if found else None
