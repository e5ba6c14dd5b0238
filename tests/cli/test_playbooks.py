"""The playbooks of this project do what they say, on every kind of guest."""

import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Ended
from tests.servers.debian import DebianGuest, debian_root, skip_where_impossible
from tests.servers.endpoint import Endpoint
from tests.servers.tiny_vm import tiny_image

Smolrun = Callable[..., Ended]
PLAYBOOKS = sorted(path.name for path in (ROOT / "playbooks").glob("*.yml"))
GUESTS = ["openssh", "openssh_unprivileged", "dropbear", "busybox_guest"]


def run_playbook(smolrun: Smolrun, name: str, *arguments: str) -> Ended:
    return smolrun("run", str(ROOT / "playbooks" / name), *arguments)


def inventory_of(*endpoints: Endpoint) -> str:
    Path("hosts").write_text(
        "".join(
            f"guest{number} ansible_host={endpoint.host} ansible_port={endpoint.port} ansible_user={endpoint.user}"
            f" ansible_ssh_private_key_file={endpoint.key_path} ansible_host_key={endpoint.fingerprint}\n"
            for number, endpoint in enumerate(endpoints, 1)
        )
    )
    return "hosts"


def counts(ended: Ended) -> dict[str, int]:
    (line,) = re.findall(r"^\S+ +: (ok=.*)$", ended.out, re.MULTILINE)
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line)}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_playbook_has_no_mistakes_even_strictly(smolrun: Smolrun, name: str) -> None:
    ended = smolrun("check", str(ROOT / "playbooks" / name), "-i", "web1,", "--strict")
    assert (ended.code, ended.err) == (0, "No mistakes found\n")


def test_quickstart_on_the_embedded_guest(smolrun: Smolrun) -> None:
    ended = run_playbook(smolrun, "quickstart.yml", "--guest", "embedded")
    assert ended.code == 0, ended.out + ended.err
    assert counts(ended) | {"ok": 0} == {
        "ok": 0, "changed": 5, "unreachable": 0, "failed": 0, "skipped": 1, "rescued": 1, "ignored": 1
    }  # fmt: skip
    assert "WARNING" not in ended.err


@pytest.mark.parametrize("guest", GUESTS)
def test_quickstart_on_a_real_guest(smolrun: Smolrun, guest: str, request: pytest.FixtureRequest) -> None:
    endpoint: Endpoint = request.getfixturevalue(guest)
    folder = f"/tmp/smolrun-quickstart-{secrets.token_hex(4)}"  # others may run this as the same user
    ended = run_playbook(smolrun, "quickstart.yml", "-i", inventory_of(endpoint), "-e", f"folder={folder}")
    assert ended.code == 0, ended.out + ended.err
    assert counts(ended)["rescued"] == 1
    assert counts(ended)["changed"] == 5
    with endpoint.client() as client:
        assert not client.run(f"test -e {folder}", shell="raw").ok


def test_quickstart_in_check_mode(smolrun: Smolrun) -> None:
    ended = run_playbook(smolrun, "quickstart.yml", "--guest", "embedded", "--check", "--diff")
    assert ended.code == 0, ended.out + ended.err
    assert "+managed by smolrun" in ended.out


def test_static_site_is_deployed_and_the_second_run_changes_nothing(
    smolrun: Smolrun, openssh_unprivileged: Endpoint
) -> None:
    folder = f"site-{os.getpid()}"
    arguments = ("-i", inventory_of(openssh_unprivileged), "-e", f"site_root={folder} release=r1")
    first = run_playbook(smolrun, "static_site.yml", *arguments)
    assert first.code == 0, first.out + first.err
    assert "guest1 serves release r1" in first.out
    with openssh_unprivileged.client() as client:
        assert "<title>Welcome</title>" in client.run(f"cat {folder}/current/index.html").stdout
        second = run_playbook(smolrun, "static_site.yml", *arguments)
        assert counts(second)["changed"] == 0
        client.run(f"rm -rf {folder}")


