"""What is written down of a machine before it is made, and while it is there."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from smolrun.guests.instances.process import ProcessMark


class InstanceRecord(BaseModel):
    """Attributes:
    id: names the folder, and the machine where its provider can name it.
    provider: what made it.
    name: of its host.
    created: in seconds since the epoch.
    owner: the run that will take it away; None where it is to stay.
    processes: those that the machine is made of, where it is.
    variables: how to reach it; empty while it boots.
    details: what its provider needs to take it away.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    provider: str
    name: str
    created: float
    owner: ProcessMark | None = None
    processes: tuple[ProcessMark, ...] = ()
    variables: dict[str, Any] = {}
    details: dict[str, Any] = {}

    @property
    def is_kept(self) -> bool:
        return self.owner is None

    @property
    def is_abandoned(self) -> bool:
        """The run that was to take it away has ended without doing so."""
        return self.owner is not None and not self.owner.is_alive()
