"""``probe_port``: whether a port answers."""

from typing import Literal

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.probes.watching import ProbeArguments, Seen, watch
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Integer, Text


class ProbePortArguments(ProbeArguments):
    """See that a TCP port is open, or closed; seen from the guest.

    Example:
        ```yaml
        - probe_port:
            port: 8080
            within: 30
        - probe_port:
            port: 23
            state: closed
        ```

    Returns: ``problems``, ``looks``, ``elapsed``. Never ``changed``.

    The guest needs: ``/proc`` for its own ports; `nc` or `bash` for those of others.
    """

    port: Integer = Field(description="The port", ge=1, le=65535)
    host: Text = Field("127.0.0.1", description="Its host, as the guest calls it")
    state: Literal["open", "closed"] = Field("open", description="What it has to be")


def run(arguments: ProbePortArguments, task: TaskContext) -> ModuleResult:
    where = f"{arguments.host}:{arguments.port}"

    def look() -> Seen:
        variables = {"host": arguments.host, "port": str(arguments.port), "patience": "5"}
        raw = ask(task, "wait_port", arguments=variables)
        if not raw.text("looked"):
            raise ModuleError(f"the port {where} cannot be looked at from {task.host}")
        state = "open" if raw.text("open") else "closed"
        return Seen(() if state == arguments.state else (f"it is {state}",), {"state": state})

    return watch(arguments, task, f"port {where}", look)


MODULE = Module(ProbePortArguments, run, collection="smolrun", check_mode="always", own_limit=True)
