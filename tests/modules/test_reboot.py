"""``reboot``: a server that goes and comes back; the command and the sign of a start are the test's own."""

from tests.modules.guest import Guest


def test_it_waits_until_the_guest_is_back(debian: Guest) -> None:
    debian.here("boot").write_text("first")
    order = f"sleep 1; echo second > {debian.path('boot')}; kill $PPID"
    wanted = {"reboot_command": order, "boot_time_command": f"cat {debian.path('boot')}", "reboot_timeout": 30}
    told: list[str] = []
    assert debian.do("reboot", wanted, check_mode=True).changed
    assert debian.here("boot").read_text() == "first"
    result = debian.do("reboot", wanted, progress=told.append)
    assert (result.changed, result.values["rebooted"]) == (True, True)
    assert debian.here("boot").read_text() == "second\n"
    assert "to be back" in told[0]


def test_a_guest_that_does_not_go_down_is_told(debian: Guest) -> None:
    debian.here("boot").write_text("first")
    wanted = {"reboot_command": "true", "boot_time_command": f"cat {debian.path('boot')}", "reboot_timeout": 1}
    assert "still running from before" in debian.fails("reboot", wanted)
    assert "its start could not be noticed" in debian.fails("reboot", {"boot_time_command": "false"})


def test_a_guest_on_which_nothing_works_yet_is_told(debian: Guest) -> None:
    debian.here("boot").write_text("first")
    wanted = {
        "reboot_command": f"echo second > {debian.path('boot')}", "boot_time_command": f"cat {debian.path('boot')}",
        "reboot_timeout": 3, "test_command": "echo not yet >&2; false",
    }  # fmt: skip
    assert "exits with 1: not yet" in debian.fails("reboot", wanted)


def test_this_machine_is_left_alone(local: Guest) -> None:
    assert "this machine" in local.fails("reboot")
