"""What ufw keeps in its files (ufw(8), ufw-framework(8)): policies, the level of its log, and rules."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.facts.raw import RawFacts, shell_assignments

POLICIES = {"incoming": "DEFAULT_INPUT_POLICY", "outgoing": "DEFAULT_OUTPUT_POLICY", "routed": "DEFAULT_FORWARD_POLICY"}
WORDS = {"ACCEPT": "allow", "DROP": "deny", "REJECT": "reject"}
_TUPLE = re.compile(r"^### tuple ### (.*)$", re.MULTILINE)
_COMMENT = re.compile(r" comment=([0-9a-f]+)$")
_NUMBERED = re.compile(r"\[ *(?P<number>\d+)\] (?P<rule>.*)")


@dataclass(frozen=True)
class Settings:
    """The firewall as it was told to be.

    Attributes:
        active: it works at present; None where nobody asked.
        at_boot: it is begun with the guest.
        policies: ``allow``, ``deny`` or ``reject``, by direction (``incoming``).
        level: of the log: ``off``, ``low``, …; empty where it is not known.
        rules: in the form that ufw keeps them in, those for IPv4.
        rules6: those for IPv6.
    """

    active: bool | None
    at_boot: bool
    policies: Mapping[str, str]
    level: str
    rules: tuple[str, ...] = ()
    rules6: tuple[str, ...] = ()

    @classmethod
    def told(cls, raw: RawFacts, when: str) -> "Settings":
        """Those that the guest told under names that begin with `when`."""
        defaults = shell_assignments(raw.text(f"{when}_defaults"))
        boot = shell_assignments(raw.text(f"{when}_boot"))
        status = raw.text(f"{when}_status")
        return cls(
            active=status.startswith("Status: active") if status else None,
            at_boot=boot.get("ENABLED", "").lower() == "yes",
            policies={direction: WORDS.get(defaults.get(name, "").upper(), "") for direction, name in POLICIES.items()},
            level=boot.get("LOGLEVEL", "").lower(),
            rules=_rules("\n".join(raw.texts(f"{when}_user"))),
            rules6=_rules("\n".join(raw.texts(f"{when}_user6"))),
        )

    def with_policy(self, direction: str, policy: str) -> "Settings":
        return replace(self, policies={**self.policies, direction: policy})

    def with_level(self, wanted: str) -> "Settings":
        """After ``ufw logging``, which leaves a level alone that is asked to be ``on``."""
        on = self.level if self.level not in ("", "off") else "low"
        return replace(self, level=on if wanted == "on" else wanted)

    def after(self, dry_run: str) -> "Settings":
        """After what ``ufw --dry-run`` printed: whole files of rules, none for what stays as it is."""
        result = self
        for table in re.split(r"^\*filter$", dry_run, flags=re.MULTILINE)[1:]:
            six = ":ufw6-" in table
            result = replace(result, rules6=_rules(table)) if six else replace(result, rules=_rules(table))
        return result

    def shown(self) -> str:
        """For people."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        if self.active is not None:
            yield f"status: {'active' if self.active else 'inactive'}"
        yield f"at boot: {'yes' if self.at_boot else 'no'}"
        yield f"logging: {self.level}"
        for direction, policy in self.policies.items():
            yield f"default: {policy} ({direction})"
        for rule in (*self.rules, *self.rules6):
            yield _COMMENT.sub(lambda found: f" # {_decoded(found[1])}", rule)


def _decoded(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode("utf-8", "replace")
    except ValueError:  # an odd number of them: written by hand
        return digits


def _rules(text: str) -> tuple[str, ...]:
    return tuple(_TUPLE.findall(text))


def place(insert: int, relative_to: str, numbered: str) -> int | None:
    """The number that a rule is inserted as; None where it comes last.

    Args:
        insert: counted from `relative_to`.
        relative_to: ``first-ipv4``, ``last-ipv4``, ``first-ipv6`` or ``last-ipv6``.
        numbered: what ``ufw status numbered`` says.
    """
    found = list(map(_NUMBERED.match, numbered.splitlines()))
    rules = [(int(match["number"]), is_six(match["rule"])) for match in found if match]
    fours, sixes = ([number for number, six in rules if six is wanted] for wanted in (False, True))
    last = max((number for number, _ in rules), default=0)
    start = {
        "first-ipv4": 1,
        "last-ipv4": max(fours, default=1),
        "first-ipv6": min(sixes, default=max(fours, default=0) + 1),
        "last-ipv6": max(sixes, default=last + 1),
    }[relative_to]
    return insert + start if insert + start <= last else None


def is_six(rule: str) -> bool:
    """Whether a line of ``ufw status`` is about IPv6."""
    return "(v6)" in rule or any(map(_is_address_six, rule.partition(" # ")[0].split()))


def _is_address_six(word: str) -> bool:
    try:
        return ipaddress.ip_interface(word).version == 6
    except ValueError:
        return False
