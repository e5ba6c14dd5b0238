"""The lines of ``authorized_keys`` (sshd(8), AUTHORIZED_KEYS FILE FORMAT)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from smolrun.lazy_dataclass import dataclass

_TYPE = re.compile(
    r"(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp\d+|sk-[\w-]+@openssh\.com|ssh-[\w-]+-cert-v01@openssh\.com)\Z"
)
_WORD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+')


@dataclass(frozen=True)
class KeyLine:
    """One key.

    Attributes:
        options: as they stand before it.
    """

    type: str
    blob: str
    options: str = ""
    comment: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        return self.type, self.blob

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.options, self.type, self.blob, self.comment) if part)


def parse_key(line: str) -> KeyLine | None:
    """None for a comment, an empty line, and what is no key."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    words = list(_WORD.finditer(text))
    for place in (0, 1):
        if len(words) > place + 1 and _TYPE.match(words[place].group()):
            options = text[: words[place].start()].strip()
            comment = text[words[place + 1].end() :].strip()
            return KeyLine(words[place].group(), words[place + 1].group(), options, comment)
    return None


def with_keys(
    lines: Sequence[str], wanted: Sequence[KeyLine], *, present: bool, exclusive: bool, options: str | None
) -> list[str]:
    """The lines of the file afterwards.

    Args:
        exclusive: no other line stays.
        options: replace those that are written with the keys.
    """
    keys = {key.identity: key if options is None else replace(key, options=options) for key in wanted}
    result: list[str] = []
    seen: set[tuple[str, str]] = set()
    for line in lines:
        key = parse_key(line)
        if key is not None and key.identity in keys:
            if present and key.identity not in seen:
                result.append(line if key == keys[key.identity] else keys[key.identity].text)
                seen.add(key.identity)
        elif not (exclusive and present):
            result.append(line)
    if present:
        result += [key.text for identity, key in keys.items() if identity not in seen]
    return result
