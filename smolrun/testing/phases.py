"""The phases of a test, in order, and what each has to show."""

from enum import Enum

from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Playbook


class Phase(Enum):
    """Attributes:
    about: what has to be true at its end.
    """

    PREPARE = ("prepare", "the guest is as the playbook expects to find it")
    CONVERGE = ("converge", "the playbook runs to its end")
    AGAIN = ("converge again", "nothing changes the second time")
    CHECK = ("check", "check mode finds nothing left to do")
    VERIFY = ("verify", "the guest does what it was set up for")

    def __init__(self, title: str, about: str) -> None:
        self.title = title
        self.about = about


@dataclass(frozen=True)
class Plan:
    """What is tested.

    Attributes:
        playbooks: what converges.
        prepare: runs once before, where something has to be there first.
        verify: looks at what has become of the guest.
    """

    playbooks: tuple[Playbook, ...]
    prepare: tuple[Playbook, ...] = ()
    verify: tuple[Playbook, ...] = ()

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Those that there is something to run for."""
        left_out = {Phase.PREPARE: not self.prepare, Phase.VERIFY: not self.verify}
        return tuple(phase for phase in Phase if not left_out.get(phase, False))

    def of(self, phase: Phase) -> tuple[Playbook, ...]:
        """What a phase runs."""
        return {Phase.PREPARE: self.prepare, Phase.VERIFY: self.verify}.get(phase, self.playbooks)
