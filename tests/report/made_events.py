"""Events made by hand, for tests of what is made from them."""

import time
from typing import Any

from smolrun.engine import events

NOW = 1_700_000_000.0


def task(name: str = "Install", module: str = "run", **settings: Any) -> events.TaskReference:
    settings.setdefault("id", name)
    settings.setdefault("place", events.Place(path="site.yml", line=4, column=7))
    return events.TaskReference(name=name, module=module, play="Web", **settings)


def started(the_task: events.TaskReference, *hosts: str) -> events.TaskStarted:
    return events.TaskStarted(time=NOW, task=the_task, hosts=hosts or ("web1",))


def finished(the_task: events.TaskReference, status: Any = "ok", **settings: Any) -> events.TaskFinished:
    settings.setdefault("host", "web1")
    return events.TaskFinished(time=NOW, task=the_task, status=status, **settings)


def item(the_task: events.TaskReference, label: str, status: Any = "ok", **settings: Any) -> events.ItemFinished:
    settings.setdefault("host", "web1")
    return events.ItemFinished(time=NOW, task=the_task, item=label, status=status, **settings)


def failure(message: str = "exit code 3", **settings: Any) -> events.Failure:
    return events.Failure(message=message, **settings)


def play(name: str = "Web", *hosts: str) -> events.PlayStarted:
    return events.PlayStarted(time=NOW, name=name, hosts=hosts or ("web1",))


def run_started(**settings: Any) -> events.RunStarted:
    settings.setdefault("check_mode", False)
    return events.RunStarted(time=NOW, run_id="r1", version="0.1.0", playbooks=("site.yml",), **settings)


def run_finished(statistics: dict[str, events.HostStatistics] | None = None, **settings: Any) -> events.RunFinished:
    settings.setdefault("exit_code", 0)
    return events.RunFinished(time=time.time(), statistics=statistics or {}, duration=1.0, **settings)


FAILED_COMMAND = {
    "exit_code": 3,
    "rc": 3,
    "stdout": "".join(f"line {number}\n" for number in range(1, 31)),
    "stderr": "no space left\n",
    "cmd": "make install",
    "failed": True,
}


def failed_command(the_task: events.TaskReference, **settings: Any) -> events.TaskFinished:
    return finished(
        the_task,
        "failed",
        result=FAILED_COMMAND,
        command_line="make install",
        duration=2.5,
        failure=failure(
            "non-zero return code",
            hint="look at the disk",
            source_lines=((3, "  tasks:"), (4, "    - name: Install"), (5, "      run: make install")),
        ),
        **settings,
    )


def whole_run() -> list[Any]:
    """A run with something of everything."""
    install, copied, loop = task(), task("Copy", "copy"), task("Loop")
    return [
        run_started(),
        play(),
        started(install),
        events.HostTaskStarted(time=NOW, task=install, host="web1", timeout=600.0),
        events.OutputReceived(time=NOW, task=install, host="web1", stream="stdout", lines=("one", "two")),
        events.RetryScheduled(time=NOW, task=install, host="web1", attempt=1, attempts=4, delay=5.0),
        finished(install, "changed", result={"changed": True, "rc": 0, "stdout": "one\ntwo"}, duration=1.5),
        started(copied),
        finished(copied, "changed", diff=({"before": "a\nb\n", "after": "a\nc\n", "after_header": "/etc/x"},)),
        started(loop),
        item(loop, "a", "changed"),
        item(loop, "b", "skipped"),
        item(loop, "c", "failed", failure=failure("no such item"), result={"msg": "no such item"}),
        finished(loop, "failed", failure=failure("One or more items failed"), result={"results": []}),
        events.HandlerNotified(time=NOW, host="web1", handler="reload", task=copied),
        started(task("reload", "service", handler=True)),
        finished(task("reload", "service", handler=True), "ok"),
        events.Warned(time=NOW, message="something odd", hint="do it so"),
        failed_command(task("Break"), ignored=True),
        events.PlayFinished(time=NOW, name="Web"),
        run_finished({"web1": events.HostStatistics(ok=3, changed=2, failed=1, ignored=1)}, exit_code=2),
    ]
