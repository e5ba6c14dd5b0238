"""``provider: existing``: a real server that somebody else runs."""

import threading
import time
from typing import Any

import pytest

from smolrun.deadline import Deadline
from smolrun.errors import ExitCode, NotRunError
from smolrun.guests.instances.folder import InstanceFolder
from smolrun.guests.port import Guest
from smolrun.guests.wanted import guest_from
from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import StartOpenSSH


def guest_of(endpoint: Endpoint, instances: InstanceFolder, **more: Any) -> Guest:
    settings = {
        "host": endpoint.host, "port": endpoint.port, "user": endpoint.user, "key": str(endpoint.key_path),
        "host_key": endpoint.fingerprint, "boot_timeout": 20, **more,
    }  # fmt: skip
    return guest_from("theirs", "existing", settings).made(instances)


def test_it_is_waited_for_and_left_as_it_is(start_openssh: StartOpenSSH, instances: InstanceFolder) -> None:
    server = start_openssh()
    server.stop_listening()
    coming = threading.Timer(1.0, server.start)
    coming.start()
    began = time.monotonic()
    guest = guest_of(server.endpoint(), instances)
    variables = guest.start(Deadline.after(30))
    assert time.monotonic() - began > 0.9
    coming.join()
    assert variables["ansible_port"] == server.port
    assert variables["ansible_host_key"] == server.endpoint().fingerprint
    guest.stop()
    assert guest.keep()
    assert guest.resources.began == "reached"
    guest.start(Deadline.after(10))
    assert instances.all() == [], "nothing of it is ours"


@pytest.mark.parametrize(
    ("more", "why"),
    [({"port": 1, "boot_timeout": 1}, "refused"), ({"host_key": "SHA256:" + "A" * 43}, "not the pinned server")],
)
def test_one_that_cannot_be_reached_counts_as_unreachable(
    openssh: Endpoint, instances: InstanceFolder, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotRunError, match="the guest theirs cannot be reached") as caught:
        guest_of(openssh, instances, **more).start(Deadline.after(30))
    assert why in caught.value.message.lower()
    assert caught.value.exit_code == ExitCode.UNREACHABLE_HOSTS
