"""Several guests side by side, each over a connection of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended
from tests.servers.fixtures import AsUser

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]


@pytest.mark.root
def test_guests_run_side_by_side_up_to_forks(
    smolrun: Smolrun, playbook: Playbook, openssh_as: AsUser, make_folder: Callable[[], Path]
) -> None:
    meeting = make_folder()
    meeting.chmod(0o777)
    lines = [
        f"{shell} ansible_host={guest.host} ansible_port={guest.port} ansible_user={guest.user}"
        f" ansible_ssh_private_key_file={guest.key_path} ansible_host_key={guest.fingerprint}\n"
        for shell in ("bash", "dash", "zsh")
        for guest in [openssh_as(shell)]
    ]
    Path("hosts").write_text("".join(lines))
    # Each waits for the others: only where all three run at the same time does any of them end.
    path = playbook(
        f"- run: touch {meeting}/{{{{ inventory_hostname }}}};"
        f" until [ $(ls {meeting} | wc -l) = 3 ]; do sleep 0.1; done\n"
        "  timeout: 60"
    )
    ended = smolrun("run", path, "-i", "hosts", "-f", "3")
    assert ended.code == 0, ended.out + ended.err
    assert sorted(file.name for file in meeting.iterdir()) == ["bash", "dash", "zsh"]
