"""A guest like Alpine: OpenRC for services, BusyBox for all else."""

from collections.abc import Mapping
from typing import Any

import pytest

from smolrun.modules.base import ModuleResult
from tests.modules.guest import Guest

pytestmark = pytest.mark.root


def sh(guest: Guest, script: str) -> str:
    result = guest.task().guest.script(script)
    assert result.ok, result.stderr
    return result.stdout


def twice(guest: Guest, module: str, arguments: Mapping[str, Any]) -> ModuleResult:
    """The first run's result: check mode foresees the change, the run makes it, a second one makes none."""
    assert guest.do(module, arguments, check_mode=True, diff_mode=True).changed
    first = guest.do(module, arguments)
    assert first.changed
    assert not guest.do(module, arguments, check_mode=True).changed
    assert not guest.do(module, arguments).changed
    return first


def test_openrc_starts_and_stops_services(alpine: Guest) -> None:
    first = twice(alpine, "service", {"name": "sleeper", "state": "started"})
    assert (first.values["state"], first.values["name"]) == ("started", "sleeper")
    pid = sh(alpine, "kill -0 $(cat /run/sleeper.pid) && cat /run/sleeper.pid")
    assert alpine.do("service", {"name": "sleeper", "state": "restarted"}).changed
    assert sh(alpine, "cat /run/sleeper.pid") != pid
    assert alpine.do("service", {"name": "sleeper", "state": "reloaded"}).changed
    assert sh(alpine, "cat /run/sleeper.log; rm /run/sleeper.log") == "reloaded\n"
    twice(alpine, "service", {"name": "sleeper", "state": "stopped"})
    sh(alpine, "[ ! -e /run/sleeper.pid ]")


def test_openrc_enables_services_in_a_runlevel(alpine: Guest) -> None:
    twice(alpine, "service", {"name": "sleeper", "enabled": True})
    sh(alpine, "[ -L /etc/runlevels/default/sleeper ] && [ ! -e /etc/runlevels/boot/sleeper ]")
    twice(alpine, "service", {"name": "sleeper", "enabled": True, "runlevel": "boot"})
    twice(alpine, "service", {"name": "sleeper", "enabled": False})
    sh(alpine, "[ ! -e /etc/runlevels/default/sleeper ] && [ -L /etc/runlevels/boot/sleeper ]")
    twice(alpine, "service", {"name": "sleeper", "enabled": False, "runlevel": "boot", "state": "started"})
    twice(alpine, "service", {"name": "sleeper", "state": "stopped"})


def test_a_service_that_is_none_is_told(alpine: Guest) -> None:
    for wanted in ({"state": "started"}, {"enabled": True}):
        assert "nope" in alpine.fails("service", {"name": "nope", **wanted})


def test_facts_of_an_alpine(alpine: Guest) -> None:
    facts = alpine.do("setup", {}).ansible_facts
    names = ("distribution", "distribution_version", "os_family")
    assert [facts[name] for name in names] == ["Alpine", "3.20.3", "Alpine"]
    services = alpine.do("service_facts", {}).ansible_facts["services"]
    assert services["sleeper"]["state"] == "stopped"
    assert services["sleeper"]["source"] == "openrc"


def test_a_users_crontab(alpine: Guest) -> None:
    twice(alpine, "cron", {"name": "job", "job": "true", "minute": "5"})
    assert sh(alpine, "crontab -l") == "#Ansible: job\n5 * * * * true\n"
    twice(alpine, "cron", {"name": "job", "state": "absent"})


def test_the_name_of_the_guest_lasts(alpine: Guest) -> None:
    """It shares the kernel, and so the name, of this machine: the file is all that may be changed here."""
    now = sh(alpine, "uname -n").strip()
    assert alpine.do("hostname", {"name": now, "use": "alpine"}).changed
    assert not alpine.do("hostname", {"name": now, "use": "alpine"}).changed
    assert sh(alpine, "cat /etc/hostname") == f"{now}\n"
