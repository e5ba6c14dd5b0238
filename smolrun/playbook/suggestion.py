"""\"Did you mean ...?\""""

import difflib
from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant; None where nothing is near enough."""
    candidates = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(word.lower().replace("-", "_"), candidates, n=1, cutoff=0.7)
    return candidates[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint that names the near word."""
    found = near(word, known)
    return f"did you mean '{found}'?" if found else None
