"""``ansible_failed_task``: the task that a ``rescue`` takes up, as a mapping of what was written."""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.plan import PlannedTask


def failed_task(planned: PlannedTask) -> Mapping[str, Any]:
    """The keywords of the task under Ansible's names. Arguments and conditions are shown as they were written."""
    task, keywords = planned.task, planned.keywords
    values: dict[str, Any] = {
        "name": planned.reference.name if task.name is not None else "",
        "action": task.module,
        "args": dict(task.arguments),
        "when": list(keywords.when),
        "tags": sorted(planned.tags),
        "vars": dict(task.vars),
        "register": task.register_as,
        "notify": list(keywords.notify),
        "until": list(task.until),
        "retries": task.retries,
        "delay": task.delay,
        "changed_when": list(task.changed_when or ()),
        "failed_when": list(task.failed_when or ()),
        "loop": task.loop.terms if task.loop is not None else None,
        "loop_with": task.loop.lookup if task.loop is not None else None,
    }
    inherited = ("ignore_errors", "ignore_unreachable", "become", "become_user", "become_method", "delegate_to",
                 "delegate_facts", "run_once", "check_mode", "diff", "no_log", "throttle", "timeout",
                 "any_errors_fatal", "connection", "remote_user", "port")  # fmt: skip
    return values | {name: getattr(keywords, name) for name in inherited}
