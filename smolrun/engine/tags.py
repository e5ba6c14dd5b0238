"""Which tasks ``--tags`` and ``--skip-tags`` choose (Ansible's documentation, "Tags")."""

from collections.abc import Iterable

from smolrun.lazy_dataclass import dataclass


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
        return self._asked_for(tags) and not self._skipped(tags)

    def _asked_for(self, tags: frozenset[str]) -> bool:
        if "always" in tags:
            return True
        if "never" in tags and not (tags & self.only):
            return False
        if "all" in self.only or tags & self.only:
            return True
        return ("tagged" if tags - {"never"} else "untagged") in self.only

    def _skipped(self, tags: frozenset[str]) -> bool:
        if not self.skip:
            return False
        if "all" in self.skip and not ("always" in tags and "always" not in self.skip):
            return True
        if tags & self.skip:
            return True
        return ("tagged" if tags else "untagged") in self.skip


def split(tags: Iterable[str]) -> frozenset[str]:
    """The single tags of texts that may each hold several, separated by commas."""
    return frozenset(word for text in tags for part in str(text).split(",") if (word := part.strip()))
