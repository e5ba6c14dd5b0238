"""``uri``: requests of the guest's own, told as Ansible tells them."""

import ssl
import subprocess
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.connection.settings import Endpoint
from smolrun.modules.uri import UriArguments
from smolrun.modules.web.arguments import configuration
from tests.modules.guest import CountingSSH, Guest
from tests.modules.web_server import WebServer, web_server
from tests.servers.openssh import OpenSSHServer


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


def test_a_form_of_several_parts(local: Guest, web: WebServer) -> None:
    local.source("a report.txt", "of ours\n")
    local.here("there.bin").write_bytes(b"\0\xff")
    ask = {"url": f"{web.url}/status/200", "method": "POST", "body_format": "form-multipart"}
    body = {"text": "☃", "empty": "", "a": {"filename": "x/n.json", "content": "{}"}, "b": {"filename": "a report.txt"}}
    local.do("uri", {**ask, "body": body})
    local.do("uri", {**ask, "body": {"f": {"filename": local.path("there.bin")}}, "remote_src": True})
    parts = [parts_of(headers["content-type"], sent) for _, _, headers, sent in web.requests]
    assert parts == [
        {
            "a": ("n.json", "application/json", b"{}"),
            "b": ("a report.txt", "text/plain", b"of ours\n"),
            "empty": (None, "text/plain", b""),
            "text": (None, "text/plain", "☃".encode()),
        },
        {"f": ("there.bin", "application/octet-stream", b"\0\xff")},
    ]


def parts_of(content_type: str, body: bytes) -> dict[str, Any]:
    """Name, file name, type and content of the parts of a form, as another parser reads them."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        found[name] = (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
    return found


@pytest.mark.parametrize("body", ["text", ["x"], {"a": {}}, {"a": {"filenam": "x"}}, {"a": [1]}, None])
def test_a_form_of_several_parts_needs_fields(body: Any) -> None:
    with pytest.raises(ValidationError, match="form-multipart"):
        UriArguments.model_validate({"url": "http://x", "body_format": "form-multipart", "body": body})


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


class TestWithoutCurl:
    """The guest's SSH server makes the connection: Dropbear here, a guest that has BusyBox and nothing else."""

    def test_a_json_service(self, busybox: Guest, web: WebServer) -> None:
        body = {"name": "☃"}
        given = {"url": f"{web.url}/echo", "method": "POST", "body": body, "body_format": "json"}
        values = busybox.do("uri", {**given, "headers": {"X-Token": "x"}}).values
        assert values["status"] == 200
        assert values["json"]["headers"]["x-token"] == "x"
        assert values["json"]["headers"]["content-type"] == "application/json"
        assert values["cookies"] == {"a": "1"}

    def test_status_redirects_and_passwords(self, busybox: Guest, web: WebServer) -> None:
        failed = busybox.do("uri", {"url": f"{web.url}/status/404"})
        assert failed.msg == "Status code was 404 and not [200]: HTTP Error 404: Not Found"
        followed = busybox.do("uri", {"url": f"{web.url}/redirect"})
        assert followed.values["redirected"]
        assert followed.values["json"]["method"] == "GET"
        stayed = busybox.do("uri", {"url": f"{web.url}/redirect", "follow_redirects": "no", "status_code": 302})
        assert stayed.values["location"] == "/echo"
        given = {"url": f"{web.url}/secret", "user": "me", "password": 'it\'s "x"\\', "return_content": True}
        assert busybox.do("uri", given).values["content"] == "in"
        assert (
            busybox.do("uri", {"url": f"{web.url}/status/201", "method": "HEAD", "status_code": 201}).values["status"]
            == 201
        )

    def test_nobody_listens(self, busybox: Guest) -> None:
        failed = busybox.do("uri", {"url": "http://127.0.0.1:1/"})
        assert failed.values["status"] == -1
        assert "cannot connect to 127.0.0.1:1" in failed.msg

    def test_the_connection_goes_on_being_used(self, busybox: Guest, web: WebServer) -> None:
        for _ in range(3):
            busybox.do("uri", {"url": f"{web.url}/echo"})
            busybox.do("stat", {"path": "/"})

    def test_a_large_body_both_ways(self, busybox: Guest, web: WebServer) -> None:
        web.files["/big"] = b"x" * 3_000_000
        given = {"url": f"{web.url}/file/big", "dest": busybox.folder}
        assert busybox.do("uri", given).changed
        assert busybox.here("big").stat().st_size == 3_000_000
        assert not busybox.do("uri", given).changed
        busybox.do("uri", {"url": f"{web.url}/echo", "method": "PUT", "body": "y" * 3_000_000})
        assert len(web.requests[-1][3]) == 3_000_000

    def test_tls(self, busybox: Guest, tmp_path: Path) -> None:
        key, certificate = tmp_path / "key.pem", busybox.here("ca.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=web", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with web_server(context) as web:
            web.files["/big"] = b"x" * 300_000
            refused = busybox.do("uri", {"url": f"{web.url}/echo"})
            assert refused.values["status"] == -1
            assert "certificate verify failed" in refused.msg
            for more in ({"validate_certs": False}, {"ca_path": busybox.path("ca.pem")}):
                given = {"url": f"{web.url}/file/big", "return_content": True, **more}
                assert len(busybox.do("uri", given).values["content"]) == 300_000

    def test_a_server_that_forwards_nothing_is_named(self, tmp_path: Path, web: WebServer) -> None:
        (tmp_path / "server").mkdir()
        server = OpenSSHServer(tmp_path / "server", options={"AllowTcpForwarding": "no"})
        server.start()
        login = server.endpoint()
        connection = CountingSSH(
            Endpoint(
                host=login.host, port=login.port, user=login.user, key_path=login.key_path, host_key=login.fingerprint
            )
        )
        try:
            guest = Guest(connection, str(tmp_path), Path("/"), tmp_path)
            message = guest.fails("uri", {"url": f"{web.url}/echo"}, environment={"PATH": "/nowhere"})
        finally:
            connection.close()
            server.stop()
        assert "`curl` is not installed, and the guest's SSH server forwards no connections" in message
        assert web.requests == []

    def test_what_only_curl_can_do(self, busybox: Guest, web: WebServer) -> None:
        message = busybox.fails("uri", {"url": f"{web.url}/echo", "unix_socket": "/x"})
        assert message == "`curl` is not installed on web1, and without it there is no `unix_socket`"
        environment = {"http_proxy": "http://proxy:3128"}
        assert "which http_proxy names" in busybox.fails("uri", {"url": f"{web.url}/echo"}, environment=environment)


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
