"""``get_url``: downloaded once by the guest's own tool, verified, and put in place as a whole."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.connection.session import GuestSession
from tests.modules.guest import Guest
from tests.modules.web_server import WebServer, web_server

CONTENT = b"\0\xffcontent\r\n" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        server.files |= {"/tool.tgz": CONTENT, "/SUMS": f"00  other\n{SHA256} *./tool.tgz\n".encode()}
        yield server


@pytest.fixture(params=["curl", "wget"])
def guest(request: pytest.FixtureRequest, local: Guest, tmp_path: Path) -> Guest:
    """This machine with one tool to download with."""
    tool = shutil.which(request.param)
    if tool is None:
        pytest.skip(f"{request.param} is not installed")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / request.param).symlink_to(tool)
    for name in (
        "stat",
        "ls",
        "cat",
        "readlink",
        "sha256sum",
        "sha1sum",
        "md5sum",
        "wc",
        "chmod",
        "chown",
        "mv",
        "rm",
        "cp",
    ):
        (tools / name).symlink_to(f"/bin/{name}")
    environment = {"PATH": str(tools)}
    session = local.task().guest
    assert isinstance(session, GuestSession)
    local.context["guest"] = replace(session, environment=environment)
    return local


def test_every_tool_brings_the_same(guest: Guest, web: WebServer) -> None:
    given = {"url": f"{web.url}/file/tool.tgz", "dest": guest.folder, "mode": "0640"}
    assert guest.do("get_url", given, check_mode=True).changed
    assert list(guest.here().iterdir()) == []
    done = guest.do("get_url", given)
    assert done.changed
    assert guest.here("tool.tgz").read_bytes() == CONTENT
    assert guest.here("tool.tgz").stat().st_mode & 0o7777 == 0o640
    assert (done.values["dest"], done.values["mode"]) == (guest.path("tool.tgz"), "0640")
    assert done.values["checksum_src"] == done.values["checksum_dest"] == hashlib.sha1(CONTENT).hexdigest()
    assert not guest.do("get_url", given).changed
    assert not guest.do("get_url", given, check_mode=True).changed
    assert [path.name for path in guest.here().iterdir()] == ["tool.tgz"]


def test_what_is_not_newer_is_not_downloaded(local: Guest, web: WebServer) -> None:
    given = {"url": f"{web.url}/file/tool.tgz", "dest": local.path("x")}
    local.do("get_url", given)
    again = local.do("get_url", given)
    assert (again.changed, again.values["status_code"]) == (False, 304)
    local.here("x").write_text("other")
    assert not local.do("get_url", given).changed
    assert local.do("get_url", {**given, "force": True}).changed
    assert local.here("x").read_bytes() == CONTENT


def test_a_file_of_the_guest_that_is_not_newer_is_no_empty_file(local: Guest) -> None:
    """curl has no status to tell by that it gave nothing."""
    local.here("source").write_bytes(CONTENT)
    given = {"url": f"file://{local.path('source')}", "dest": local.path("x")}
    assert local.do("get_url", given).changed
    assert not local.do("get_url", given).changed
    assert local.here("x").read_bytes() == CONTENT


def test_a_file_with_the_right_checksum_is_not_asked_for(guest: Guest, web: WebServer) -> None:
    given = {"url": f"{web.url}/file/tool.tgz", "dest": guest.path("x"), "checksum": f"sha256:{SHA256}"}
    assert guest.do("get_url", given).changed
    asked = len(web.requests)
    assert not guest.do("get_url", given).changed
    assert len(web.requests) == asked
    guest.here("x").write_text("other")
    assert guest.do("get_url", {**given, "checksum": f"sha256:{web.url}/file/SUMS"}).changed
    assert guest.here("x").read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_what_is_there(guest: Guest, web: WebServer) -> None:
    guest.here("x").write_text("old")
    given = {"url": f"{web.url}/file/tool.tgz", "dest": guest.path("x"), "checksum": f"sha256:{'0' * 64}"}
    assert "did not match" in guest.fails("get_url", given)
    assert guest.here("x").read_text() == "old"
    assert [path.name for path in guest.here().iterdir()] == ["x"]
    assert "no checksum for 'tool.tgz'" in guest.fails("get_url", {**given, "checksum": f"md5:{web.url}/file/tool.tgz"})


def test_an_error_of_the_server_leaves_what_is_there(guest: Guest, web: WebServer) -> None:
    guest.here("x").write_text("old")
    given = {"url": f"{web.url}/status/404", "dest": guest.path("x"), "force": True}
    assert "Request failed" in guest.fails("get_url", given)
    assert guest.here("x").read_text() == "old"
    assert [path.name for path in guest.here().iterdir()] == ["x"]


def test_status_and_message(local: Guest, web: WebServer) -> None:
    failed = local.do("get_url", {"url": f"{web.url}/status/500", "dest": local.path("x")})
    assert failed.failed
    assert (failed.msg, failed.values["status_code"]) == ("Request failed: HTTP Error 500: Internal Server Error", 500)
    assert local.do("get_url", {"url": "http://127.0.0.1:1/x", "dest": local.path("x")}).values["status_code"] == -1


def test_headers_passwords_backup_and_attributes(local: Guest, web: WebServer) -> None:
    local.here("x").write_text("old")
    local.here("x").chmod(0o604)
    owner = 1000 if os.geteuid() == 0 else os.geteuid()  # only root gives files away
    given = {"url": f"{web.url}/secret", "dest": local.path("x"), "username": "me", "url_password": 'it\'s "x"\\'}
    done = local.do("get_url", {**given, "headers": {"X-A": "b"}, "backup": True, "force": True, "owner": str(owner)})
    assert local.here("x").read_text() == "in"
    assert (local.root / str(done.values["backup_file"]).lstrip("/")).read_text() == "old"
    status = local.here("x").stat()
    assert (status.st_mode & 0o777, status.st_uid) == (0o604, owner)
    assert web.requests[-1][2]["x-a"] == "b"
    assert "401" in local.fails("get_url", {**given, "url_password": "no", "force": True})


def test_secrets_need_curl(busybox: Guest, web: WebServer) -> None:
    given = {"url": f"{web.url}/secret", "dest": busybox.path("x"), "headers": {"Authorization": "s3cret"}}
    assert "`curl` is not installed on web1" in busybox.fails("get_url", given)
    assert web.requests == []


def test_two_round_trips(guest: Guest, web: WebServer) -> None:
    given = {"url": f"{web.url}/file/tool.tgz", "dest": guest.path("x")}
    assert guest.round_trips(lambda: guest.do("get_url", given)) == 2


@pytest.mark.parametrize(
    "more", [{"checksum": "00"}, {"checksum": "sha256:xyz"}, {"checksum": "crc:00"}, {"url": "http://a b/"}]
)
def test_what_cannot_be_is_refused(local: Guest, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        local.do("get_url", {"url": "http://x/", "dest": "/x", **more})
