"""What a provider of machines does: it gives a guest to connect to, and takes it away again."""

from collections.abc import Mapping
from typing import Any, Protocol

from smolrun.deadline import Deadline


class Guest(Protocol):
    """A machine that exists for the length of a run.

    Attributes:
        name: the inventory name of its host.
        notice: what the user must know before trusting it, one sentence; empty where there is nothing to say.
        refuses_become: why commands cannot be run as another user, or None where they can.
    """

    name: str
    notice: str
    refuses_become: str | None

    def start(self, deadline: Deadline) -> Mapping[str, Any]:
        """Bring it up and say how to reach it.

        Returns:
            Connection variables of its host, under Ansible's names (``ansible_host``, ``ansible_port``, …).

        Raises:
            SmolVMError: it could not be started; nothing is left behind.
        """
        ...

    def stop(self) -> None:
        """End it and all that runs on it, and remove what it left on this machine. Harmless when repeated."""
        ...
