"""``service``, ``systemd`` and ``service_facts``: units of a systemd that is process 1, and scripts in /etc/init.d."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.service_facts import services_of
from smolrun.modules.services.arguments import ServiceArguments, SystemdArguments
from tests.modules.guest import Guest, SystemGuest

UNIT = r"printf '[Service]\nExecStart=/bin/sleep 1000\nExecReload=/bin/true\n[Install]\nWantedBy=multi-user.target\n' "
slow = pytest.mark.slow


@pytest.fixture
def unit(system: SystemGuest) -> Iterator[SystemGuest]:
    system.sh(f"{UNIT} > /etc/systemd/system/sr.service; systemctl daemon-reload")
    yield system
    system.sh(
        "systemctl disable -q --now sr.service 2>/dev/null; systemctl unmask -q sr.service; "
        "rm -f /etc/systemd/system/sr.service; systemctl daemon-reload"
    )


def is_active(guest: SystemGuest) -> str:
    return guest.sh("systemctl is-active sr; systemctl is-enabled sr; :").replace("\n", " ").strip()


@slow
@pytest.mark.parametrize("module", ["service", "systemd", "systemd_service"])
def test_a_unit_is_started_enabled_and_stopped_once(unit: SystemGuest, module: str) -> None:
    first = unit.twice(module, {"name": "sr", "state": "started", "enabled": True})
    assert (first.values["state"], first.values["enabled"]) == ("started", True)
    assert first.values["status"]["ActiveState"] == "inactive"
    assert is_active(unit) == "active enabled"
    unit.twice(module, {"name": "sr", "state": "stopped", "enabled": False})
    assert is_active(unit) == "inactive disabled"
    assert unit.round_trips(lambda: unit.do(module, {"name": "sr", "state": "stopped"})) == 1


@slow
def test_restart_and_reload_always_act(unit: SystemGuest) -> None:
    def pid() -> str:
        return unit.sh("systemctl show -p MainPID sr")

    unit.do("service", {"name": "sr", "state": "reloaded"})
    before = pid()
    assert unit.do("service", {"name": "sr", "state": "restarted"}, check_mode=True).changed
    assert pid() == before
    assert unit.do("service", {"name": "sr", "state": "restarted"}).changed
    after = pid()
    assert after != before
    assert unit.do("service", {"name": "sr", "state": "reloaded"}).changed
    assert pid() == after


@slow
def test_a_unit_is_masked(unit: SystemGuest) -> None:
    unit.sh(
        "mkdir -p /run/systemd/system; mv /etc/systemd/system/sr.service /run/systemd/system/; systemctl daemon-reload"
    )
    unit.twice("systemd", {"name": "sr.service", "masked": True})
    assert "masked" in unit.fails("systemd", {"name": "sr", "state": "started"})
    unit.twice("systemd", {"name": "sr", "masked": False})
    unit.sh("rm /run/systemd/system/sr.service")


@slow
def test_unit_files_are_read_again(unit: SystemGuest) -> None:
    unit.do("service", {"name": "sr", "state": "started"})  # systemd forgets what is not running
    unit.sh("sed -i s/1000/2000/ /etc/systemd/system/sr.service; touch -d tomorrow /etc/systemd/system/sr.service")
    assert not unit.do("systemd", {"daemon_reload": True}, check_mode=True).changed
    assert unit.sh("systemctl show -p NeedDaemonReload sr") == "NeedDaemonReload=yes\n"
    assert not unit.do("systemd", {"daemon_reload": True}).changed
    assert not unit.do("service", {"daemon_reload": True}).changed
    assert unit.sh("systemctl show -p NeedDaemonReload sr") == "NeedDaemonReload=no\n"


@slow
def test_what_is_not_there_and_what_does_not_start_are_told(unit: SystemGuest) -> None:
    assert "Could not find the requested service nope" in unit.fails("service", {"name": "nope", "state": "started"})
    unit.sh(
        "sed -i 's#ExecStart=.*#ExecStart=/bin/sh -c \"echo out of cheese; exit 3\"\\nType=oneshot#' "
        "/etc/systemd/system/sr.service; systemctl daemon-reload"
    )
    message = unit.fails("service", {"name": "sr", "state": "started"})
    assert "out of cheese" in message
    assert "sr.service" in message


@slow
def test_all_services_are_told(unit: SystemGuest) -> None:
    unit.do("service", {"name": "sr", "state": "started"})
    services = unit.do("service_facts").ansible_facts["services"]
    assert services["sr.service"] == {
        "name": "sr.service", "state": "running", "status": "disabled", "source": "systemd",
    }  # fmt: skip
    assert services["ssh.service"]["state"] == "running"
    assert services["ssh"] == {"name": "ssh", "state": "running", "source": "sysv"}


SCRIPT = """#!/bin/sh
case $1 in
start) : > /run/sr.on ;;
stop) rm -f /run/sr.on ;;
restart) echo restarted >> /run/sr.log ;;
status) [ -e /run/sr.on ] ;;
esac
"""


@pytest.fixture
def init_script(busybox: Guest) -> Guest:
    script = busybox.root / "etc/init.d/sr"
    script.parent.mkdir(exist_ok=True)
    script.write_text(SCRIPT)
    script.chmod(0o755)
    (busybox.root / "run/sr.on").unlink(missing_ok=True)
    return busybox


def test_scripts_in_init_d_are_run(init_script: Guest) -> None:
    on = init_script.root / "run/sr.on"
    assert init_script.do("service", {"name": "sr", "state": "started"}, check_mode=True).changed
    assert not on.exists()
    assert init_script.do("service", {"name": "sr", "state": "started"}).changed
    assert on.exists()
    assert not init_script.do("service", {"name": "sr", "state": "started"}).changed
    assert init_script.do("service", {"name": "sr", "state": "restarted"}).changed
    assert init_script.do("service_facts").ansible_facts["services"]["sr"]["state"] == "running"
    assert init_script.do("service", {"name": "sr", "state": "stopped"}).changed
    assert not on.exists()


def test_missing_tools_and_scripts_are_named(init_script: Guest) -> None:
    assert init_script.fails("systemd", {"name": "sr", "state": "started"}) == "`systemctl` is not installed on web1"
    assert "no /etc/init.d/nope" in init_script.fails("service", {"name": "nope", "state": "started"})
    foreseen = init_script.do("service", {"name": "nope", "state": "started"}, check_mode=True)
    assert foreseen.changed
    assert "unless an earlier task installs it" in foreseen.warnings[0]
    assert "`name` is needed: systemd" in init_script.fails("service", {"daemon_reload": True})
    assert "`update-rc.d` is not installed" in init_script.fails("service", {"name": "sr", "enabled": True})


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (ServiceArguments, {"name": "x"}, "`state` or `enabled` is needed"),
        (SystemdArguments, {"state": "started"}, "need `name`"),
        (ServiceArguments, {"state": "started", "daemon_reload": True}, "need `name`"),
        (SystemdArguments, {}, "is needed"),
        (SystemdArguments, {"name": "a*", "state": "started"}, "no patterns"),
        (ServiceArguments, {"name": "x", "state": "running"}, "started"),
    ],
)
def test_wrong_arguments_are_told(model: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model.model_validate(arguments)


def test_openrc_services_are_read() -> None:
    raw = RawFacts([("openrc", "Runlevel: default\n sshd    [  started  ]\n cron    [  stopped  ]\n")])
    assert services_of(raw)["sshd"] == {"name": "sshd", "state": "running", "source": "openrc"}
    assert services_of(raw)["cron"]["state"] == "stopped"
