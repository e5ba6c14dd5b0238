"""The arguments of the modules for services."""

from typing import Literal

from pydantic import AliasChoices, Field, field_validator, model_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Boolean, Integer, Text

State = Literal["reloaded", "restarted", "started", "stopped"]


class UnitArguments(Arguments):
    """What both modules for services take."""

    state: State | None = Field(
        None, description="`started` and `stopped` do nothing where it is so already; the others always act"
    )
    enabled: Boolean | None = Field(None, description="Whether it starts when the guest does")
    masked: Boolean | None = Field(None, description="Whether it can be started at all (systemd)")
    daemon_reload: Boolean = Field(
        False,
        validation_alias=AliasChoices("daemon_reload", "daemon-reload"),
        description="Let systemd read its unit files again first",
    )
    daemon_reexec: Boolean = Field(
        False,
        validation_alias=AliasChoices("daemon_reexec", "daemon-reexec"),
        description="Start systemd itself anew first",
    )
    scope: Literal["global", "system", "user"] = Field("system", description="Whose systemd")
    no_block: Boolean = Field(False, description="Do not wait until it is done (systemd)")
    force: Boolean = Field(False, description="Replace links that are in the way when enabling (systemd)")


class SystemdArguments(UnitArguments):
    """Start, stop, enable and mask a unit of systemd, or have it read its files again.

    Example:
        ```yaml
        - systemd:
            name: nginx
            state: restarted
            enabled: true
            daemon_reload: true
        - systemd:
            daemon_reload: true
        ```

    Returns: ``name``, ``state``, ``enabled``, and ``status``: all that `systemctl show` told beforehand.
    `daemon_reload` alone is no change.

    The guest needs: `systemctl`.
    """

    name: Text | None = Field(
        None,
        validation_alias=AliasChoices("name", "service", "unit"),
        description="The unit; without an ending it is a service",
    )

    @field_validator("name")
    @classmethod
    def _one_unit(cls, value: str | None) -> str | None:
        if value is not None and any(sign in value for sign in "*?["):
            raise mistake("a unit's name has no patterns in it")
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "SystemdArguments":
        if self.name is None and (self.state, self.enabled, self.masked) != (None, None, None):
            raise mistake("`state`, `enabled` and `masked` need `name`, the unit")
        if self.name is None and not (self.daemon_reload or self.daemon_reexec):
            raise mistake("one of `state`, `enabled`, `masked`, `daemon_reload`, `daemon_reexec` is needed")
        return self


class ServiceArguments(UnitArguments):
    """Start, stop and enable a service, whoever manages services on the guest: systemd, OpenRC or System V's init.

    Example:
        ```yaml
        - service:
            name: nginx
            state: started
            enabled: true
        ```

    Returns: ``name``, ``state``, ``enabled``; with systemd ``status`` too.

    The guest needs: `systemctl`, or `rc-service` and `rc-update`, or scripts in ``/etc/init.d`` (and `update-rc.d`
    or `chkconfig` for `enabled`).
    """

    name: Text | None = Field(None, description="The service; only `daemon_reload` goes without, where systemd runs")
    use: Literal["auto", "openrc", "service", "systemd", "sysvinit"] = Field(
        "auto", description="Who manages services; found out by default"
    )
    pattern: Text | None = Field(
        None, description="It runs if this text is in the list of processes; for scripts that do not know `status`"
    )
    arguments: Text = Field(
        "", validation_alias=AliasChoices("arguments", "args"), description="For the script in /etc/init.d"
    )
    runlevel: Text = Field("default", description="Where OpenRC enables it")
    sleep: Integer | None = Field(None, description="Seconds between stopping and starting, when restarting", ge=0)

    @model_validator(mode="after")
    def _says_what(self) -> "ServiceArguments":
        if (self.state, self.enabled, self.masked) == (None, None, None) and not self.daemon_reload:
            raise mistake("`state` or `enabled` is needed")
        if self.name is None and ((self.state, self.enabled, self.masked) != (None, None, None)):
            raise mistake("`state`, `enabled` and `masked` need `name`, the service")
        return self