def test_static_site_keeps_so_many_releases(smolrun: Smolrun, openssh_unprivileged: Endpoint) -> None:
    folder = f"site-many-{os.getpid()}"
    with openssh_unprivileged.client() as client:
        client.run(f"mkdir -p {folder}/releases && cd {folder}/releases && for n in 1 2 3 4; do mkdir old$n; done")
        ended = run_playbook(
            smolrun, "static_site.yml", "-i", inventory_of(openssh_unprivileged),
            "-e", f"site_root={folder} release=new keep=2",
        )  # fmt: skip
        assert ended.code == 0, ended.out + ended.err
        left = client.run(f"ls {folder}/releases").output.split()
        client.run(f"rm -rf {folder}")
    assert len(left) == 2
    assert "new" in left


def test_health_report_brings_a_report_back(smolrun: Smolrun, tmp_path: Path) -> None:
    ended = run_playbook(smolrun, "health_report.yml", "--guest", "embedded", "-e", f"reports={tmp_path}/reports")
    assert ended.code == 0, ended.out + ended.err
    report = (tmp_path / "reports/embedded.txt").read_text()
    assert "host: embedded" in report
    assert "/tmp: can be written" in report
    assert counts(ended)["changed"] >= 1


def test_health_report_fails_where_space_runs_out(smolrun: Smolrun, tmp_path: Path) -> None:
    ended = run_playbook(
        smolrun, "health_report.yml", "--guest", "embedded",
        "-e", f"reports={tmp_path}/reports", "-e", '{"most_used_percent": -1}',
    )  # fmt: skip
    assert ended.code == 2
    assert "more than -1 %" in ended.out


@pytest.fixture
def two_hosts(make_folder: Callable[[], Path]) -> Iterator[list[Endpoint]]:
    """Two fresh guests of their own: Debian 12 with systemd."""
    skip_where_impossible()
    guests = [DebianGuest(make_folder(), debian_root()) for _ in range(2)]
    try:
        for guest in guests:
            guest.start()
        yield [guest.endpoint() for guest in guests]
    finally:
        for guest in guests:
            guest.stop()


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(600)
def test_the_real_jobs_are_proved_on_debian(smolrun: Smolrun, two_hosts: list[Endpoint]) -> None:
    inventory = inventory_of(*two_hosts)
    for name in ("hardened_ssh.yml", "web_server.yml", "rolling_app.yml", "agent_sandbox.yml"):
        ended = smolrun("test", str(ROOT / "playbooks" / name), "-i", inventory)
        assert ended.code == 0, ended.out + ended.err
        assert "verify         : ok" in ended.out


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(600)
def test_a_release_that_is_not_healthy_is_taken_back_and_ends_the_roll_out(
    smolrun: Smolrun, two_hosts: list[Endpoint]
) -> None:
    rolling = ("rolling_app.yml", "-i", inventory_of(*two_hosts))
    assert run_playbook(smolrun, *rolling, "-e", "release=1").code == 0
    ended = run_playbook(smolrun, *rolling, "-e", "release=2 app_port=99999")
    assert ended.code == 2
    assert "release 2 is not healthy on guest1; the release before is back" in ended.out
    assert "guest2" not in ended.out.partition("PLAY RECAP")[2], "the second host was never touched"
    for endpoint in two_hosts:
        with endpoint.client() as client:
            assert client.run("curl -s http://127.0.0.1:8080/").output == "hello from release 1"


def test_the_agents_sandbox_on_a_tiny_machine(
    smolrun: Smolrun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "tiny.yml").write_text(json.dumps({"all": {"hosts": {"tiny": {"guest": tiny_image().settings()}}}}))
    playbook = str(ROOT / "playbooks/agent_sandbox.yml")
    ended = smolrun("test", playbook, "-i", "tiny.yml", "-e", "agent=root")
    assert ended.code == 0, ended.out + ended.err
    assert smolrun("guest", "list").out == ""
