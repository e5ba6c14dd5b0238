"""The guest of one execution: which connection, as which user, in which environment."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from smolrun.connection.become_settings import BecomeKeywords, become_from
from smolrun.connection.port import Connection, TcpStream
from smolrun.connection.settings import Endpoint, endpoint_from
from smolrun.connection.variables import Assumed
from smolrun.deadline import Deadline
from smolrun.engine.keyword_values import KeywordValues
from smolrun.engine.known_guests import Sources
from smolrun.engine.services import Services
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.inheritance import Effective
from smolrun.source.text import SourceText
from smolrun.ssh.request import Become, CommandRequest
from smolrun.ssh.result import CommandResult
from smolrun.templating.templar import Templar


class RenderedVariables(Mapping[str, Any]):
    """Variables whose values are rendered when they are read. Text that is no template keeps its place."""

    __slots__ = ("_templar", "_variables")

    def __init__(self, templar: Templar, variables: Mapping[str, Any]) -> None:
        self._templar = templar
        self._variables = variables

    def __getitem__(self, name: str) -> Any:
        value = self._variables[name]
        if isinstance(value, Assumed) or (isinstance(value, SourceText) and not value.is_template):
            return value
        return self._templar.render(value, self._variables)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._variables else default

    def __contains__(self, name: object) -> bool:
        return name in self._variables

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


@dataclass(frozen=True)
class Guest:
    """Where and as whom an execution happens.

    Attributes:
        connection: shared with everything else that goes to the same endpoint.
        become: the user to become there.
    """

    connection: Connection
    become: Become | None


def guest_of(
    services: Services,
    host: str,
    keywords: Effective,
    values: KeywordValues,
    variables: Mapping[str, Any],
    folder: Path,
) -> Guest:
    """The guest that `host` stands for. Nothing is sent to it yet.

    Args:
        values: reads the keywords of the task, with the variables of the host that it is for.
        variables: of the host that it happens on, which is another one under ``delegate_to``.
        folder: where commands on this machine are run.

    Raises:
        NotRunError: a variable says something impossible about the connection.
        TemplateError: such a variable cannot be rendered.
    """
    sources = Sources(host, folder, keywords, variables)
    known = services.guests.get(sources)
    if known is not None:
        return known
    rendered = RenderedVariables(services.templar, variables)
    endpoint = _endpoint(services, host, keywords, values, rendered, folder)
    become = become_from(rendered, _become_keywords(services.options.become, keywords, values), host=host)
    services.keep_secret((endpoint.password, endpoint.key_passphrase, become.password if become else None))
    guest = Guest(services.connections.get(endpoint), become)
    services.guests.keep(sources, guest)
    return guest


def _endpoint(
    services: Services,
    host: str,
    keywords: Effective,
    values: KeywordValues,
    rendered: Mapping[str, Any],
    folder: Path,
) -> Endpoint:
    said: dict[str, Any] = {"folder": folder}
    for name in ("connection", "remote_user", "port"):
        value = values.value(keywords, name)
        if value is not None:
            said[name] = value
    return endpoint_from(rendered, replace(services.options.connection, **said), host=host)


def _become_keywords(defaults: BecomeKeywords, keywords: Effective, values: KeywordValues) -> BecomeKeywords:
    wanted = values.value(keywords, "become")
    return BecomeKeywords(
        become=defaults.become if wanted is None else bool(wanted),
        user=values.value(keywords, "become_user") or defaults.user,
        method=values.value(keywords, "become_method") or defaults.method,
        flags=values.value(keywords, "become_flags") or defaults.flags,
        executable=defaults.executable,
        password=defaults.password,
    )


class DeferredConnection:
    """A connection that is only worked out when it is used, for modules that mostly do without one."""

    def __init__(self, find: Callable[[], Connection]) -> None:
        self._find = find

    @cached_property
    def _connection(self) -> Connection:
        return self._find()

    @property
    def kept(self) -> dict[str, Any]:
        return self._connection.kept

    @property
    def description(self) -> str:
        return self._connection.description

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._connection.warnings

    def turn(self) -> AbstractContextManager[None]:
        return self._connection.turn()

    def connect(self, deadline: Deadline) -> None:
        self._connection.connect(deadline)

    def run(self, request: CommandRequest, deadline: Deadline) -> CommandResult:
        return self._connection.run(request, deadline)

    def put(
        self,
        content: bytes | Path,
        destination: str,
        *,
        deadline: Deadline,
        mode: int | None = None,
        become: Become | None = None,
    ) -> None:
        self._connection.put(content, destination, deadline=deadline, mode=mode, become=become)

    def get(self, source: str, *, deadline: Deadline, limit: int | None = None, become: Become | None = None) -> bytes:
        return self._connection.get(source, deadline=deadline, limit=limit, become=become)

    def get_into(
        self,
        source: str,
        file: BinaryIO,
        *,
        deadline: Deadline,
        limit: int | None = None,
        become: Become | None = None,
    ) -> None:
        self._connection.get_into(source, file, deadline=deadline, limit=limit, become=become)

    def open_tcp(self, host: str, port: int, deadline: Deadline) -> "AbstractContextManager[TcpStream]":
        return self._connection.open_tcp(host, port, deadline)

    def wait_ready(self, deadline: Deadline, interval: float = 0.1) -> None:
        self._connection.wait_ready(deadline, interval)

    def reset(self) -> None:
        self._connection.reset()

    def cancel(self) -> None:
        self._connection.cancel()

    def close(self) -> None:
        self._connection.close()
