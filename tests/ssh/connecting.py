"""What tests of connecting share."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.ssh.connect import open_transport
from smolrun.ssh.settings import ClientSettings
from smolrun.ssh.transport import Transport
from tests.servers.endpoint import Endpoint
from tests.servers.fault_relay import FaultRelay

Relay = Callable[[Endpoint], FaultRelay]


def settings_for(endpoint: Endpoint, **options: Any) -> ClientSettings:
    defaults = {
        "host": endpoint.host,
        "user": endpoint.user,
        "port": endpoint.port,
        "key_path": endpoint.key_path,
        "host_key": endpoint.fingerprint,
        "ssh_config": "none",
    }
    return ClientSettings(**{**defaults, **options})


def connect(endpoint: Endpoint, within: float = 20, **options: Any) -> Transport:
    return open_transport(settings_for(endpoint, **options), Deadline.after(within))


def later(seconds: float, what: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, what)
    timer.start()
    return timer


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """No thread and no descriptor is left of a connection that was closed or never came to be."""
    threads, before = set(threading.enumerate()), descriptors()
    yield
    limit = time.monotonic() + 5
    while True:
        left = [thread for thread in threading.enumerate() if thread not in threads and isinstance(thread, Transport)]
        more = descriptors() - before - 4  # relays hold a few until they are stopped
        if (not left and more <= 0) or time.monotonic() > limit:
            break
        time.sleep(0.02)
    assert left == []
    assert more <= 0
