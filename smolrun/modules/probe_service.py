"""``probe_service``: whether a service runs, and starts by itself."""

from typing import Literal

from pydantic import Field

from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.probes.watching import ProbeArguments, Seen, watch
from smolrun.modules.services.reading import Service, ServiceNotFoundError, read_service, service_in
from smolrun.source.coercions import Boolean, Text


class ProbeServiceArguments(ProbeArguments):
    """See that a service runs or not, and whether it starts with the guest.

    Example:
        ```yaml
        - probe_service:
            name: nginx
            enabled: true
            within: 20
        - probe_service: {name: telnetd, state: absent}
        ```

    Returns: ``state``, ``enabled``, ``problems``, ``looks``, ``elapsed``. Never ``changed``.

    The guest needs: systemd, OpenRC, or scripts in ``/etc/init.d``.
    """

    name: Text = Field(description="The service")
    state: Literal["started", "stopped", "absent"] = Field("started", description="What it has to be")
    enabled: Boolean | None = Field(None, description="Whether it has to start with the guest; nothing said: either")
    scope: Literal["system", "user", "global"] = Field("system", description="Whose services of systemd")


def run(arguments: ProbeServiceArguments, task: TaskContext) -> ModuleResult:
    scope = "" if arguments.scope == "system" else f"--{arguments.scope}"

    def look() -> Seen:
        raw = read_service(arguments.name, task, scope=scope)
        try:
            service = service_in(arguments.name, raw, task)
        except ServiceNotFoundError:
            problems = () if arguments.state == "absent" else ("there is no such service",)
            return Seen(problems, {"state": "absent", "enabled": False})
        state = "started" if service.runs else "stopped"
        return Seen(tuple(_problems(arguments, service, state)), {"state": state, "enabled": service.enabled})

    return watch(arguments, task, f"service {arguments.name}", look)


def _problems(arguments: ProbeServiceArguments, service: Service, state: str) -> list[str]:
    problems = []
    if state != arguments.state:
        detail = service.status.get("SubState", "") if service.status else ""
        problems.append(f"it is {state}" + (f" ({detail})" if detail and detail not in ("running", "dead") else ""))
    if arguments.enabled is not None and service.enabled is not None and service.enabled != arguments.enabled:
        problems.append("it starts with the guest" if service.enabled else "it does not start with the guest")
    return problems


MODULE = Module(ProbeServiceArguments, run, collection="smolrun", check_mode="always", own_limit=True)
