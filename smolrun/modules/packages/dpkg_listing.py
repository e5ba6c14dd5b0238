"""What dpkg knows of packages, kept between the tasks on one guest for as long as dpkg's files there are the same.

dpkg reads all it knows for each question, 9 ms of the guest's time; to see whether it has changed is a system call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

from smolrun.connection.port import Connection
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.packages.debian_names import Installed, Wanted, parse_installed


@dataclass
class KeptListing:
    """What was told of one guest.

    Attributes:
        asked: it was asked before. The second question is for all packages, since there may be more of them.
        stamp: what `packages` is known for; empty while they are not.
        packages: all, by their names.
    """

    asked: bool = False
    stamp: str = ""
    packages: dict[str, list[Installed]] = field(default_factory=dict)

    def question(self) -> dict[str, str]:
        """Variables of ``apt_state.sh``."""
        whole, self.asked = self.asked, True
        return {"whole": "yes" if whole else "", "known": self.stamp or "none"}

    def answer(self, raw: RawFacts, question: Mapping[str, str], words: Sequence[Wanted]) -> list[Installed]:
        """The packages that the words may mean, of what ``apt_state.sh`` told."""
        told = next((text for name, text in raw.pairs if name == "installed"), None)
        if told is None:
            return self._of(self.packages, words)
        packages: dict[str, list[Installed]] = {}
        for package in parse_installed(told):
            packages.setdefault(package.name, []).append(package)
        if question["whole"] and packages:
            self.stamp, self.packages = raw.text("stamp"), packages
        return self._of(packages, words)

    def _of(self, packages: Mapping[str, list[Installed]], words: Sequence[Wanted]) -> list[Installed]:
        if any(word.is_pattern for word in words):
            return [package for same in packages.values() for package in same]
        names = dict.fromkeys(word.name for word in words)
        return [package for name in names for package in packages.get(name, ())]


def kept_listing(connection: Connection) -> KeptListing:
    """What is kept of the guest at the other end."""
    kept = connection.kept.setdefault("dpkg listing", KeptListing())
    assert isinstance(kept, KeptListing)
    return kept
