"""What a provider of machines does: it gives a guest to connect to, and takes it away again."""

from collections.abc import Mapping
from typing import Any, Protocol

from smolrun.deadline import Deadline


class Guest(Protocol):
    """A machine that exists for the length of a run."""

    @property
    def name(self) -> str:
        """The inventory name of its host."""
        ...

    @property
    def notice(self) -> str:
        """What the user must know before trusting it, one sentence; empty where there is nothing to say."""
        ...

    @property
    def refuses_become(self) -> str | None:
        """Why commands cannot be run as another user, or None where they can."""
        ...

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
