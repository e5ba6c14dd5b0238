"""Every fault at every moment of a command's life: survived as promised, and told as what it was.

Counted against the client, and to be none: run twice, lost but called ok, run after it was called not run, over the
deadline, a secret seen in an error or on a command line; and what is left behind (threads, descriptors).
"""

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from smolrun.errors import HostKeyError, OperationTimeoutError
from smolrun.ssh import kill
from smolrun.ssh.result import ShellMode
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay
from tests.servers.fixtures import AsUser, StartOpenSSH
from tests.ssh.fault_scene import IMPATIENT, NOTICED, Outcome, Scene
from tests.ssh.test_kill import REAL_BUDGET, sleeping, unique

pytestmark = pytest.mark.root

TIMEOUT = 12.0
SHORT = 1.0  # of the tasks that are to run out of time
NUMBERS = "".join(f"{number}\n" for number in range(1, 3001))
STREAM = "for i in 1 2 3; do seq $((i * 1000 - 999)) $((i * 1000)); sleep 0.1; done; exit 3"
SILENT = "sleep 0.8; seq 3000; exit 3"
HELD = "seq 3000; (for i in 1 2 3 4 5 6 7 8 9; do echo held; sleep 0.1; done) & exit 3"

# What the client has to say, by the phase that the fault falls into:
# P1 probe and connecting, P2 handshake and login, P3 idle, P4 sent and unanswered, P5 running silently, P6 streaming,
# P7 exit status known and the pipe held, P8 killing at the deadline.
EXPECTED = {
    "F1": {"P1": "ok", "P3": "ok", "P4": "ok", "P5": "ok", "P6": "ok", "P7": "ok", "P8": "killed"},
    "F2": {"P1": "ok", "P2": "ok", "P3": "ok", "P4": "lost", "P5": "lost", "P6": "lost", "P7": "ok", "P8": "swept"},
    "F3": {"P1": "ok", "P2": "ok", "P3": "ok", "P4": "lost", "P5": "lost", "P6": "lost", "P7": "ok", "P8": "swept"},
    "F4": {
        "P1": "not run", "P2": "not run", "P3": "not run", "P4": "lost", "P5": "lost", "P6": "lost", "P7": "ok",
        "P8": "swept",
    },
    "F5": {
        "P1": "not run", "P2": "not run", "P3": "not run", "P4": "lost", "P5": "lost", "P6": "lost", "P7": "ok",
        "P8": "swept",
    },
    "F6": {"P1": "ok", "P2": "ok", "P3": "ok", "P4": "ok", "P5": "ok", "P6": "ok", "P7": "ok", "P8": "killed"},
    "F7": {"P1": "ok", "P2": "ok", "P3": "ok", "P4": "ok", "P5": "ok", "P6": "ok", "P7": "ok", "P8": "killed"},
    "F8": {"P2": "ok", "P3": "ok", "P4": "lost", "P5": "lost", "P6": "lost", "P7": "ok", "P8": "swept"},
    "F9": {"P1": "ok", "P3": "ok", "P4": "ok", "P5": "ok", "P6": "ok", "P7": "ok", "P8": "killed"},
    "F10": {"P1": "ok", "P3": "ok", "P4": "lost", "P5": "lost", "P6": "lost", "P7": "ok", "P8": "swept"},
    "F11": {"P1": "fatal", "P3": "ok", "P5": "ok", "P6": "ok", "P7": "ok", "P8": "killed"},
    "F12": {"P3": "ok", "P5": "ok", "P6": "ok", "P7": "ok", "P8": "swept"},
}  # fmt: skip
# The others run in the long suite.
QUICK = {
    ("P1", "F2"), ("P2", "F3"), ("P2", "F8"), ("P3", "F2"), ("P3", "F4"), ("P3", "F8"), ("P4", "F3"), ("P4", "F5"),
    ("P4", "F8"), ("P5", "F2"), ("P5", "F8"), ("P5", "F11"), ("P6", "F3"), ("P6", "F5"), ("P6", "F7"), ("P7", "F2"),
    ("P7", "F8"), ("P7", "F10"), ("P8", "F3"), ("P8", "F7"), ("P8", "F8"),
}  # fmt: skip
SEEDS = 3


def cells() -> Iterator[object]:
    for fault, row in EXPECTED.items():
        for phase, expected in row.items():
            for seed in range(SEEDS):
                slow = seed or (phase, fault) not in QUICK
                yield pytest.param(
                    phase, fault, expected, seed, id=f"{phase}-{fault}-{seed}", marks=pytest.mark.slow if slow else ()
                )


@pytest.fixture
def scene_with(
    start_openssh: StartOpenSSH, openssh_as: AsUser, relay: Callable[[Endpoint], FaultRelay]
) -> Iterator[Callable[[str, int], Scene]]:
    scenes: list[Scene] = []

    def make(fault: str, seed: int) -> Scene:
        user = openssh_as("dash")
        server = start_openssh({"MaxSessions": "1"} if fault == "F12" else None)
        guest = replace(user, port=server.port, host_key=server.host_key, key_path=server.login_key.path, server=server)
        assert user.home is not None
        ledger = user.home / f"ledger-{secrets.token_hex(4)}"
        jitter = random.Random(f"{fault} {seed}")
        settings = {} if fault == "F6" else IMPATIENT  # a blip is to be sat out
        scenes.append(Scene(server, relay(guest), guest, ledger, jitter, settings))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.heal()


