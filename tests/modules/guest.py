"""A guest that the tests of modules run tasks on, seen from outside as well."""

import contextlib
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from smolrun.connection.local import LocalConnection
from smolrun.connection.port import Connection
from smolrun.connection.session import GuestSession
from smolrun.connection.settings import Endpoint
from smolrun.connection.ssh import SSHConnection
from smolrun.deadline import Deadline
from smolrun.errors import ModuleError
from smolrun.modules.base import ModuleResult, TaskContext
from smolrun.modules.registry import find
from smolrun.source.text import SourceText
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.templating.templar import Templar
from tests.servers.endpoint import Endpoint as Login


class CountingLocal(LocalConnection):
    """This machine; counts what would be round trips."""

    commands = 0

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        self.commands += 1
        return super().run(request, deadline)


class CountingSSH(SSHConnection):
    """A guest over SSH; counts round trips."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self.commands = 0

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        self.commands += 1
        return super().run(request, deadline)


@dataclass
class Guest:
    """A guest with an empty folder.

    Attributes:
        connection: to it.
        folder: an empty folder, by its path on the guest.
        root: where the guest's ``/`` is on this machine.
        files: the controller's folder that sources are looked up in.
    """

    connection: CountingLocal | CountingSSH
    folder: str
    root: Path
    files: Path
    context: dict[str, Any] = field(default_factory=dict)

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def here(self, name: str = "") -> Path:
        """The same, as this machine sees it."""
        return self.root / self.folder.lstrip("/") / name

    def source(self, name: str, content: str | bytes = "") -> Path:
        """A file of the controller."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def do(self, module: str, arguments: Mapping[str, Any] | None = None, **context: Any) -> ModuleResult:
        found = find(module)
        assert found is not None, module
        result = found.module.run(found.module.arguments.model_validate(arguments or {}), self.task(**context))
        assert isinstance(result, ModuleResult)
        return result

    def fails(self, module: str, arguments: Mapping[str, Any] | None = None, **context: Any) -> str:
        """The message that it fails with, raised or returned."""
        try:
            result = self.do(module, arguments, **context)
        except ModuleError as error:
            return error.message
        assert result.failed, result
        return result.msg

    def round_trips(self, work: Callable[[], object]) -> int:
        before = self.connection.commands
        work()
        return self.connection.commands - before

    def task(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = 30,
        on_output: Callable[[Literal["stdout", "stderr"], bytes], None] | None = None,
        **changes: Any,
    ) -> TaskContext:
        deadline = Deadline.after(timeout)
        connection: Connection = self.connection
        given: dict[str, Any] = {
            "host": "web1",
            "guest": GuestSession(connection, deadline, environment=environment or {}, on_output=on_output),
            "templar": Templar(),
            "variables": {},
            "deadline": deadline,
            "mode": None,
            "check_mode": False,
            "diff_mode": False,
            "no_log": False,
            "find_file": self._find,
            "progress": lambda text: None,
            "sleep": lambda seconds: None,
            "prompt": None,
        }
        return TaskContext(**{**given, **self.context, **changes})

    def _find(self, folder: str, name: str) -> Path:
        path = self.files / name
        if not path.exists():
            raise ModuleError(f"could not find '{name}': looked in {self.files}")
        return path


@dataclass
class SystemGuest(Guest):
    """A whole system, whose files this machine does not see."""

    @classmethod
    @contextlib.contextmanager
    def over_ssh(cls, login: Login, files: Path) -> Iterator["SystemGuest"]:
        connection = CountingSSH(
            Endpoint(
                host=login.host, port=login.port, user=login.user, key_path=login.key_path, host_key=login.fingerprint
            )
        )
        yield cls(connection, "/tmp", Path("/nowhere"), files)
        connection.close()

    def sh(self, script: str) -> str:
        """What a script prints on it; it must not fail."""
        result = self.task(timeout=120).guest.script(script)
        assert result.ok, result.stderr
        return result.stdout

    def twice(self, module: str, arguments: Mapping[str, Any], **context: Any) -> ModuleResult:
        """The first run's result: check mode foresees the change, the run makes it, a second one makes none."""
        assert self.do(module, arguments, check_mode=True, diff_mode=True, **context).changed
        assert self.do(module, arguments, check_mode=True, **context).changed
        first = self.do(module, arguments, **context)
        assert first.changed
        assert not self.do(module, arguments, check_mode=True, **context).changed
        second = self.do(module, arguments, diff_mode=True, **context)
        assert not second.changed
        assert not second.diffs
        return first


def written(text: str) -> SourceText:
    """`text` as if it stood in a playbook."""
    return SourceText(text)


def sh(script: str, *arguments: str) -> str:
    return subprocess.run(["sh", "-c", script, "sh", *arguments], capture_output=True, text=True, check=True).stdout
