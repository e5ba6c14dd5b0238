"""``xattr``: values are compared byte for byte, however they are written."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.xattr import XattrArguments, meant
from tests.modules.guest import Guest, SystemGuest

VALUES = [
    "plain", "", " sp ", "naïve ☃", "x\ny", r"a\b", r"a\\b", r"a\"b", r"\1", r"\1234", r"\400", r"\779", "\\",
    '"quoted"', '"', '""', '"x', 'a"b', "0x4142", "0X4A", "0x", "0sQUI=", "0SQUI=", "0x4 1",
]  # fmt: skip


@pytest.fixture
def file(local: Guest) -> Path:
    path = local.here("it's")
    path.write_text("")
    try:
        os.setxattr(path, "user.other", b"stays")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    return path


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_set_once(local: Guest, file: Path, value: str) -> None:
    given = {"path": str(file), "key": "k", "value": value}
    foreseen = local.do("xattr", given, check_mode=True, diff_mode=True)
    assert (foreseen.changed, foreseen.diffs[0].after) == (True, f"user.k: {value}\n")
    assert os.listxattr(file) == ["user.other"]
    done = local.do("xattr", given)
    assert (done.changed, done.msg, done.values) == (True, f"user.k set to {value}", {"xattr": {}})
    assert os.getxattr(file, "user.k") == meant(value)
    second = local.do("xattr", given, diff_mode=True)
    assert (second.changed, second.diffs) == (False, ())


def test_one_is_removed_once(local: Guest, file: Path) -> None:
    given = {"path": str(file), "key": "user.other", "state": "absent"}
    assert local.do("xattr", given, check_mode=True).changed
    done = local.do("xattr", given)
    assert (done.changed, done.msg) == (True, "user.other removed")
    assert os.listxattr(file) == []
    assert local.round_trips(lambda: local.do("xattr", given)) == 1
    assert not local.do("xattr", given).changed


def test_what_is_there_is_told(local: Guest, file: Path) -> None:
    os.setxattr(file, "user.a=b", b"c=d")
    path = {"path": str(file)}
    assert local.do("xattr", path | {"key": "other"}).values == {"xattr": {"user.other": "stays"}}
    assert local.do("xattr", path | {"key": "none"}).values == {"xattr": {}}
    assert local.do("xattr", path | {"state": "keys"}).values == {"xattr": {"user.other": "", "user.a=b": ""}}
    for given in ({}, {"state": "all"}):
        assert local.do("xattr", path | given).values == {"xattr": {"user.other": "stays", "user.a=b": "c=d"}}


def test_a_link_has_its_own_where_it_is_not_followed(local: Guest, file: Path) -> None:
    local.here("link").symlink_to(file)
    given = {"path": local.path("link"), "namespace": "trusted", "key": "k", "value": "v"}
    assert local.do("xattr", given | {"follow": False}).changed
    assert os.listxattr(file) == ["user.other"]
    assert not local.do("xattr", given | {"follow": False}).changed
    assert local.do("xattr", given).changed
    assert os.getxattr(file, "trusted.k") == b"v"


def test_what_cannot_be_is_told(local: Guest, file: Path) -> None:
    assert local.fails("xattr", {"path": local.path("no")}).startswith(f"{local.path('no')} is not there on web1")
    message = local.fails("xattr", {"path": str(file), "key": "k", "value": "0xZZ"})
    assert message == f"changing user.k of {file} failed on web1: bad input encoding"
    assert "not supported" in local.fails("xattr", {"path": str(file), "namespace": "none", "key": "k", "value": "v"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"value": "x"}, "`key` is needed with `value`"),
        ({"state": "absent"}, "`key` is needed with `state: absent`"),
        ({"state": "present", "key": "x"}, "`value` is needed with `state: present`"),
    ],
)
def test_arguments_that_do_not_belong_together(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        XattrArguments.model_validate({"path": "/x", **given})


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("xattr", {"path": "/tmp"}) == "`getfattr` is not installed on web1"


@pytest.mark.slow
def test_a_real_guest(tooled: SystemGuest) -> None:
    tooled.sh(": >/root/file")
    tooled.twice("xattr", {"path": "~/file", "namespace": "trusted", "key": "k", "value": "v"})
    assert "v" in tooled.sh("getfattr -n trusted.k /root/file")
    tooled.twice("xattr", {"path": "~/file", "key": "trusted.k", "namespace": "", "state": "absent"})