def provoke(scene: Scene, phase: str, fault: str, task: str, number: str, shell: ShellMode) -> Outcome:
    """Run the task with that fault in that phase."""
    injected = threading.Event()

    def now() -> None:
        if not injected.is_set():
            injected.set()
            scene.inject(fault)

    def on_output(stream: object, data: bytes) -> None:
        if phase == "P6" or (phase == "P7" and scene.status_known()):
            now()

    body, timeout = STREAM, TIMEOUT
    if phase in ("P1", "P2", "P3"):
        timeout = 4.0 if fault in ("F4", "F5") else TIMEOUT
        before_the_command(scene, phase, fault, now)
    else:
        scene.client.run("true", shell="raw")
    if phase == "P4":
        scene.when_sent(now)
    elif phase == "P5":
        body = SILENT
        scene.when_in_ledger(task, now)
    elif phase == "P7":
        body = HELD
    elif phase == "P8":
        body, timeout = f"sleep {number}", SHORT
        scene.when_killing(now)
    return scene.run(task, body, timeout, shell, on_output)


def before_the_command(scene: Scene, phase: str, fault: str, now: Callable[[], None]) -> None:
    if phase == "P2":
        scene.between.when_server_sent(300, now)
    elif phase == "P1" and fault in ("F2", "F3"):
        scene.between.faults.greeting = "fin" if fault == "F2" else "reset"
        scene.later(0.8, lambda: setattr(scene.between.faults, "greeting", "pass"))
    elif phase == "P1":
        now()
    else:
        scene.client.run("true", shell="raw")
        now()
        transport = scene.client._connection._transport
        assert transport is not None
        if fault in ("F4", "F5", "F6"):
            transport.watched.heard_at -= 5  # long enough ago for the connection to be proved before it is used
        limit = time.monotonic() + 5
        while fault in ("F2", "F3", "F8", "F10") and transport.is_active() and time.monotonic() < limit:
            time.sleep(0.001)  # what comes while the command leaves is P4


def judge(scene: Scene, outcome: Outcome, expected: str, phase: str, task: str) -> None:
    """What was said, held against what the ledger and the clock say."""
    verdict = {"fatal": "not run", "killed": "timeout", "swept": "timeout"}.get(expected, expected)
    assert outcome.verdict == verdict, outcome
    ran = scene.entries(task)
    assert ran <= 1, "duplicated"
    if verdict == "ok":
        assert ran == 1, "lost but called ok"
        assert outcome.result is not None
        said = outcome.result.stdout
        if phase == "P7":
            assert outcome.result.pipe_held or said.endswith("held\n" * 9)
            said = said.replace("held\n", "")
        assert (outcome.result.exit_code, said) == (3, NUMBERS)
    if verdict == "not run":
        assert ran == 0, "run, but called not run"
    if expected == "fatal":
        assert isinstance(outcome.error, HostKeyError)
    if verdict == "lost":
        assert outcome.seconds < NOTICED + 6, "noticed too late"
    if expected != "killed":
        assert outcome.seconds < (SHORT if verdict == "timeout" else TIMEOUT) + 5, "overrun"
    if verdict == "timeout":
        assert isinstance(outcome.error, OperationTimeoutError)
        assert outcome.error.killed != outcome.error.unverified
        assert outcome.error.killed or expected == "swept"


def ours() -> tuple[int, int]:
    """Connections of the client that are alive, and descriptors."""
    alive = [thread for thread in threading.enumerate() if isinstance(thread, paramiko.Transport)]
    return len(alive), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(("phase", "fault", "expected", "seed"), list(cells()))
def test_cell(
    scene_with: Callable[[str, int], Scene],
    monkeypatch: pytest.MonkeyPatch,
    phase: str,
    fault: str,
    expected: str,
    seed: int,
) -> None:
    if expected == "swept":
        monkeypatch.setattr(kill, "BUDGET", REAL_BUDGET)
    before = ours()
    scene = scene_with(fault, seed)
    task, number = f"task-{secrets.token_hex(4)}", unique()
    # A login command and its environment, which holds a secret, take their way over standard input.
    outcome = provoke(scene, phase, fault, task, number, "login" if phase == "P8" or seed == 1 else "raw")
    assert scene.leaks == [], "secret leaked"
    judge(scene, outcome, expected, phase, task)
    if fault in ("F4", "F5") and phase != "P3":
        scene.between.reset()  # the old connections are gone for good; in P3 what they still hold may come to the guest
    scene.heal()
    if fault == "F11":
        scene.client.reset_connection()
        with pytest.raises(HostKeyError):
            scene.client.run("true", shell="raw")
    else:
        assert scene.client.run("echo healed", 20, "raw").output == "healed"
    if phase == "P8":
        assert sleeping(number) == [], "left on the guest"
    if outcome.verdict == "not run" and seed:
        time.sleep(5)  # what a thawed network still delivers
    assert scene.entries(task) == (1 if outcome.verdict == "ok" else min(scene.entries(task), 1)), "duplicated"
    assert outcome.verdict != "not run" or scene.entries(task) == 0, "late"
    scene.client.close()
    scene.between.stop()
    limit = time.monotonic() + 5
    while ours() > before and time.monotonic() < limit:
        time.sleep(0.02)
    assert ours() <= before, "leaked"
