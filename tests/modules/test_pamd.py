"""``pamd``: rules of PAM are changed one by one, and all else stays as it is written."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.pamd import PamdArguments
from smolrun.modules.system.pam_rules import Rule, inserted, is_control, lines_of, with_arguments
from tests.modules.guest import Guest, SystemGuest

SERVICE = """#%PAM-1.0
# who may
auth\t[success=1 default=ignore]\tpam_unix.so nullok
@include common-auth

-session   optional pam_systemd.so class=user debug
session    required pam_limits.so
"""
UNIX = {"type": "auth", "control": "[ success = 1  default=ignore ]", "module_path": "pam_unix.so"}
SYSTEMD = {"type": "-session", "control": "optional", "module_path": "pam_systemd.so"}


@pytest.mark.slow
def test_logins_go_on(system: SystemGuest) -> None:
    motd = {"name": "sshd", "type": "session", "control": "optional", "module_path": "pam_motd.so"}
    system.sh("cp /etc/pam.d/sshd /tmp/sshd.pam")
    assert system.twice("pamd", motd | {"state": "absent"}).values["change_count"] == 2
    wheel = {
        "name": "su", "type": "auth", "control": "sufficient", "module_path": "pam_rootok.so", "new_type": "auth",
        "new_control": "required", "new_module_path": "pam_wheel.so", "module_arguments": "use_uid", "state": "after",
    }  # fmt: skip
    system.twice("pamd", wheel)
    assert system.sh("su smol -c 'echo in'") == "in\n"
    new = {"type": "auth", "control": "required", "module_path": "pam_wheel.so", "name": "su"}
    system.twice("pamd", new | {"state": "absent"})
    system.sh("cat /tmp/sshd.pam >/etc/pam.d/sshd")


@pytest.mark.parametrize(
    ("given", "before", "after", "count"),
    [
        ({**UNIX, "new_control": "sufficient"}, 2, ["auth       sufficient pam_unix.so nullok"], 1),
        ({**UNIX, "module_arguments": "try_first_pass, debug"}, 2,
         ["auth       [success=1 default=ignore] pam_unix.so try_first_pass debug"], 1),
        ({**UNIX, "module_arguments": ""}, 2, ["auth       [success=1 default=ignore] pam_unix.so"], 1),
        ({**UNIX, "state": "absent"}, 2, [], 1),
        ({**SYSTEMD, "state": "args_present", "module_arguments": ["class=greeter", "debug", "type=tty"]}, 5,
         ["-session   optional pam_systemd.so class=greeter debug type=tty"], 1),
        ({**SYSTEMD, "state": "args_absent", "module_arguments": "debug,nothing"}, 5,
         ["-session   optional pam_systemd.so class=user"], 1),
        ({**SYSTEMD, "new_type": "session", "new_module_path": "pam_x.so"}, 5,
         ["session    optional pam_x.so class=user debug"], 1),
        ({**UNIX, "state": "before", "new_type": "auth", "new_control": "required", "new_module_path": "pam_env.so"}, 2,
         ["auth       required pam_env.so", SERVICE.splitlines()[2]], 1),
        ({**SYSTEMD, "state": "after", "new_type": "session", "new_control": "[default=1]",
          "new_module_path": "pam_y.so", "module_arguments": "a b"}, 5,
         [SERVICE.splitlines()[5], "session    [default=1] pam_y.so a b"], 1),
    ],
)  # fmt: skip
def test_one_rule_is_another(guest: Guest, given: dict[str, Any], before: int, after: list[str], count: int) -> None:
    guest.here("service").write_text(SERVICE)
    wanted = {"path": guest.folder, "name": "service", **given}
    foreseen = guest.do("pamd", wanted, check_mode=True, diff_mode=True)
    assert guest.here("service").read_text() == SERVICE
    done = guest.do("pamd", wanted | {"backup": True})
    lines = SERVICE.splitlines()
    lines[before : before + 1] = after
    assert guest.here("service").read_text().splitlines() == lines
    assert foreseen.diffs[0].after.splitlines() == lines
    assert done.values["change_count"] == foreseen.values["change_count"] == count
    assert guest.here(done.values["backupdest"].rpartition("/")[2]).read_text() == SERVICE
    assert guest.round_trips(lambda: guest.do("pamd", wanted)) == 1
    again = guest.do("pamd", wanted, diff_mode=True)
    assert (again.changed, again.diffs, again.values) == (False, (), {"change_count": 0, "backupdest": ""})


def test_what_does_not_match_changes_nothing(guest: Guest) -> None:
    guest.here("service").write_text(SERVICE)
    for other in ({"type": "session"}, {"control": "required"}, {"module_path": "pam_unix.so"}):
        wanted = {"path": guest.folder, "name": "service", **SYSTEMD, **other, "state": "absent"}
        assert not guest.do("pamd", wanted).changed


def test_a_service_that_is_not_there_is_told(guest: Guest) -> None:
    message = guest.fails("pamd", {"path": guest.folder, "name": "none", **UNIX}, check_mode=True)
    assert message == f"there is no service {guest.path('none')} of PAM on web1"


def test_comments_between_rules_stay_where_a_rule_is_put() -> None:
    lines = lines_of("auth required a.so\n# why\nauth required b.so")
    key, new = ("auth", "required", "b.so"), Rule("auth", "optional", "c.so")
    before, _ = inserted(lines, key, new, after=False)
    assert before == ["auth required a.so\n", "# why\n", "auth       optional c.so\n", "auth required b.so"]
    assert inserted(before, key, new, after=False) == (before, 0)
    after, count = inserted(lines, key, new, after=True)
    assert (after[2:], count) == (["auth required b.so\n", "auth       optional c.so\n"], 1)
    assert inserted(after, key, new, after=True)[1] == 0


def test_a_rule_may_go_on_on_the_next_line() -> None:
    text = "auth required \\\n  a.so x\n\nb"
    assert lines_of(text) == ["auth required \\\n  a.so x\n", "\n", "b"]
    assert Rule.read(lines_of(text)[0]) == Rule("auth", "required", "a.so", ("x",))


def test_brackets_are_one_argument() -> None:
    rule = Rule.read(r"auth [default=ignore] pam_x.so [query=select a \] b] [c d] e")
    assert rule == Rule("auth", "[default=ignore]", "pam_x.so", (r"[query=select a \] b]", "[c d]", "e"))


def test_an_argument_has_the_wanted_value() -> None:
    assert with_arguments(("retry=3", "a", "x=y=1"), ("x=z=2", "a", "b", "retry=")) == ("retry=", "a", "x=z=2", "b")


@pytest.mark.parametrize(
    ("control", "known"),
    [
        ("required", True), ("[success=done new_authtok_reqd=2 default=ignore]", True), ("[ default = die ]", True),
        ("requird", False), ("[]", False), ("[success]", False), ("[success=perhaps]", False),
    ],
)  # fmt: skip
def test_controls_are_those_of_pam(control: str, known: bool) -> None:
    assert is_control(control) is known


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"state": "before", "new_type": "auth"}, "`state: before` needs"),
        ({"state": "args_present"}, "needs `module_arguments`"),
        ({"state": "args_present", "module_arguments": ["[a b]"]}, "use `updated`"),
        ({"new_control": "requird"}, "'requird' is no control of PAM"),
        ({"module_arguments": ["a\nauth sufficient pam_permit.so"]}, "a rule is one line"),
    ],
)
def test_nonsense_is_refused(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        PamdArguments.model_validate({"name": "x", **UNIX, **given})
