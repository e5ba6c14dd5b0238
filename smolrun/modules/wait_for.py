"""``wait_for``: until a port of the guest's world answers, or a file is there."""

import re
import time
from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field, model_validator

from smolrun.deadline import Deadline
from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.system.asking import ask
from smolrun.source.coercions import Integer, Number, Pattern, Text, TextList

STATES = {
    "ESTABLISHED": "01", "SYN_SENT": "02", "SYN_RECV": "03", "FIN_WAIT1": "04", "FIN_WAIT2": "05", "TIME_WAIT": "06",
}  # fmt: skip
"""States of connections by their codes in /proc/net/tcp (proc(5), include/net/tcp_states.h)."""


class WaitForArguments(Arguments):
    """Wait until a port answers or is free, or a file is there, has a text in it, or is gone; seen from the guest.

    Example:
        ```yaml
        - wait_for:
            port: 8080
            delay: 2
            timeout: 60
        - wait_for:
            path: /var/log/tool.log
            search_regex: ready in \\d+ ms
        ```

    Returns: ``elapsed`` in whole seconds, ``state``, ``port``, ``path``, ``search_regex``; ``match_groups`` and
    ``match_groupdict`` of the search. Never ``changed``.

    The guest needs: ``/proc`` for its own ports; `nc` or `bash` for those of others, and to search what a port says.
    """

    host: Text = Field("127.0.0.1", description="The port's host, as the guest calls it")
    port: Integer | None = Field(None, description="The port", ge=1, le=65535)
    path: Text | None = Field(None, description="A file, instead")
    search_regex: Pattern | None = Field(
        None, description="A regular expression for what the file holds or the port says"
    )
    state: Literal["absent", "drained", "present", "started", "stopped"] = Field(
        "started", description="What is waited for; `drained` when a port has no more connections"
    )
    timeout: Number = Field(300, description="Seconds to wait at most", ge=0)
    delay: Number = Field(0, description="Seconds to wait before the first look", ge=0)
    sleep: Number = Field(1, description="Seconds between two looks", ge=0)
    connect_timeout: Number = Field(5, description="Seconds that one look may take", gt=0)
    msg: Text | None = Field(None, description="What is said when it took too long")
    exclude_hosts: TextList = Field(
        default_factory=list, description="Addresses whose connections do not count for `drained`"
    )
    active_connection_states: TextList = Field(
        default_factory=lambda: ["ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "SYN_RECV", "SYN_SENT", "TIME_WAIT"],
        description="What counts as a connection for `drained`",
    )

    @model_validator(mode="after")
    def _belong_together(self) -> "WaitForArguments":
        if self.port is not None and self.path is not None:
            raise mistake("`port` and `path` cannot be given together")
        if self.state == "drained" and self.port is None:
            raise mistake("`state: drained` needs `port`")
        if self.state == "stopped" and self.path is not None:
            raise mistake("`state: stopped` is for ports; a file is `absent`")
        if self.exclude_hosts and self.state != "drained":
            raise mistake("`exclude_hosts` goes with `state: drained` only")
        unknown = set(self.active_connection_states) - set(STATES)
        if unknown:
            raise mistake(f"there is no state of connections '{min(unknown)}': {', '.join(STATES)}")
        return self


def run(arguments: WaitForArguments, task: TaskContext) -> ModuleResult:
    began = time.monotonic()
    if arguments.delay:
        task.sleep(arguments.delay)
    found: re.Match[str] | None = None
    if arguments.port is None and arguments.path is None:
        task.sleep(max(0.0, arguments.timeout - arguments.delay))
    else:
        task.progress(f"waiting up to {arguments.timeout:g} s for {_subject(arguments)} {_wanted(arguments)}")
        limit = Deadline.after(max(0.0, arguments.timeout - arguments.delay))
        reached, found = _until(arguments, task, limit)
        if not reached:
            elapsed = {"elapsed": int(time.monotonic() - began)}
            return ModuleResult(failed=True, msg=arguments.msg or _too_long(arguments), values=elapsed)
    values: dict[str, Any] = {
        "elapsed": int(time.monotonic() - began), "state": arguments.state, "port": arguments.port,
        "path": arguments.path, "search_regex": arguments.search_regex,
        "match_groups": list(found.groups()) if found else [], "match_groupdict": found.groupdict() if found else {},
    }  # fmt: skip
    return ModuleResult(values=values)


def _until(arguments: WaitForArguments, task: TaskContext, limit: Deadline) -> tuple[bool, re.Match[str] | None]:
    look: Callable[[WaitForArguments, TaskContext], tuple[bool, re.Match[str] | None]]
    look = _file if arguments.path is not None else _port
    wanted = arguments.state in ("present", "started", "drained")
    while True:
        there, found = look(arguments, task)
        if there == wanted:
            return True, found
        if limit.expired:
            return False, None
        task.sleep(limit.remaining(arguments.sleep) or 0)


def _file(arguments: WaitForArguments, task: TaskContext) -> tuple[bool, re.Match[str] | None]:
    text = f'path={expanding(arguments.path or "")}\nif [ -e "$path" ]; then fact there yes; fi\n'
    if arguments.search_regex is not None:
        text += 'if [ -e "$path" ]; then file text "$path"; fi\n'
    raw = ask(task, setup=text)
    if arguments.search_regex is None or not raw.text("there"):
        return bool(raw.text("there")), None
    found = re.search(arguments.search_regex, raw.text("text"), re.MULTILINE)
    return found is not None, found


def _port(arguments: WaitForArguments, task: TaskContext) -> tuple[bool, re.Match[str] | None]:
    variables = {
        "host": arguments.host,
        "port": str(arguments.port),
        "patience": str(max(1, round(arguments.connect_timeout))),
        "words": "yes" if arguments.search_regex is not None else "",
        "connections": "yes" if arguments.state == "drained" else "",
    }
    raw = ask(task, "wait_port", arguments=variables)
    if arguments.state == "drained":
        table = f"{raw.text('tcp')}\n{raw.text('tcp6')}"
        return not active_connections(table, arguments), None
    if not raw.text("looked"):
        raise ModuleError(f"the port {arguments.port} cannot be looked at from {task.host}")
    if arguments.search_regex is not None:
        found = re.search(arguments.search_regex, raw.text("words"), re.MULTILINE)
        return found is not None, found
    return bool(raw.text("open")), None


def active_connections(table: str, arguments: WaitForArguments) -> int:
    """How many connections of /proc/net/tcp the port has, those of `exclude_hosts` left out."""
    codes = {STATES[name] for name in arguments.active_connection_states}
    left_out = {_hexadecimal(host) for host in arguments.exclude_hosts}
    count = 0
    for line in table.splitlines():
        words = line.split()
        if len(words) > 3 and words[1].endswith(f":{arguments.port:04X}") and words[3] in codes:
            count += words[2].partition(":")[0][-8:] not in left_out
    return count


def _hexadecimal(address: str) -> str:
    """An IPv4 address as the kernel writes it."""
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        raise ModuleError(f"`exclude_hosts` takes IPv4 addresses, and '{address}' is none")
    return "".join(f"{int(part):02X}" for part in reversed(parts))


def _subject(arguments: WaitForArguments) -> str:
    subject = arguments.path if arguments.path is not None else f"{arguments.host}:{arguments.port}"
    return f"{subject} with '{arguments.search_regex}'" if arguments.search_regex else str(subject)


def _wanted(arguments: WaitForArguments) -> str:
    there = arguments.state in ("present", "started")
    if arguments.state == "drained":
        return "to be drained"
    if arguments.path is not None:
        return "to be there" if there else "to be gone"
    return "to be open" if there else "to be closed"


def _too_long(arguments: WaitForArguments) -> str:
    subject = _subject(arguments)
    if arguments.path is not None and arguments.search_regex is not None:
        return f"Timeout when waiting for search string {arguments.search_regex} in {arguments.path}"
    if arguments.state in ("absent", "stopped"):
        return f"Timeout when waiting for {subject} to {'be absent' if arguments.path else 'stop.'}"
    what = f"file {subject}" if arguments.path else subject
    return f"Timeout when waiting for {what}{' to drain' if arguments.state == 'drained' else ''}"


MODULE = Module(WaitForArguments, run, check_mode="always", own_limit=True)
