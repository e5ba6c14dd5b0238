"""``pam_limits``: one line of limits.conf, whatever else stands there."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.pam_limits import PamLimitsArguments
from smolrun.modules.system.limits_conf import Wish, with_limit
from tests.modules.guest import Guest, SystemGuest

FILE = """# /etc/security/limits.conf
#joe  soft  nofile  1
 joe   soft nofile\t1000 # his
*  hard  core  0
"""


@pytest.mark.slow
def test_a_login_has_the_limit(system: SystemGuest) -> None:
    limit = {"domain": "smol", "limit_type": "-", "limit_item": "nproc", "value": 12345}
    system.sh("cp /etc/security/limits.conf /tmp/limits")
    system.twice("pam_limits", limit)
    assert system.sh("su smol -c 'ulimit -u' || su smol -s /bin/bash -c 'ulimit -u'") == "12345\n"
    system.sh("cat /tmp/limits >/etc/security/limits.conf")


def test_a_limit_is_changed_where_it_stands(guest: Guest) -> None:
    file = guest.here("limits")
    file.write_text(FILE)
    wanted = {
        "domain": "joe", "limit_type": "soft", "limit_item": "nofile", "value": 2000, "dest": guest.path("limits"),
        "backup": True,
    }  # fmt: skip
    foreseen = guest.do("pam_limits", wanted, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert file.read_text() == FILE
    done = guest.do("pam_limits", wanted)
    assert done.msg == "joe\tsoft\tnofile\t2000\t# his"
    assert file.read_text() == foreseen.diffs[0].after == FILE.replace(FILE.splitlines()[2], done.msg)
    assert guest.here(done.values["backup_file"].rpartition("/")[2]).read_text() == FILE
    assert guest.round_trips(lambda: guest.do("pam_limits", wanted)) == 1
    assert not guest.do("pam_limits", wanted, diff_mode=True).diffs
    assert not guest.do("pam_limits", wanted | {"comment": "another word alone is no change"}).changed


def test_a_limit_is_added_and_the_file_made(guest: Guest) -> None:
    wanted = {
        "domain": "@web", "limit_type": "hard", "limit_item": "memlock", "value": "unlimited", "comment": "why",
        "dest": guest.path("new.conf"), "backup": True,
    }  # fmt: skip
    assert guest.do("pam_limits", wanted, check_mode=True).changed
    assert not guest.here("new.conf").exists()
    assert guest.do("pam_limits", wanted).values == {}
    assert guest.here("new.conf").read_text() == "@web\thard\tmemlock\tunlimited\t#why\n"
    assert guest.here("new.conf").stat().st_mode & 0o777 == 0o644
    assert not guest.do("pam_limits", wanted).changed


def test_what_cannot_be_written_is_told(guest: Guest) -> None:
    wanted = {"domain": "a", "limit_type": "-", "limit_item": "cpu", "value": 1}
    assert "is a folder on web1" in guest.fails("pam_limits", wanted | {"dest": guest.path("")})
    message = guest.fails("pam_limits", wanted | {"dest": guest.path("no/such")}, check_mode=True)
    assert message.endswith("no/such lies in a folder that is not there on web1")


@pytest.mark.parametrize(
    ("item", "there", "value", "higher", "lower"),
    [
        ("nofile", "10", "9", "10", "9"),
        ("nofile", "9", "10", "10", "9"),
        ("nofile", "unlimited", "10", "unlimited", "10"),
        ("nofile", "10", "-1", "-1", "10"),
        ("nofile", "infinity", "-1", "infinity", "-1"),
        ("nice", "-1", "-5", "-1", "-5"),
        ("priority", "3", "-1", "3", "-1"),
        ("nofile", "nonsense", "5", "5", "5"),
    ],
)
def test_the_higher_or_the_lower_stays(item: str, there: str, value: str, higher: str, lower: str) -> None:
    for keep, expected in (("max", higher), ("min", lower)):
        _, line = with_limit(f"a - {item} {there}\n", Wish("a", "-", item, value, keep))
        assert line.split()[3] == expected


@pytest.mark.parametrize("line", ["b - cpu 1", "a soft cpu 1", "a - cpu", "a - cpu 1 2", "# a - cpu 1", " # a - cpu 1"])
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert with_limit(line, Wish("a", "-", "cpu", "7"))[0] == f"{line}\na\t-\tcpu\t7\n"


def test_an_unfinished_file_that_has_the_limit_stays_so() -> None:
    assert with_limit("a - cpu 7", Wish("a", "-", "cpu", "7"))[0] == "a - cpu 7"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"value": "many"}, "`value` of `nofile` is 0 or more, `unlimited` or `infinity`, not 'many'"),
        ({"value": -2}, "not '-2'"),
        ({"limit_item": "nice", "value": 20}, "a number from -20 to 19, not '20'"),
        ({"use_min": True, "use_max": True}, "cannot be given together"),
        ({"domain": "a b"}, "`domain` is one word"),
        ({"comment": "a\nb - cpu 1"}, "`comment` one line"),
        ({"limit_item": "colour"}, "limit_item"),
    ],
)
def test_nonsense_is_refused(given: Mapping[str, Any], message: str) -> None:
    whole = {"domain": "a", "limit_type": "-", "limit_item": "nofile", "value": 1}
    with pytest.raises(ValidationError, match=re.escape(message)):
        PamLimitsArguments.model_validate({**whole, **given})


def test_a_folder_is_a_value_of_chroot() -> None:
    whole = {"domain": "a", "limit_type": "-", "limit_item": "chroot", "value": "/srv/jail"}
    assert PamLimitsArguments.model_validate(whole).value == "/srv/jail"
