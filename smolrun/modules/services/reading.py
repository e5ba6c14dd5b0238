"""What a service is and does."""

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import TaskContext
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.asking import ask

ENABLED = frozenset({"alias", "enabled", "generated", "static"})
"""What ``systemctl is-enabled`` says of a unit that starts by itself, or that nobody need enable."""

RUNNING = frozenset({"activating", "active", "reloading", "refreshing"})


class ServiceNotFoundError(ModuleError):
    """The guest has no such service."""


@dataclass(frozen=True)
class Service:
    """A service as it is.

    Attributes:
        runs, enabled, masked: None where it cannot be told.
        offline: nothing can be started now (systemd is installed, but does not run).
    """

    name: str
    manager: str
    runs: bool | None
    enabled: bool | None
    masked: bool = False
    offline: bool = False
    status: dict[str, str] | None = None


def read_service(
    name: str | None, task: TaskContext, *, use: str = "auto", scope: str = "", pattern: str = "", reload: bool = False
) -> RawFacts:
    """What the guest tells of a service; `service_in` understands it.

    Args:
        use: the manager of services, or ``auto``.
        scope: a flag of systemctl, such as ``--user``.
        pattern: of ps(1), for services that cannot tell whether they run.
        reload: have systemd read its units again first.
    """
    variables = {
        "name": name or "",
        "scope": scope,
        "use": use,
        "pattern": pattern,
        "reload": "yes" if reload else "",
    }
    return ask(task, "service_state", arguments=variables, reads=not reload)


def service_in(name: str, raw: RawFacts, task: TaskContext, *, runlevel: str | None = None) -> Service:
    """The service as `read_service` found it. Raises `ServiceNotFoundError`.

    Args:
        runlevel: of OpenRC, in which it counts as enabled; any by default.
    """
    manager = raw.text("manager")
    if manager == "systemd":
        service = _unit(name, raw, task)
    else:
        if not raw.text("found"):
            raise ServiceNotFoundError(
                f"Could not find the requested service {name} on {task.host}: no /etc/init.d/{name}"
            )
        enabled = bool(raw.text("enabled"))
        if manager == "openrc":
            levels = _runlevels(name, raw.text("runlevels"))
            enabled = bool(levels) if runlevel is None else runlevel in levels
        service = Service(name, manager, raw.number("status_code") == 0, enabled)
    if raw.text("matched"):
        return Service(name, manager, raw.text("matched") == "yes", service.enabled, service.masked)
    return service


def _unit(name: str, raw: RawFacts, task: TaskContext) -> Service:
    status = dict(line.split("=", 1) for line in raw.text("show").splitlines() if "=" in line)
    is_enabled = (raw.text("is_enabled").splitlines() or [""])[-1].strip()
    offline = bool(raw.text("offline"))
    if not offline and status.get("LoadState") == "not-found":
        known = f"there is no unit of that name on {task.host}"
        raise ServiceNotFoundError(f"Could not find the requested service {name}: {known}")
    if offline and ("No such file" in is_enabled or "not found" in is_enabled):
        raise ServiceNotFoundError(f"Could not find the requested service {name} on {task.host}")
    masked = status.get("LoadState") == "masked" or is_enabled.startswith("masked")
    runs = status.get("ActiveState") in RUNNING
    return Service(name, "systemd", runs, is_enabled in ENABLED, masked, offline, status)


def _runlevels(name: str, table: str) -> list[str]:
    """Those of a service, in the table of ``rc-update show``."""
    rows = (line.partition("|") for line in table.splitlines())
    return [level for found, _, levels in rows if found.strip() == name for level in levels.split()]
