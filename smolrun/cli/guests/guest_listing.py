"""The guests that are there, for people and for programs."""

import time
from collections.abc import Iterable
from typing import Any

from smolrun.guests.instances.folder import Instance
from smolrun.guests.login import KNOWN_HOSTS
from smolrun.report.recap import seconds


def line(instance: Instance) -> str:
    """One guest in one line."""
    record, reached = instance.record, instance.record.variables
    where = f"{reached['ansible_user']}@{reached['ansible_host']}:{reached['ansible_port']}" if reached else ""
    age = seconds(time.time() - record.created)
    return f"{record.id:<28}  {record.provider:<8}  {state(instance):<11}  {age:>8}  {where}"


def state(instance: Instance) -> str:
    """What a guest is there for."""
    record = instance.record
    if record.is_abandoned:
        return "left behind"
    if record.processes and not any(process.is_alive() for process in record.processes):
        return "ended"
    if not record.variables:
        return "booting"
    return "kept" if record.is_kept else "in a run"


def as_json(instances: Iterable[Instance]) -> str:
    """All guests as a JSON array of objects."""
    import json

    return json.dumps([_fields(instance) for instance in instances], indent=2)


def _fields(instance: Instance) -> dict[str, Any]:
    record, reached = instance.record, instance.record.variables
    return {
        "id": record.id,
        "host": record.name,
        "provider": record.provider,
        "state": state(instance),
        "created": record.created,
        "folder": str(instance.folder),
        "processes": [process.pid for process in record.processes if process.is_alive()],
        "address": reached.get("ansible_host"),
        "port": reached.get("ansible_port"),
        "user": reached.get("ansible_user"),
        # A password is no secret any more once it was printed; whoever may log in with one knows it.
        "key": reached.get("ansible_ssh_private_key_file"),
        "host_key": reached.get("ansible_host_key"),
        "known_hosts": str(instance.folder / KNOWN_HOSTS) if reached else None,
    }
