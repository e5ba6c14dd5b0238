"""Takes secrets out of what is about to become an event."""

import base64
import json
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote, quote_plus

from smolrun.lazy_dataclass import dataclass
from smolrun.shortening import is_cut, pieces

MASK = "********"
SHORTEST = 4
"""Characters; anything shorter stands in ordinary text too often to be masked."""

CENSORED = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"


@dataclass(frozen=True)
class _Known:
    """What is looked for: all forms of all secrets, at one moment."""

    forms: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    longest: int = 0


class Redactor:
    """Knows the secrets of a run. Variables keep their values; only what is shown goes through here.

    Args:
        revealed: gives the vaulted values that have been opened so far.

    Attributes:
        on_short: told once of each secret that is too short to be masked; gets its length, not the secret.
    """

    def __init__(self, revealed: Callable[[], Collection[str]] | None = None) -> None:
        self.on_short: Callable[[int], None] | None = None
        self._revealed = revealed
        self._taken_over = 0
        self._secrets: set[str] = set()
        self._forms: set[str] = set()
        self._known: _Known | None = _Known()  # None: to be worked out anew
        self._lock = Lock()

    def add(self, secret: object) -> None:
        """Hide this from now on, in every form that is likely to come up."""
        text = str(secret) if secret is not None else ""
        if not text or text in self._secrets:
            return
        forms = forms_of(text)
        with self._lock:
            self._secrets.add(text)
            self._forms |= forms
            self._known = None
        if len(text.strip()) < SHORTEST and self.on_short is not None:
            self.on_short(len(text))

    @property
    def longest(self) -> int:
        """Characters of the longest form of any secret."""
        return self._looked_for().longest

    def _looked_for(self) -> _Known:
        known = self._known
        if known is None:
            with self._lock:
                forms = tuple(sorted(self._forms, key=len, reverse=True))
                known = self._known = _Known(forms, _pattern(forms), len(forms[0]) if forms else 0)
        return known

    def _take_over(self) -> None:
        """Add the vaulted values that have been opened since the last time."""
        if self._revealed is None or len(self._revealed()) == self._taken_over:
            return
        revealed = tuple(self._revealed())
        for secret in revealed:
            self.add(secret)
        self._taken_over = len(revealed)  # only now: another thread must not show one that is still to be added

    def text(self, text: str) -> str:
        self._take_over()
        known = self._looked_for()
        if known.pattern is None:
            return text
        masked = known.pattern.sub(MASK, text)
        return _without_parts(masked, known.forms) if is_cut(masked) else masked

    def data(self, value: Any) -> Any:
        """`value` with every text in it redacted, keys included; itself where there is nothing to hide."""
        self._take_over()
        return value if self._looked_for().pattern is None else self._walk(value)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._walk(key): self._walk(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._walk(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in self._secrets:
            return MASK if len(str(value)) >= SHORTEST else value
        return value


def _without_parts(text: str, forms: Collection[str]) -> str:
    """The text without what is left of secrets that were cut in two: before the mark a beginning, behind it an end."""
    parts = pieces(text)
    reversed_forms = [form[::-1] for form in forms]
    for number in range(0, len(parts), 2):
        piece = parts[number]
        before = max((_overlap(piece, form) for form in forms), default=0) if number < len(parts) - 1 else 0
        rest = piece[: len(piece) - before]
        behind = max((_overlap(rest[::-1], form) for form in reversed_forms), default=0) if number else 0
        parts[number] = (MASK if behind else "") + rest[behind:] + (MASK if before else "")
    return "".join(parts)


def _overlap(text: str, form: str) -> int:
    """How many characters at the end of the text are the beginning of the form; 0 for fewer than `SHORTEST`."""
    last = text[-SHORTEST:]
    at = form.rfind(last) if len(last) == SHORTEST else -1
    while at >= 0:
        length = at + SHORTEST
        if text.endswith(form[:length]):
            return length
        at = form.rfind(last, 0, length - 1)
    return 0


def _pattern(longest_first: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = "|".join(map(re.escape, longest_first))
    return re.compile(alternatives) if alternatives else None


def forms_of(secret: str) -> set[str]:
    """`secret` as it is, shell-quoted, in base64, URL-encoded and escaped as in JSON; each line of it, too.

    Base64 depends on what stands before: the part that is the same at each of the three offsets is given for all.
    """
    pieces = {secret, secret.strip(), *(line.strip() for line in secret.splitlines())}
    forms: set[str] = set()
    for piece in pieces:
        if len(piece) < SHORTEST:
            continue
        # A quoted word's own quotes need no hiding: without them, its inside is found within longer words as well.
        forms |= {piece, shlex.quote(piece), shlex.quote(piece).strip("'")}
        forms |= {quote(piece, safe=""), quote(piece), quote_plus(piece)}
        forms |= {json.dumps(piece)[1:-1], json.dumps(piece, ensure_ascii=False)[1:-1], repr(piece)[1:-1]}
        forms |= _base64_forms(piece.encode())
    return {form for form in forms if len(form) >= SHORTEST}


def _base64_forms(content: bytes) -> set[str]:
    forms = {base64.b64encode(content).decode(), base64.urlsafe_b64encode(content).decode()}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + content)
        start = (offset * 8 + 5) // 6  # the first character that no byte before the secret has a part in
        whole = (offset + len(content)) * 8 // 6  # and the last that no byte after it has
        middle = encoded[start:whole].decode()
        if len(middle) >= 2 * SHORTEST:
            forms |= {middle, middle.replace("+", "-").replace("/", "_")}
    return forms
