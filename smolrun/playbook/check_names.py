"""Variables that nothing could set."""

import re
from typing import TYPE_CHECKING

from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.known_names import MAGIC, KnownNames
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.suggestion import MISSPELT, Slips, near
from smolrun.playbook.texts import Text
from smolrun.playbook.unknowns import Unknowns
from smolrun.playbook.walk import Visit

if TYPE_CHECKING:
    from smolrun.templating.analysis import Analysis  # imported with Jinja2, where there are templates

_WORD = re.compile(r"[A-Za-z_]\w*")
_HINT = "set it, or pass it on the command line: -e {}=…"


@dataclass(frozen=True)
class Scope:
    """What templates may name.

    Attributes:
        here: the variables that may be there for one node.
        anywhere: those that may be there where a variable is rendered.
    """

    here: KnownNames
    anywhere: KnownNames


class NameCheck:
    """Looks at the names in templates.

    Args:
        anywhere: the variables that may be there for any template of the playbook.
        mistakes: where variables are noted that nothing sets.
        unknowns: is told of those that only something unknown could set.
    """

    def __init__(self, anywhere: KnownNames, mistakes: Mistakes, unknowns: Unknowns | None) -> None:
        self.mistakes = mistakes
        self._names = anywhere.names | MAGIC
        self._slips = Slips(self._names)
        self._meant: dict[tuple[str, bool], str | None] = {}
        self._unknowns = unknowns if unknowns is not None else Unknowns()

    def check(self, found: "Analysis", text: Text, visit: Visit | None, scope: Scope, *, certain: bool) -> None:
        """Notes the variables of a text; where something unknown may set more, only those that look misspelt.

        Args:
            certain: the text is rendered in every run.
        """
        known = scope.anywhere if text.evaluated == "lazy" else scope.here
        more = known.unknown_sources and text.evaluated != "load"  # `hosts` sees no variables of hosts
        guards: frozenset[str] | None = None
        note = self.mistakes.error if certain and not more else self.mistakes.warning
        for used in found.names:
            name = used.name
            if used.guarded or name in known:
                continue
            guards = _guarding(text, visit) if guards is None else guards
            if name in guards:
                continue
            no_loop = name == "item" and text.evaluated != "lazy"
            meant = self._near(name, more=more)
            if more and meant is None:
                self._unknowns.add("variable", name, used.location)
                continue
            message = "'item' is set by a loop, and this has none" if no_loop else f"nothing sets the variable '{name}'"
            instead = f"did you mean '{meant}'?" if meant else None if no_loop else _HINT.format(name)
            note("undefined-variable", message, used.location, instead)

    def _near(self, name: str, *, more: bool) -> str | None:
        """The known name that was probably meant: where more names may exist, only a slip of one letter counts."""
        if name in self._names:  # of another task or play
            return None
        key = (name, more)
        if key not in self._meant:
            self._meant[key] = self._slips.meant_by(name) if more else near(name, self._names, MISSPELT)
        return self._meant[key]


def _guarding(text: Text, visit: Visit | None) -> frozenset[str]:
    """The words in the conditions that are decided before: what they speak of, they may be guarding."""
    if visit is None:
        return frozenset()
    conditions = [condition for parent in visit.parents for condition in getattr(parent, "when", ())]
    if text.evaluated != "first":
        conditions += [condition for condition in getattr(visit.node, "when", ()) if condition is not text.text]
    return frozenset(word for condition in conditions for word in _WORD.findall(str(condition)))
