"""``uri``: requests of the guest's own, told as Ansible tells them."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.web.arguments import configuration
from tests.modules.guest import Guest
from tests.modules.web_server import WebServer, web_server


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


def test_a_json_service(local: Guest, web: WebServer) -> None:
    body = {"name": 'it\'s "x" \\ ☃\n', "n": [1, None]}
    given = {"url": f"{web.url}/echo", "method": "post", "body": body, "body_format": "json"}
    values = local.do("uri", {**given, "headers": {"X-Token": 'a"b\\c'}}).values
    assert values["json"]["method"] == "POST"
    assert values["json"]["headers"]["content-type"] == "application/json"
    assert values["json"]["headers"]["x-token"] == 'a"b\\c'
    assert (values["status"], values["content_type"]) == (200, "application/json")
    assert values["cookies"] == {"a": "1"}
    assert values["cookies_string"] == "a=1"
    assert "content" not in values
    assert not values["redirected"]


@pytest.mark.parametrize(
    ("given", "body", "content_type"),
    [
        ({"body": {"a": "1 2", "b": ["x", "y"]}, "body_format": "form-urlencoded"}, "a=1+2&b=x&b=y",
         "application/x-www-form-urlencoded"),
        ({"body": "@/etc/passwd"}, "@/etc/passwd", None),
        ({"body": "a=1", "body_format": "form-urlencoded"}, "a=1", "application/x-www-form-urlencoded"),
        ({"body": '{"a": 1}', "body_format": "json"}, '{"a": 1}', "application/json"),
        ({"body": "x", "headers": {"content-type": "text/x"}, "body_format": "json"}, "x", "text/x"),
        ({"src": "send me"}, "from a file", None),
    ],
)  # fmt: skip
def test_what_is_sent(local: Guest, web: WebServer, given: dict[str, Any], body: str, content_type: str | None) -> None:
    local.source("send me", "from a file")
    local.do("uri", {"url": f"{web.url}/echo", "method": "PUT", **given})
    method, _, headers, sent = web.requests[0]
    assert (method, sent.decode(), headers.get("content-type")) == ("PUT", body, content_type)


def test_an_unexpected_status_fails_with_the_content(local: Guest, web: WebServer) -> None:
    failed = local.do("uri", {"url": f"{web.url}/status/404"})
    assert failed.failed
    assert failed.msg == "Status code was 404 and not [200]: HTTP Error 404: Not Found"
    assert (failed.values["status"], failed.values["content"]) == (404, "body of it")
    fine = local.do("uri", {"url": f"{web.url}/status/404", "status_code": "200, 404", "return_content": True})
    assert not fine.failed
    assert fine.values["content"] == "body of it"
    assert not local.do("uri", {"url": f"{web.url}/status/201", "method": "HEAD", "status_code": 201}).failed


def test_no_answer_has_the_status_minus_one(local: Guest) -> None:
    failed = local.do("uri", {"url": "http://127.0.0.1:1/", "timeout": 20})
    assert failed.failed
    assert failed.values["status"] == -1
    assert "Status code was -1 and not [200]: Request failed" in failed.msg


def test_redirects(local: Guest, web: WebServer) -> None:
    followed = local.do("uri", {"url": f"{web.url}/redirect"})
    assert followed.values["redirected"]
    assert followed.values["url"] == f"{web.url}/echo"
    assert followed.values["json"]["method"] == "GET"
    stayed = local.do("uri", {"url": f"{web.url}/redirect", "follow_redirects": "no", "status_code": 302})
    assert stayed.values["location"] == "/echo"
    assert local.do("uri", {"url": f"{web.url}/redirect", "method": "POST", "status_code": 302}).values["status"] == 302


def test_passwords(local: Guest, web: WebServer) -> None:
    given = {"url": f"{web.url}/secret", "user": "me", "password": 'it\'s "x"\\', "return_content": True}
    assert local.do("uri", given).values["content"] == "in"
    assert local.do("uri", {**given, "password": "other"}).values["status"] == 401


def test_the_body_into_a_file(local: Guest, web: WebServer) -> None:
    web.files["/a b"] = b"\0\xff\r\n"
    given = {"url": f"{web.url}/file/a%20b", "dest": local.folder, "mode": "0600"}
    web.files["/a%20b"] = web.files["/a b"]
    done = local.do("uri", given)
    assert done.changed
    assert done.values["path"] == local.path("a b")
    assert local.here("a b").read_bytes() == b"\0\xff\r\n"
    assert local.here("a b").stat().st_mode & 0o777 == 0o600
    assert not local.do("uri", given).changed


def test_creates_and_removes(local: Guest, web: WebServer) -> None:
    assert "exists" in local.do("uri", {"url": f"{web.url}/echo", "creates": local.folder}).msg
    assert "does not exist" in local.do("uri", {"url": f"{web.url}/echo", "removes": local.path("*.x")}).msg
    assert web.requests == []


def test_one_round_trip(local: Guest, web: WebServer) -> None:
    assert local.round_trips(lambda: local.do("uri", {"url": f"{web.url}/echo"})) == 1


def test_a_guest_without_curl_is_told_so(busybox: Guest, web: WebServer) -> None:
    assert "`curl` is not installed on web1" in busybox.fails("uri", {"url": f"{web.url}/echo"})
    assert web.requests == []


def test_values_cannot_become_options_of_curl() -> None:
    assert configuration([("url", 'x"\noutput = "/etc/passwd')]) == 'url = "x\\"\\noutput = \\"/etc/passwd"\n'


@pytest.mark.parametrize(
    "more",
    [{"use_gssapi": True}, {"headers": {"a": "b\r\nc: d"}}, {"url": "http://x/a b"}, {"body": "x", "src": "y"},
     {"method": "GET /"}, {"unredirected_headers": "X-Other"}, {"follow_redirects": "maybe"},
     {"body_format": "form-multipart"}],
)  # fmt: skip
def test_what_cannot_be_is_refused(local: Guest, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        local.do("uri", {"url": "http://x/", **more})
