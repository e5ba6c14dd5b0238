"""A whole Debian with systemd in a virtual machine: booted once, and then restored from memory."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.guests.instances.folder import InstanceFolder
from tests.servers.debian_vm import debian_disk
from tests.servers.tiny_vm import TinyImage

pytestmark = [pytest.mark.slow, pytest.mark.root, pytest.mark.timeout(600)]

SITE = """
- hosts: all
  gather_facts: false
  tasks:
    - name: A unit
      copy:
        dest: /etc/systemd/system/hello.service
        content: |
          [Service]
          ExecStart=/bin/sh -c 'echo up >/run/hello; exec sleep infinity'
          [Install]
          WantedBy=multi-user.target
      notify: restart
    - meta: flush_handlers
    - name: It runs
      systemd_service: {name: hello, state: started, enabled: true, daemon_reload: true}
    - sysctl: {name: vm.swappiness, value: "7"}
    - hostname: {name: proved}
  handlers:
    - name: restart
      systemd_service: {name: hello, state: restarted, daemon_reload: true}
"""
VERIFY = """
- hosts: all
  gather_facts: false
  tasks:
    - probe_service: {name: hello, enabled: true, within: 20}
    - probe_file: {path: /run/hello, contains: up, within: 20}
    - probe_command: {cmd: sysctl -n vm.swappiness, stdout: "7"}
"""
REBOOT = """
- hosts: all
  gather_facts: false
  tasks:
    - reboot: {reboot_timeout: 200}
      timeout: 240
- import_playbook: site.verify.yml
"""

Smolrun = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def smolrun(
    tiny: TinyImage, tmp_path: Path, cache: Path, instances: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> Smolrun:
    settings = {**debian_disk(tiny), "snapshot": True, "accelerate": False}
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (tmp_path / "vm.yml").write_text(json.dumps({"all": {"hosts": {"vm": {"guest": settings}}}}))
    for name, text in (("site.yml", SITE), ("site.verify.yml", VERIFY), ("reboot.yml", REBOOT)):
        (tmp_path / name).write_text(text)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "smolrun", arguments[0], "-i", "vm.yml", *arguments[1:]]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_a_playbook_is_proved_on_it(smolrun: Smolrun, instances: InstanceFolder) -> None:
    ended = smolrun("test", "site.yml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert instances.all() == []


def test_what_was_set_up_on_a_restored_one_is_there_after_a_reboot(smolrun: Smolrun, instances: InstanceFolder) -> None:
    ended = smolrun("run", "site.yml", "reboot.yml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert instances.all() == []


def test_an_image_that_knows_no_key_lets_in_a_throw_away_one_restored_or_not(
    smolrun: Smolrun, tiny: TinyImage, tmp_path: Path
) -> None:
    hosts = json.loads((tmp_path / "vm.yml").read_text())["all"]["hosts"]
    disk = tmp_path / "disk.ext4"
    subprocess.run(["cp", "--sparse=always", hosts["vm"]["guest"]["image"], str(disk)], check=True)
    without = ["/sbin/debugfs", "-w", "-R", "rm /root/.ssh/authorized_keys", str(disk)]
    subprocess.run(without, check=True, capture_output=True)
    guest = {name: value for name, value in hosts["vm"]["guest"].items() if name != "key"}
    hosts["vm"]["guest"] = {**guest, "image": str(disk), "env": {"GREETING": "hello"}}
    (tmp_path / "vm.yml").write_text(json.dumps({"all": {"hosts": hosts}}))
    command = ["exec", "vm", "--", "echo $GREETING; cut -d' ' -f1 /root/.ssh/authorized_keys"]
    booted, restored = (smolrun(*command) for _ in range(2))
    assert booted.stdout == restored.stdout == "hello\nssh-ed25519\n", booted.stderr + restored.stderr
    assert "from its snapshot" not in booted.stderr
    assert "from its snapshot" in restored.stderr
