"""A whole play on guests that have little: Dropbear, and nothing but BusyBox."""

import pytest

from tests.engine.conftest import Play
from tests.servers.endpoint import Endpoint


@pytest.mark.parametrize("server", ["dropbear", "busybox_guest"])
def test_facts_blocks_loops_handlers_and_timeouts(server: str, request: pytest.FixtureRequest, play: Play) -> None:
    endpoint: Endpoint = request.getfixturevalue(server)
    guest = {
        "ansible_connection": "ssh",
        "ansible_host": endpoint.host,
        "ansible_port": endpoint.port,
        "ansible_user": endpoint.user,
        "ansible_ssh_private_key_file": str(endpoint.key_path),
        "ansible_host_key": endpoint.fingerprint,
    }
    played = play(
        """
        - hosts: guest
          tasks:
            - {name: system, debug: {msg: "{{ ansible_facts.system }} {{ ansible_system }}"}}
            - {run: "echo {{ item }}", loop: [a, b], register: it, notify: handle}
            - {name: items, debug: {msg: "{{ it.results | map(attribute='output') }}"}}
            - block:
                - {name: slow, run: sleep 60, timeout: 0.5}
              rescue:
                - {name: rescued, debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.timed_out }}"}}
          handlers:
            - {name: handle, shell: "echo $0"}
        """,
        hosts={"guest": guest},
    )
    assert played.code == 0, played.finished
    assert played.message("system") == "Linux Linux"
    assert played.message("items") == ["a", "b"]
    assert played.message("rescued") == "slow True"
    assert played.counts("guest") == {"ok": 6, "changed": 2, "rescued": 1}
