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
