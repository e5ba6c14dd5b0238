"""``acl``: entries are there, are gone, and are told, as ``setfacl`` itself foresees it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.acl import AclArguments
from tests.modules.guest import Guest, SystemGuest

DAEMON = {"etype": "user", "entity": "daemon", "permissions": "r", "state": "present"}


@pytest.fixture
def file(local: Guest) -> Path:
    """A file on a file system that has such lists."""
    if shutil.which("setfacl") is None:
        pytest.skip("setfacl is not installed")
    path = local.here("file")
    path.write_text("")
    path.chmod(0o640)
    if subprocess.run(["setfacl", "-m", "user:daemon:r", path], check=False, capture_output=True).returncode != 0:
        pytest.skip("this file system has no access control lists")
    subprocess.run(["setfacl", "-b", path], check=True)
    return path


def acl(path: Path) -> list[str]:
    told = subprocess.run(["getfacl", "-cpE", path], check=True, capture_output=True, text=True).stdout
    return told.split()


def test_a_user_gets_rights_and_loses_them(local: Guest, file: Path) -> None:
    given = {"path": str(file), **DAEMON}
    foreseen = local.do("acl", given, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert "user:daemon:r--\n" not in foreseen.diffs[0].before
    assert "user:daemon:r--\n" in foreseen.diffs[0].after
    assert foreseen.diffs[0].before == f"# file: {file}\nuser::rw-\ngroup::r--\nother::---\n"
    assert "user:daemon:r--" not in acl(file)
    done = local.do("acl", given)
    assert (done.changed, done.msg) == (True, "user:daemon:r is present")
    assert done.values["acl"] == acl(file) == ["user::rw-", "user:daemon:r--", "group::r--", "mask::r--", "other::---"]
    second = local.do("acl", given, diff_mode=True)
    assert (second.changed, second.diffs, second.values) == (False, (), done.values)
    assert local.round_trips(lambda: local.do("acl", given)) == 1
    assert local.do("acl", {"path": str(file)}).values == done.values
    away = {"path": str(file), "etype": "user", "entity": "daemon", "state": "absent"}
    assert local.do("acl", away, check_mode=True).changed
    gone = local.do("acl", away)
    assert (gone.changed, gone.msg) == (True, "user:daemon is absent")
    assert "user:daemon:r--" not in gone.values["acl"]
    assert not local.do("acl", away).changed


@pytest.mark.usefixtures("file")
def test_a_whole_tree_and_what_is_made_in_it(local: Guest) -> None:
    local.here("d/a b").mkdir(parents=True)
    local.here("d/f,x").write_text("")
    given = {"path": local.path("d"), "entry": "default:group:daemon:rwX", "state": "present", "recurse": True}
    assert local.do("acl", given, check_mode=True).changed
    done = local.do("acl", given, diff_mode=True)
    assert done.changed
    assert f"# file: {local.path('d/a b')}\n" in done.diffs[0].after
    assert "group:daemon:rwx" in done.values["acl"]
    assert not local.do("acl", given).changed
    local.here("d/a b/new").write_text("")
    assert "group:daemon:rwx" in acl(local.here("d/a b/new"))
    access = {"path": local.path("d"), "entry": "group:daemon:rX", "state": "present", "recursive": True}
    assert local.do("acl", access).changed
    assert "group:daemon:r-x" in acl(local.here("d"))
    assert "group:daemon:r--" in acl(local.here("d/f,x"))
    assert not local.do("acl", access).changed
    away = {"path": local.path("d"), "entry": "d:g:daemon", "state": "absent", "recursive": True}
    assert local.do("acl", away).changed
    assert not local.do("acl", away).changed


def test_the_mask_is_made_anew_where_it_is_asked_for(local: Guest, file: Path) -> None:
    given = {"path": str(file), **DAEMON, "permissions": "rw"}
    local.do("acl", {"path": str(file), "etype": "mask", "permissions": "r", "state": "present"})
    kept = local.do("acl", given | {"recalculate_mask": "no_mask"})
    assert [entry.split() for entry in kept.values["acl"]][1] == ["user:daemon:rw-", "#effective:r--"]
    assert "mask::r--" in acl(file)
    assert local.do("acl", given | {"recalculate_mask": "mask"}).changed
    assert "mask::rw-" in acl(file)


def test_what_cannot_be_is_told(local: Guest, file: Path) -> None:
    assert local.fails("acl", {"path": local.path("no")}) == (
        f"{local.path('no')} is not there on web1, or cannot be come at"
    )
    assert "`default` is for folders" in local.fails("acl", {"path": str(file), **DAEMON, "default": True})
    assert "Invalid argument" in local.fails("acl", {"path": str(file), **DAEMON, "entity": "nobody-such"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "present"}, "`etype` is needed with `state: present`"),
        ({"state": "present", "etype": "user"}, "`permissions` is needed"),
        ({"state": "absent", "etype": "user"}, "`entity` is needed with `state: absent`"),
        ({"state": "absent", "etype": "user", "entity": "a", "permissions": "r"}, "goes with `state: present` only"),
        ({"entry": "user:a:r"}, "`entry` goes with `state: present` and `state: absent` only"),
        ({"recursive": True}, "`recursive` goes with"),
        ({"recalculate_mask": "mask"}, "`recalculate_mask` goes with"),
        ({"entry": "user:a:r", "state": "present", "entity": "b"}, "`entry` goes without `etype`"),
        ({"entry": "user:a", "state": "present"}, "`entry` is `type:entity:permissions`, with `default:` before it"),
        ({"entry": "default:user:a:r:x", "state": "absent"}, "`entry` is `type:entity`"),
        ({"entry": "x:a:r", "state": "present"}, "`entry` is for a user, a group, the mask or other"),
        ({**DAEMON, "use_nfsv4_acls": True, "recursive": True}, "`use_nfsv4_acls` goes without"),
    ],
)
def test_arguments_that_do_not_belong_together(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("[", r"\[")):
        AclArguments.model_validate({"path": "/x", **given})


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("acl", {"path": "/tmp", **DAEMON}) == "`setfacl` is not installed on web1"
    assert busybox.fails("acl", {"path": "/tmp"}) == "`getfacl` is not installed on web1"
    assert busybox.fails("acl", {"path": "/tmp", "use_nfsv4_acls": True}) == "`nfs4_getfacl` is not installed on web1"


def test_lists_of_nfs(local: Guest) -> None:
    """With tools that keep the list in a file: there is no such file system here."""
    tools = {
        "nfs4_getfacl": 'printf "# file: %s\\n" "$2"; cat "$2.acl"',
        "nfs4_setfacl": 'case $1 in -a) echo "$2" >>"$4.acl" ;; -x) sed -i "/^$2\\$/d" "$4.acl" ;; esac',
    }
    for name, text in tools.items():
        local.here(name).write_text(f"#!/bin/sh\n{text}\n")
        local.here(name).chmod(0o755)
    local.here("f").write_text("")
    local.here("f.acl").write_text("A::OWNER@:rwtcy\n")
    context = {"environment": {"PATH": f"{local.folder}:/usr/bin:/bin"}}
    given = {"path": local.path("f"), "etype": "group", "entity": "staff", "permissions": "rw", "use_nfsv4_acls": True}
    done = local.do("acl", {**given, "state": "present"}, **context)
    assert (done.changed, done.values["acl"]) == (True, ["A::OWNER@:rwtcy", "A:g:staff:rwtcy"])
    assert not local.do("acl", {**given, "state": "present"}, **context).changed
    assert local.do("acl", {**given, "state": "absent"}, check_mode=True, **context).changed
    assert local.do("acl", {**given, "state": "absent"}, **context).values["acl"] == ["A::OWNER@:rwtcy"]
    assert not local.do("acl", {**given, "state": "absent"}, **context).changed


@pytest.mark.slow
def test_a_real_guest(tooled: SystemGuest) -> None:
    tooled.sh(": >/tmp/acl-file")
    tooled.twice("acl", {"path": "/tmp/acl-file", **DAEMON})
    assert "user:daemon:r--" in tooled.sh("getfacl -p /tmp/acl-file")
    tooled.twice("acl", {"path": "/tmp/acl-file", "entry": "u:daemon", "state": "absent"})
