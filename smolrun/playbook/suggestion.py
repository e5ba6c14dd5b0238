"""\"Did you mean ...?\""""

import difflib
from collections.abc import Iterable

NEAR_ENOUGH = 0.7
MISSPELT = 0.84
"""From here on it is one letter in six or so: no other word, but the same one misspelt."""


def near(word: str, known: Iterable[str], likeness: float = NEAR_ENOUGH) -> str | None:
    """The known word that was probably meant; None where nothing is near enough.

    Parameters:
        likeness: the least ratio of letters in common, of all letters (`difflib.SequenceMatcher.ratio`).
    """
    candidates = {candidate.lower(): candidate for candidate in known}
    wanted = word.lower().replace("-", "_")
    found = difflib.get_close_matches(wanted, candidates, n=1, cutoff=likeness)
    # Two letters in the wrong order are the commonest slip in short words, and no near match by ratio.
    found = found or [name for name in candidates if len(name) > 2 and sorted(name) == sorted(wanted)]
    return candidates[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint that names the near word."""
    found = near(word, known)
    return f"did you mean '{found}'?" if found else None


class Slips:
    """Finds the known word that another is but for one letter: left out, doubled, wrong, or exchanged with the next.

    A last letter more or less is a plural, and digits tell things apart: these are words of their own.

    Args:
        known: a large repository has thousands of variables, so they are kept by first letter and length.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known: dict[tuple[str, int], list[str]] = {}
        for word in known:
            self._known.setdefault((word[:1], len(word)), []).append(word)

    def meant_by(self, word: str) -> str | None:
        near = (word[:1], len(word))
        candidates = (known for more in (0, -1, 1) for known in self._known.get((near[0], near[1] + more), ()))
        return next((known for known in candidates if len(word) > 4 and _is_slip(word, known)), None)


def _is_slip(word: str, meant: str) -> bool:
    if word == meant:
        return False
    start = _in_common(word, meant)
    end = _in_common(word[start:][::-1], meant[start:][::-1])
    wrong, right = word[start : len(word) - end], meant[start : len(meant) - end]
    if end == 0 or any(letter.isdigit() for letter in wrong + right):
        return False
    return max(len(wrong), len(right)) == 1 or (len(wrong) == 2 and wrong == right[::-1])


def _in_common(one: str, other: str) -> int:
    """How many letters both begin with."""
    different = (number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(different, min(len(one), len(other)))
