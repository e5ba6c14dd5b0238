"""``service_facts``: the services of a guest."""

from typing import Any

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.asking import ask

BAD_STATES = frozenset({"failed", "masked", "not-found"})


class ServiceFactsArguments(Arguments):
    """Tell the services of a guest as the fact ``services``.

    Example:
        ```yaml
        - service_facts:
        - debug:
            msg: nginx runs
          when: ansible_facts.services['nginx.service'].state | default('') == 'running'
        ```

    Returns: ``ansible_facts.services``: by name, each with ``name``, ``state``, ``status`` and ``source``. Never
    ``changed``.

    The guest needs: `systemctl`, `rc-status` or scripts in ``/etc/init.d``.
    """


def run(arguments: ServiceFactsArguments, task: TaskContext) -> ModuleResult:
    services = services_of(ask(task, "service_list"))
    return ModuleResult(ansible_facts={"services": services}, values={"ansible_facts": {"services": services}})


def services_of(raw: RawFacts) -> dict[str, dict[str, Any]]:
    """Every service by its name."""
    services: dict[str, dict[str, Any]] = {}
    for line in raw.text("units").splitlines():
        words = line.split()
        if len(words) >= 4:
            name, load, active, sub = words[:4]
            status = next((word for word in (load, active, sub) if word in BAD_STATES), active)
            state = "running" if sub == "running" else "stopped"
            services[name] = {"name": name, "state": state, "status": status, "source": "systemd"}
    for line in raw.text("unit_files").splitlines():
        words = line.split()
        if len(words) >= 2:
            known = services.setdefault(
                words[0], {"name": words[0], "state": "inactive", "status": words[1], "source": "systemd"}
            )
            if known["status"] not in BAD_STATES:
                known["status"] = words[1]
    for line in raw.texts("sysv"):
        name, _, state = line.rpartition(" ")
        unit = services.get(f"{name}.service", {}).get("state", "stopped")
        word = state if state != "unknown" else "running" if unit == "running" else "stopped"
        services[name] = {"name": name, "state": word, "source": "sysv"}
    for line in raw.text("openrc").splitlines():
        name, bracket, rest = line.strip().partition("[")
        if bracket and name.strip():
            state = rest.strip(" ]").split()[0] if rest.strip(" ]") else "unknown"
            word = "running" if state == "started" else state
            services[name.strip()] = {"name": name.strip(), "state": word, "source": "openrc"}
    return services


MODULE = Module(ServiceFactsArguments, run, check_mode="always")
