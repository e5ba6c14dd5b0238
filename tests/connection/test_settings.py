from pathlib import Path
from typing import Any

import pytest

from smolrun.connection.become_settings import BecomeKeywords, become_from
from smolrun.connection.settings import ConnectionDefaults, Endpoint, endpoint_from
from smolrun.connection.variables import CONNECTION_VARIABLES
from smolrun.errors import NotRunError
from smolrun.location import Location, SourceFile
from smolrun.source.text import SourceText

FINGERPRINT = "SHA256:" + "A" * 43


def endpoint(variables: dict[str, Any], defaults: ConnectionDefaults | None = None) -> Endpoint:
    return endpoint_from({"inventory_hostname": "web1"} | variables, defaults)


def test_a_host_without_variables_is_reached_by_its_name() -> None:
    assert endpoint({}) == Endpoint(kind="ssh", host="web1")


def test_the_name_given_wins_over_the_variable() -> None:
    assert endpoint_from({"inventory_hostname": "web1"}, host="db1").host == "db1"


def test_variables_describe_the_endpoint() -> None:
    found = endpoint(
        {
            "ansible_host": "10.0.0.1",
            "ansible_port": "2222",
            "ansible_user": "admin",
            "ansible_password": 12345,
            "ansible_ssh_private_key_file": "~/key",
            "ansible_ssh_private_key_passphrase": "phrase",
            "ansible_ssh_args": "-C",
            "ansible_ssh_common_args": "-o ProxyJump=gate",
            "ansible_ssh_extra_args": " -o Port=1 ",
            "ansible_host_key": FINGERPRINT,
            "ansible_ssh_timeout": "2.5",
        }
    )

    assert found == Endpoint(
        kind="ssh",
        host="10.0.0.1",
        port=2222,
        user="admin",
        password="12345",
        key_path=Path("~/key").expanduser(),
        key_passphrase="phrase",
        ssh_arguments="-C -o ProxyJump=gate -o Port=1",
        host_key=FINGERPRINT,
        connect_timeout=2.5,
    )


def test_the_ssh_names_win_over_the_plain_ones() -> None:
    found = endpoint(
        {
            "ansible_host": "a",
            "ansible_ssh_host": "b",
            "ansible_port": 1,
            "ansible_ssh_port": 2,
            "ansible_user": "u",
            "ansible_ssh_user": "v",
            "ansible_password": "p",
            "ansible_ssh_pass": "q",
            "ansible_ssh_password": "r",
        }
    )

    assert (found.host, found.port, found.user, found.password) == ("b", 2, "v", "r")


def test_variables_win_over_keywords_and_flags() -> None:
    defaults = ConnectionDefaults(
        connection="local", remote_user="k", port=1, private_key=Path("/k"), password="k", host_key="insecure"
    )

    found = endpoint({"ansible_connection": "ssh", "ansible_user": "v", "ansible_port": 2}, defaults)

    assert (found.kind, found.user, found.port) == ("ssh", "v", 2)
    assert (found.key_path, found.password, found.host_key) == (Path("/k"), "k", "insecure")


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_text_are_not_set(value: object) -> None:
    defaults = ConnectionDefaults(remote_user="k", port=1)

    found = endpoint({"ansible_user": value, "ansible_port": value, "ansible_host": value}, defaults)

    assert (found.user, found.port, found.host) == ("k", 1, "web1")


@pytest.mark.parametrize("name", ["ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh"])
def test_every_name_of_ssh_means_ssh(name: str) -> None:
    assert endpoint({"ansible_connection": name}).kind == "ssh"


def test_all_local_hosts_of_one_folder_are_one_endpoint() -> None:
    defaults = ConnectionDefaults(folder=Path("/srv"))
    one = endpoint({"ansible_connection": "local", "ansible_host": "x", "ansible_port": 2}, defaults)
    other = endpoint_from({"ansible_connection": "ansible.builtin.local"}, defaults, host="other")

    assert one == other == Endpoint(kind="local", folder=Path("/srv"))
    assert one.description == "this machine"


@pytest.mark.parametrize(
    ("variables", "default", "policy"),
    [
        ({"ansible_host_key_checking": False}, "known_hosts", "insecure"),
        ({"ansible_ssh_host_key_checking": "no"}, "known_hosts", "insecure"),
        ({"host_key_checking": "false"}, "accept-new", "insecure"),
        ({"ansible_host_key_checking": True}, "insecure", "known_hosts"),
        ({"ansible_host_key_checking": True}, "accept-new", "accept-new"),
        ({"ansible_host_key": "accept-new", "ansible_host_key_checking": False}, "known_hosts", "accept-new"),
        ({}, FINGERPRINT, FINGERPRINT),
    ],
)
def test_the_policy_for_host_keys(variables: dict[str, Any], default: str, policy: str) -> None:
    assert endpoint(variables, ConnectionDefaults(host_key=default)).host_key == policy


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ansible_port", 0, "from 1 to 65535, not the number 0"),
        ("ansible_port", 65536, "from 1 to 65535"),
        ("ansible_port", "22.5", "whole number"),
        ("ansible_port", "ssh", "from 1 to 65535, not 'ssh'"),
        ("ansible_port", True, "not true"),
        ("ansible_port", [22], "not a list"),
        ("ansible_host", True, "must be text, not true"),
        ("ansible_user", {"a": 1}, "must be text, not a mapping"),
        ("ansible_user", "a\0b", "NUL"),
        ("ansible_connection", "docker", "'docker', which is not supported"),
        ("ansible_host_key", "MD5:00", "'MD5:00'"),
        ("ansible_host_key", "SHA256:short", "SHA256:short"),
        ("ansible_host_key_checking", "maybe", "true or false"),
        ("ansible_ssh_timeout", 0.5, "from 1"),
        ("ansible_ssh_timeout", "nan", "must be a number"),
    ],
)
def test_values_that_cannot_be_are_refused(name: str, value: object, why: str) -> None:
    with pytest.raises(NotRunError, match=why) as caught:
        endpoint({name: value})

    assert "web1" in caught.value.message


def test_all_mistakes_are_in_one_message_and_the_first_has_its_place() -> None:
    place = Location(SourceFile("hosts", ""), 3, 4)

    with pytest.raises(NotRunError) as caught:
        endpoint({"ansible_connection": SourceText("winrm", place), "ansible_port": "x"})

    assert "winrm" in caught.value.message
    assert "ansible_port" in caught.value.message
    assert caught.value.location == place
    assert caught.value.hint is not None


def test_secrets_are_not_shown() -> None:
    found = endpoint({"ansible_password": "s3cret", "ansible_ssh_private_key_passphrase": "phr4se"})

    assert "s3cret" not in repr(found)
    assert "phr4se" not in repr(found)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Endpoint(host="web1", user="root", port=22), "root@web1:22"),
        (Endpoint(host="web1"), "web1"),
        (Endpoint(host="::1", port=22), "[::1]:22"),
    ],
)
def test_endpoints_are_described_for_people(found: Endpoint, text: str) -> None:
    assert found.description == text


def test_every_variable_that_is_documented_is_read() -> None:
    read: set[str] = set()

    class Recorder(dict[str, Any]):
        def get(self, name: str, default: object = None) -> Any:
            read.add(name)
            return default

    endpoint_from(Recorder(), host="x")
    for method in ("sudo", "su", "doas"):
        become_from(Recorder(), BecomeKeywords(become=True, method=method))

    assert set(CONNECTION_VARIABLES) == read - {"inventory_hostname"}
