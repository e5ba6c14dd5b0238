"""What the tools of alternatives tell of a name: Debian's ``update-alternatives``, Red Hat's ``alternatives``."""

import re
from dataclasses import field

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.facts.raw import RawFacts


@dataclass(frozen=True)
class Follower:
    """A link that is switched together with the name; a subcommand, a slave."""

    name: str
    link: str | None
    path: str


@dataclass(frozen=True)
class Alternative:
    """One of the programs that a name may stand for."""

    priority: int
    family: str | None = None
    followers: frozenset[Follower] = frozenset()


@dataclass(frozen=True)
class Known:
    """What is known of a name.

    Attributes:
        link: the link that is managed.
        value: the path that it stands for.
        manual: that was chosen, rather than by priorities.
        alternatives: by their paths.
    """

    link: str | None = None
    value: str | None = None
    manual: bool = False
    alternatives: dict[str, Alternative] = field(default_factory=dict)


def known_of(raw: RawFacts) -> Known:
    """From ``--query`` (update-alternatives(1), QUERY FORMAT), or what ``--display`` of Red Hat's tool says."""
    return _queried(raw.text("query")) if raw.text("query") else _displayed(raw.text("display"))


def _queried(text: str) -> Known:
    head, *blocks = ((_words(block), _followers(block)) for block in text.split("\n\n"))
    words, links = head
    value = words.get("Value")
    return Known(
        words.get("Link"),
        None if value == "none" else value,
        words.get("Status") == "manual",
        {
            words["Alternative"]: Alternative(
                int(words["Priority"]),
                followers=frozenset(Follower(name, links.get(name), path) for name, path in followers.items()),
            )
            for words, followers in blocks
            if "Alternative" in words
        },
    )


def _words(block: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+): (.*)$", block, re.M))


def _followers(block: str) -> dict[str, str]:
    """The lines below ``Slaves:``, each a name and a path."""
    return dict(re.findall(r"^ (\S+) (.+)$", block, re.M))


def _displayed(text: str) -> Known:
    head, *rest = re.split(r"^(?=/)", text, flags=re.M)
    links = dict(re.findall(r"^\s*(?:slave|follower) (\S+) is (.+)$", head, re.M))
    alternatives = {}
    for block in rest:
        found = re.match(r"(/\S+) - (?:family (\S+) )?priority (-?\d+)", block)
        if found is None:
            continue
        followers = re.findall(r"^\s+(?:slave|follower) (\S+): (?!\(null\))(.+)$", block, re.M)
        alternatives[found[1]] = Alternative(
            int(found[3]), found[2], frozenset(Follower(name, links.get(name), path) for name, path in followers)
        )
    link = re.search(r"^\s*link \w+ is (.+)$", head, re.M)
    value = re.search(r"link currently points to (\S+)", head + "".join(rest))
    return Known(link and link[1], value and value[1], "manual" in head, alternatives)
