"""``provider: existing``: a machine that somebody else makes; it is waited for, and left as it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from smolrun.deadline import Deadline
from smolrun.errors import NotRunError, SmolVMError, UsageError
from smolrun.guests.instances.folder import Instance, InstanceFolder
from smolrun.guests.port import Resources
from smolrun.guests.settings import GuestSettings


class ExistingSettings(GuestSettings):
    """A machine that is there already, or will be."""

    host: str = Field(description="Its name or address")
    port: int = Field(22, ge=1, le=65535, description="Of its SSH server")
    user: str = Field("root", description="Who logs in")
    key: Path | None = Field(None, description="A private key that it lets in")
    password: str | None = Field(None, description="A password that it lets in, instead of a key")
    host_key: str = Field("known_hosts", description="known_hosts, accept-new, insecure or SHA256:…")


class ExistingGuest:
    """See `smolrun.guests.port.Guest`."""

    notice = ""
    refuses_become: str | None = None
    resources = Resources("reached")

    def __init__(self, name: str, settings: ExistingSettings) -> None:
        self.name = name
        self._settings = settings

    def start(self, deadline: Deadline) -> Mapping[str, Any]:
        """Wait until it lets us in. Raises `NotRunError`."""
        from smolrun.ssh.client import SSHClient

        settings = self._settings
        patience = max(0.001, deadline.earliest(settings.boot_timeout).remaining() or 0.0)
        client = SSHClient(
            settings.host, settings.user, settings.port, settings.key, settings.password, host_key=settings.host_key
        )
        try:
            client.wait_for_ssh(timeout=patience)
        except SmolVMError as error:
            raise NotRunError(f"the guest {self.name} cannot be reached: {error.message}", hint=error.hint) from error
        finally:
            client.close()
        variables: dict[str, Any] = {
            "ansible_host": settings.host,
            "ansible_port": settings.port,
            "ansible_user": settings.user,
            "ansible_host_key": settings.host_key,
        }
        if settings.key is not None:
            variables["ansible_ssh_private_key_file"] = str(settings.key)
        if settings.password is not None:
            variables["ansible_password"] = settings.password
        return variables

    def stop(self) -> None:
        """It is not ours to end."""

    def keep(self) -> bool:
        return True


class ExistingProvider:
    """See `smolrun.guests.port.Provider`."""

    settings = ExistingSettings

    def short(self, detail: str) -> Mapping[str, Any]:
        """``existing:[USER@]HOST[:PORT]``."""
        user, _, rest = detail.rpartition("@")
        host, _, port = rest.partition(":")
        if not host or not (port.isdigit() or not port):
            raise UsageError(f"--guest existing:{detail}: expected [USER@]HOST[:PORT]")
        return {"host": host} | ({"port": int(port)} if port else {}) | ({"user": user} if user else {})

    def make(self, name: str, settings: ExistingSettings, instances: InstanceFolder) -> ExistingGuest:
        return ExistingGuest(name, settings)

    def destroy(self, instance: Instance) -> None:
        instance.remove()


PROVIDER = ExistingProvider()
