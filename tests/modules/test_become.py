"""Modules act as the user that a task becomes, and keep what they send out of sight."""

import os
import pwd
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smolrun.connection.session import GuestSession
from smolrun.ssh.request import Become
from tests.modules.guest import Guest

pytestmark = pytest.mark.root
NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def as_nobody(debian: Guest) -> dict[str, Any]:
    os.chown(debian.here(), NOBODY.pw_uid, NOBODY.pw_gid)
    session = debian.task().guest
    assert isinstance(session, GuestSession)
    return {"guest": replace(session, become=Become("nobody"))}


def test_files_belong_to_the_user_that_is_become(debian: Guest, as_nobody: dict[str, Any]) -> None:
    arguments = {"content": "x", "dest": debian.path("file"), "mode": "0600"}
    assert debian.do("copy", arguments, check_mode=True, **as_nobody).changed
    result = debian.do("copy", arguments, **as_nobody)
    assert result.values["owner"] == "nobody"
    assert debian.here("file").stat().st_uid == NOBODY.pw_uid
    assert not debian.do("copy", arguments, **as_nobody).changed


def test_what_the_user_may_not_do_fails(debian: Guest, as_nobody: dict[str, Any]) -> None:
    message = debian.fails("copy", {"content": "x", "dest": "/etc/smolrun-test"}, **as_nobody)
    assert "cannot be written on web1" in message
    assert "denied" in message


@pytest.mark.parametrize("module", ["shell", "command"])
def test_commands_run_as_that_user(debian: Guest, as_nobody: dict[str, Any], module: str) -> None:
    result = debian.do(module, {"cmd": "id -un"}, **as_nobody)
    assert result.command is not None
    assert result.command.output == "nobody"


def test_the_folder_is_one_that_the_user_may_be_in(debian: Guest, as_nobody: dict[str, Any]) -> None:
    """Root's home, where the connection begins, is closed to others, and find(1) finds nothing from there."""
    closed = not Path("/root").stat().st_mode & 0o005
    result = debian.do("shell", {"cmd": "pwd && ls >/dev/null"}, **as_nobody)
    assert result.command is not None
    assert (result.command.output != "/root") == closed
    assert debian.task(**as_nobody).guest.read("", "pwd").output == result.command.output
    debian.here("some").mkdir()
    debian.here("some/file").write_text("")
    assert debian.do("find", {"paths": debian.path("some")}, **as_nobody).values["matched"] == 1
    packed = debian.do("archive", {"path": debian.path("some"), "dest": debian.path("some.tgz")}, **as_nobody)
    assert packed.values["archived"] == [debian.path("some/file")]
    debian.here("some/closed").mkdir(mode=0o700)
    message = debian.fails("archive", {"path": debian.path("some"), "dest": debian.path("some.tgz")}, **as_nobody)
    assert message.startswith("what is to be packed cannot be told on web1: find:")
    assert "closed" in message


def test_scripts_and_facts_too(debian: Guest, as_nobody: dict[str, Any]) -> None:
    debian.source("who", "id -un; ls -ld $(dirname $0) | cut -c1-10\n")
    result = debian.do("script", {"cmd": "who"}, **as_nobody)
    assert result.command is not None
    assert result.command.stdout == "nobody\ndrwx------\n"
    assert debian.do("setup", {"gather_subset": "min"}, **as_nobody).ansible_facts["user_id"] == "nobody"
