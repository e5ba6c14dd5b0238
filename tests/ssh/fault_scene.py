"""A guest behind a relay, one task on it, something that goes wrong at a chosen moment, and a ledger of what ran."""

import contextlib
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smolrun.errors import ConnectionLostError, NotRunError, OperationTimeoutError, SmolVMError
from smolrun.ssh.client import SSHClient
from smolrun.ssh.result import CommandResult, ShellMode, Stream
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.openssh import OpenSSHServer

PATIENCE = 10.0  # seconds that one attempt to connect may take here
IMPATIENT = {"keepalive_interval": 0.4, "dead_after": 1.0}
NOTICED = sum(IMPATIENT.values())  # seconds after which a silent peer then counts as gone


@dataclass
class Outcome:
    """What the client said of a task.

    Attributes:
        verdict: ``ok``, ``not run``, ``lost`` or ``timeout``.
        seconds: how long it took.
    """

    verdict: str
    seconds: float
    result: CommandResult | None = None
    error: SmolVMError | None = None


@dataclass
class Scene:
    """Attributes:
    server: this scene's own.
    between: the relay that the client connects through.
    guest: the login, directly.
    ledger: the file on the guest that each task adds a line to; read here past SSH.
    jitter: delays each fault a little, differently for each seed.
    settings: further options of the client.
    secret: in the environment of each login command, and to be seen nowhere.
    leaks: where it was seen all the same.
    """

    server: OpenSSHServer
    between: FaultRelay
    guest: Endpoint
    ledger: Path
    jitter: random.Random
    settings: dict[str, float]
    timers: list[threading.Timer] = field(default_factory=list)
    secret: str = field(default_factory=lambda: f"planted-{secrets.token_hex(8)}")
    leaks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client: SSHClient = self.guest.at(self.between.port).client(connect_timeout=PATIENCE, **self.settings)

    def entries(self, task: str) -> int:
        return self.ledger.read_text().split().count(task) if self.ledger.exists() else 0

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        timer = threading.Timer(seconds, what)
        self.timers.append(timer)
        timer.start()

    def settle(self) -> None:
        for timer in self.timers:
            timer.join()

    def run(
        self, task: str, body: str, timeout: float, shell: ShellMode, on_output: Callable[[Stream, bytes], None] | None
    ) -> Outcome:
        begun = time.monotonic()
        environment = {"PLANTED": self.secret} if shell == "login" else {}
        try:
            result = self.client.run(
                f"echo {task} >> {self.ledger}; {body}", timeout, shell, environment=environment, on_output=on_output
            )
        except SmolVMError as error:
            self.look_for_secret(f"{error!r} {error} {error.hint} {error.__cause__!r}", "the error")
            kinds = {OperationTimeoutError: "timeout", ConnectionLostError: "lost", NotRunError: "not run"}
            verdict = next((name for kind, name in kinds.items() if isinstance(error, kind)), repr(error))
            return Outcome(verdict, time.monotonic() - begun, error=error)
        return Outcome("ok", time.monotonic() - begun, result=result)

    # --- when ---

    def when_in_ledger(self, task: str, fault: Callable[[], object]) -> None:
        limit = time.monotonic() + PATIENCE

        def watch() -> None:
            while not self.entries(task) and time.monotonic() < limit:
                time.sleep(0.005)
            fault()

        self.later(0, watch)

    def when_sent(self, fault: Callable[[], object]) -> None:
        """Right after the command was handed to the transport."""
        connection = self.client._connection
        go_on = connection.open_ahead

        def open_ahead(*, running: bool) -> None:
            if running:
                connection.open_ahead = go_on  # type: ignore[method-assign]
                fault()
            go_on(running=running)

        connection.open_ahead = open_ahead  # type: ignore[method-assign]

    def when_killing(self, fault: Callable[[], object]) -> None:
        """When the channel of the kill is asked for: the second one of the run."""
        connection = self.client._connection
        go_on, calls = connection.channel, iter((False, True))

        def channel(transport: Any, patience: Any) -> Any:
            if next(calls, False):
                fault()
            return go_on(transport, patience)

        connection.channel = channel  # type: ignore[method-assign]

    def status_known(self) -> bool:
        transport = self.client._connection._transport
        channels = [] if transport is None else transport._channels.values()
        return any(getattr(channel, "status_received", False) for channel in channels)

    # --- what ---

    def blip(self) -> None:
        self.between.freeze()
        self.later(2.0, self.between.thaw)

    def crawl(self) -> None:
        self.between.faults.slice = 16

    def reboot(self) -> None:
        self.server.kill_connections()  # at once: ending the listener takes its time
        self.server.stop()
        self.later(0.6, self.server.start)

    def restart_listener(self) -> None:
        self.server.stop_listening()
        self.later(0.6, self.server.start)

    def refuse_for_a_while(self) -> None:
        self.between.refuse()
        self.later(0.8, self.between.accept_again)

    def swap_key(self) -> None:
        self.server.swap_host_key()
        self.server.restart()

    def heal(self) -> None:
        self.settle()
        self.between.deliver_packets()
        self.between.faults.slice = 0
        self.between.accept_again()

    def look_for_secret(self, text: str, where: str) -> None:
        if self.secret in text:
            self.leaks.append(where)

    def inject(self, fault: str) -> None:
        time.sleep(self.jitter.uniform(0.0, 0.03))
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                self.look_for_secret(path.read_bytes().decode(errors="replace"), str(path))
        faults: dict[str, Callable[[], object]] = {
            "F1": self.refuse_for_a_while,
            "F2": self.between.fin,
            "F3": self.between.reset,
            "F4": self.between.freeze,
            "F5": self.between.drop_packets,
            "F6": self.blip,
            "F7": self.crawl,
            "F8": self.server.kill_connections,
            "F9": self.restart_listener,
            "F10": self.reboot,
            "F11": self.swap_key,
            "F12": lambda: None,  # the server is short of sessions from the start
        }
        faults[fault]()
