"""``cron``: tables and files."""

from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.cron import CronArguments
from smolrun.modules.system import cron_table
from tests.modules.guest import Guest


@pytest.fixture
def table(busybox: Guest) -> Guest:
    """BusyBox's own crontab, without any tables."""
    tables = busybox.root / "var/spool/cron/crontabs"
    tables.mkdir(parents=True, exist_ok=True)
    for left in tables.iterdir():
        left.unlink()
    return busybox


def test_a_job_is_kept_changed_and_removed(table: Guest) -> None:
    job: dict[str, Any] = {"name": "clean up", "minute": "5", "job": "date '+%d' \\% > /dev/null"}
    assert table.do("cron", job, check_mode=True).changed
    assert not (table.root / "var/spool/cron/crontabs/root").exists()
    assert table.do("cron", job).values == {"jobs": ["clean up"], "envs": [], "state": "present"}
    assert (table.root / "var/spool/cron/crontabs/root").read_text() == (
        "#Ansible: clean up\n5 * * * * date '+%d' \\% > /dev/null\n"
    )
    assert not table.do("cron", job, check_mode=True).changed
    assert table.round_trips(lambda: table.do("cron", job)) == 1
    changed = table.do("cron", job | {"minute": 6, "disabled": True}, diff_mode=True)
    assert "#6 * * * *" in changed.diffs[0].after
    assert table.do("cron", {"name": "clean up", "state": "absent"}).values["jobs"] == []
    assert not table.do("cron", {"name": "clean up", "state": "absent"}).changed


def test_each_user_has_a_table_and_variables(table: Guest) -> None:
    table.do("cron", {"name": "x", "job": "true", "user": "guest", "special_time": "reboot"})
    assert table.do("cron", {"name": "PATH", "job": "/bin", "env": True, "user": "guest"}).values["envs"] == ["PATH"]
    table.do("cron", {"name": "B", "job": "b", "env": True, "user": "guest", "insertafter": "PATH"})
    text = (table.root / "var/spool/cron/crontabs/guest").read_text()
    assert text == 'PATH="/bin"\nB="b"\n#Ansible: x\n@reboot true\n'
    backed_up = table.do("cron", {"name": "x", "state": "absent", "user": "guest", "backup": True})
    assert (table.root / backed_up.values["backup_file"].lstrip("/")).read_text() == text
    assert "no user nobody-here" in table.fails("cron", {"name": "x", "job": "y", "user": "nobody-here"})
    missing = {"name": "C", "job": "c", "env": True, "insertbefore": "NOPE"}
    assert "'NOPE' not found" in table.fails("cron", missing)


def test_jobs_in_a_file_say_who_runs_them(table: Guest) -> None:
    path = table.path("cron.d/tool")
    job = {"name": "x", "job": "true", "user": "guest", "cron_file": path, "hour": "1,2"}
    assert table.do("cron", job, check_mode=True).changed
    assert table.do("cron", job).values["cron_file"] == path
    assert table.here("cron.d/tool").read_text() == "#Ansible: x\n* 1,2 * * * guest true\n"
    assert not table.do("cron", job).changed
    assert table.do("cron", {"name": "x", "cron_file": path, "state": "absent"}).changed
    assert not table.here("cron.d/tool").exists()
    assert not table.do("cron", {"name": "x", "cron_file": path, "state": "absent"}).changed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "x"}, "`job` is needed"),
        ({"name": "x", "job": "a\nb"}, "one line"),
        ({"name": "x", "job": "a", "cron_file": "f"}, "needs `user`"),
        ({"name": "x", "job": "a", "special_time": "daily", "hour": "5"}, "stands instead"),
        ({"name": "x", "job": "a", "special_time": "noon"}, "reboot"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CronArguments.model_validate(arguments)


def test_what_stands_around_stays() -> None:
    lines = ["# note", "A=1", "#Ansible: x", "* * * * * old", "", "* * * * * other"]
    assert cron_table.with_job(lines, "x", "new") == ["# note", "A=1", "#Ansible: x", "new", "", "* * * * * other"]
    assert cron_table.without_job(lines, "x") == ["# note", "A=1", "", "* * * * * other"]
    assert cron_table.variables(lines) == ["A"]
