"""The client as a library: its exact interface, what it refuses, and that nothing happens before it is used."""

import inspect
import socket
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import smolrun
from smolrun import CommandResult, ConnectionLostError, OperationTimeoutError, SmolVMError, SSHClient
from smolrun.errors import ConnectError, TransferError
from smolrun.ssh.settings import ClientSettings, Options
from tests.servers.fixtures import AsUser
from tests.servers.processes import free_port


def parameters(function: Any) -> list[tuple[str, Any]]:
    """Those that may be given by position, with their defaults."""
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    found = [parameter for parameter in inspect.signature(function).parameters.values() if parameter.kind == positional]
    return [(parameter.name, parameter.default) for parameter in found if parameter.name != "self"]


def test_the_arguments_stand_in_their_promised_order() -> None:
    needed = inspect.Parameter.empty
    assert parameters(SSHClient) == [
        ("host", needed), ("user", "root"), ("port", 22), ("key_path", None), ("password", None),
        ("connect_timeout", 10),
    ]  # fmt: skip
    assert parameters(SSHClient.wait_for_ssh) == [("timeout", 60.0), ("interval", 0.1)]
    assert parameters(SSHClient.run) == [("command", needed), ("timeout", 30), ("shell", "login")]


def test_errors_derive_from_one() -> None:
    assert issubclass(OperationTimeoutError, SmolVMError)
    assert issubclass(ConnectionLostError, SmolVMError)
    assert not issubclass(ConnectError, OperationTimeoutError)


@pytest.mark.parametrize("name", smolrun.__all__)
def test_what_is_offered_is_there(name: str) -> None:
    assert getattr(smolrun, name).__name__ == name


@pytest.mark.parametrize(
    ("arguments", "options", "named"),
    [
        (("",), {}, "host"),
        ((" ",), {}, "host"),
        ((None,), {}, "host"),
        (("a b",), {}, "host"),
        (("-oProxyCommand=id",), {}, "host"),
        (("a\0b",), {}, "host"),
        (("h", ""), {}, "user"),
        (("h", None), {}, "user"),
        (("h", "a\nb"), {}, "user"),
        (("h", "u", 0), {}, "port"),
        (("h", "u", -1), {}, "port"),
        (("h", "u", 65536), {}, "port"),
        (("h", "u", "22"), {}, "port"),
        (("h", "u", True), {}, "port"),
        (("h", "u", 22.0), {}, "port"),
        (("h", "u", 22, None, None, 0), {}, "connect_timeout"),
        (("h",), {"connect_timeout": 0.99}, "connect_timeout"),
        (("h",), {"connect_timeout": None}, "connect_timeout"),
        (("h",), {"connect_timeout": float("nan")}, "connect_timeout"),
        (("h",), {"host_key": "yes"}, "host_key"),
        (("h",), {"auth_grace": -1}, "auth_grace"),
        (("h",), {"output_limit": 1}, "output_limit"),
        (("h",), {"keepalive_interval": 0}, "keepalive_interval"),
    ],
)
def test_impossible_settings_are_refused_by_their_name(arguments: Any, options: Any, named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        SSHClient(*arguments, **options)


def test_the_smallest_and_the_largest_settings_are_taken() -> None:
    assert SSHClient("h", "u", 1, connect_timeout=1).settings.port == 1
    assert SSHClient("fe80::1%eth0", "u", 65535).settings.port == 65535


@pytest.mark.parametrize(
    "arguments",
    [
        {"command": ""},
        {"command": " \n"},
        {"command": "a\0b"},
        {"timeout": 0.5},
        {"timeout": 0},
        {"shell": "bash"},
        {"shell": "raw", "environment": {"A": "b"}},
    ],
)
def test_what_can_never_be_run_is_a_value_error(arguments: dict[str, object]) -> None:
    client = SSHClient("127.0.0.1", port=1)
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        client.run(**{"command": "true", **arguments})  # type: ignore[arg-type]


def test_an_unknown_option_is_told_with_what_was_meant() -> None:
    with pytest.raises(TypeError, match=r"'hostkey'.*did you mean 'host_key'"):
        SSHClient("h", hostkey="insecure")  # type: ignore[call-arg]
    by_position: Any = ("h", "u", 22, None, None, 10, "insecure")
    with pytest.raises(TypeError):
        SSHClient(*by_position)


def test_nothing_is_sent_before_the_first_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        client = SSHClient("127.0.0.1", port=listener.getsockname()[1])
        seen = [client.connected]
        client.close()
        client.reset_connection()
        with client:
            seen.append(client.connected)
        assert seen == [False, False]
        for wrong in ({"command": ""}, {"command": "true", "timeout": 0}, {"command": "true", "shell": "bash"}):
            with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
                client.run(**wrong)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_what_is_no_text_is_no_command() -> None:
    with pytest.raises(TypeError, match="command must be text, not bytes"):
        SSHClient("h").run(b"true")  # type: ignore[arg-type]


def test_a_connection_that_cannot_be_made_is_no_timeout_even_past_it() -> None:
    with pytest.raises(SmolVMError) as caught:
        SSHClient("127.0.0.1", port=free_port(), host_key="insecure").run("true", timeout=1)
    assert not isinstance(caught.value, OperationTimeoutError)


def test_a_result_says_what_came_of_the_command(openssh_as: AsUser) -> None:
    with openssh_as("dash").client() as client:
        result = client.run("echo ' a '; echo b >&2; exit 3", 20, "login")
        assert isinstance(result, CommandResult)
        assert (result.exit_code, result.stdout, result.stderr) == (3, " a \n", "b\n")
        assert (result.ok, result.output, result.stdout_bytes) == (False, "a", b" a \n")
        seen = [client.connected]
    seen.append(client.connected)
    assert seen == [True, False]
    assert client.run("echo on", shell="raw").ok, "a closed client can be used again"


def test_files_by_their_paths(openssh_as: AsUser, tmp_path: Path) -> None:
    client = openssh_as("dash", fresh=True).client()
    local, back = tmp_path / "local", tmp_path / "back"
    local.write_bytes(b"\0content\xff")
    client.put(str(local), "remote")
    assert client.get("remote", str(back)) == b"\0content\xff"
    assert back.read_bytes() == b"\0content\xff"
    with pytest.raises(TransferError):
        client.get("nowhere", back)
    assert back.read_bytes() == b"\0content\xff", "a failed download leaves what was there"
    with pytest.raises(FileNotFoundError):
        client.get("remote", tmp_path / "no folder" / "back")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "local"]


def test_every_setting_can_be_given_to_the_client() -> None:
    by_position = {"host", "user", "port", "key_path", "password", "connect_timeout"}
    assert {field.name for field in fields(ClientSettings)} == by_position | set(Options.__annotations__)
