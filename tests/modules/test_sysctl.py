"""``sysctl``: the file, and the kernel where it is told to."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.sysctl import SysctlArguments, with_setting
from tests.modules.guest import Guest, SystemGuest


@pytest.mark.slow
def test_the_kernel_and_the_file_have_the_value(system: SystemGuest) -> None:
    wanted = {
        "name": "net.ipv4.ip_forward", "value": "yes", "sysctl_file": "/etc/sysctl.d/sr.conf", "sysctl_set": True,
    }  # fmt: skip
    system.sh("sysctl -qw net.ipv4.ip_forward=0")
    system.twice("sysctl", wanted)
    assert system.sh("cat /etc/sysctl.d/sr.conf; sysctl -n net.ipv4.ip_forward") == "net.ipv4.ip_forward=1\n1\n"
    system.sh("sysctl -qw net.ipv4.ip_forward=0")
    assert not system.do("sysctl", wanted | {"sysctl_set": False}).changed
    system.twice("sysctl", wanted)
    system.twice("sysctl", wanted | {"state": "absent"})
    message = system.fails("sysctl", wanted | {"name": "net.no_such"})
    assert "net.no_such" in message
    assert "failed on web1" in message
    system.sh("rm /etc/sysctl.d/sr.conf")


def test_the_file_alone(guest: Guest) -> None:
    guest.here("conf").write_text("# note\nvm.swappiness = 60\n;x=1\nkernel.x=1")
    wanted: dict[str, Any] = {"name": "vm.swappiness", "value": 10, "sysctl_file": guest.path("conf"), "reload": False}
    assert guest.do("sysctl", wanted, check_mode=True).changed
    assert guest.do("sysctl", wanted, diff_mode=True).diffs[0].after.splitlines()[1] == "vm.swappiness=10"
    assert guest.here("conf").read_text() == "# note\nvm.swappiness=10\n;x=1\nkernel.x=1\n"
    assert guest.round_trips(lambda: guest.do("sysctl", wanted)) == 1
    assert guest.do("sysctl", wanted | {"state": "absent"}).changed
    assert "swappiness" not in guest.here("conf").read_text()


def test_settings_are_found_however_they_are_written() -> None:
    assert with_setting("a . b=1\n", "c", "2") == "a . b=1\nc=2\n"
    assert with_setting("-net/ipv4/x =  1  2\n", "net.ipv4.x", "1\t2") == "-net/ipv4/x =  1  2\n"
    assert with_setting("a=1\na=2\n", "a", "3") == "a=3\n"
    assert with_setting("a=1\n", "a", None) == ""


def test_a_value_is_needed() -> None:
    with pytest.raises(ValidationError, match="`value` is needed"):
        SysctlArguments.model_validate({"name": "x"})
