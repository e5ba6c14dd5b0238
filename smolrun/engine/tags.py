"""Which tasks ``--tags`` and ``--skip-tags`` choose (Ansible's documentation, "Tags")."""

from collections.abc import Iterable

from smolrun.lazy_dataclass import dataclass

UNTAGGED = frozenset({"untagged"})
"""What a task without tags counts as having."""


@dataclass(frozen=True)
class TagSelection:
    """The two flags.

    Attributes:
        only: ``--tags``.
        skip: ``--skip-tags``.
    """

    only: frozenset[str] = frozenset({"all"})
    skip: frozenset[str] = frozenset()

    @classmethod
    def of(cls, only: Iterable[str], skip: Iterable[str]) -> "TagSelection":
        """From the flags as given: several times, each a list with commas; no ``--tags`` means ``all``."""
        return cls(split(only) or frozenset({"all"}), split(skip))

    def chooses(self, tags: frozenset[str]) -> bool:
        """Whether a task with these tags (inherited ones included) is to run."""
        words = tags or UNTAGGED
        return self._asked_for(words) and not self._skipped(words)

    def _asked_for(self, words: frozenset[str]) -> bool:
        if "always" in words or words & self.only:
            return True
        if "never" in words:
            return False
        return "all" in self.only or ("tagged" in self.only and words != UNTAGGED)

    def _skipped(self, words: frozenset[str]) -> bool:
        if "all" in self.skip:  # whatever else is to be skipped, then
            return "always" not in words or "always" in self.skip
        return bool(words & self.skip) or ("tagged" in self.skip and words != UNTAGGED)


def split(tags: Iterable[str]) -> frozenset[str]:
    """The single tags of texts that may each hold several, separated by commas."""
    return frozenset(word for text in tags for part in str(text).split(",") if (word := part.strip()))
