"""What a provider of machines does: it makes a guest to connect to, and takes it away again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from smolrun.deadline import Deadline
from smolrun.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from smolrun.guests.instances.folder import Instance, InstanceFolder
    from smolrun.guests.settings import GuestSettings

Began: TypeAlias = Literal["started", "booted", "restored", "reached"]
"""A machine boots, or goes on from a snapshot, or was there already; without a machine, something was started."""
VARIABLE = "guest"
"""The variable of a host that says where it comes from."""


@dataclass(frozen=True)
class Resources:
    """What a guest is made of, and what it has used so far; None where that is not known.

    Attributes:
        began: how it came to be up.
        vcpus: processors.
        memory: in MiB.
        disk: in MiB, where it was asked for.
        cpu_seconds: processor time of this machine.
        peak_memory: of this machine, in MiB.
    """

    began: Began = "reached"
    vcpus: int | None = None
    memory: int | None = None
    disk: int | None = None
    cpu_seconds: float | None = None
    peak_memory: int | None = None


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

    @property
    def resources(self) -> Resources:
        """What it is made of and has used; also before it is up, and after it has gone."""
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

    def keep(self) -> bool:
        """Let it live on when this process ends, and whether it can: `smolrun guest down` will end it."""
        ...


class Provider(Protocol):
    """Makes guests of one kind. Further ones come by the entry points ``smolrun.guests``, each naming an instance."""

    @property
    def settings(self) -> "type[GuestSettings]":
        """What ``guest:`` in an inventory may say for it."""
        ...

    def short(self, detail: str) -> Mapping[str, Any]:
        """The settings that ``--guest NAME:DETAIL`` means. Raises `UsageError`."""
        ...

    def make(self, name: str, settings: Any, instances: "InstanceFolder") -> Guest:
        """A guest, not yet started.

        Args:
            name: of its host.
            settings: an instance of `settings`.
            instances: where a machine that outlives a crash of this process is to be written down.
        """
        ...

    def destroy(self, instance: "Instance") -> None:
        """Take away the machine that another process made, and then the record. Harmless when it is gone already.

        Raises:
            SmolVMError: something of it is still there.
        """
        ...
