"""Settings, ssh arguments and configuration files put together: who wins."""

import getpass
from pathlib import Path
from typing import Any

import pytest

from smolrun.errors import ConnectError
from smolrun.ssh.settings import ClientSettings, DefaultUser
from smolrun.ssh.target import Target, resolve_target, warnings_of

CONFIG = """
Host web1
  HostName 10.0.0.1
  Port 2201
  User configured
  IdentityFile ~/.ssh/%n-%r
  UserKnownHostsFile /known/one /known/two
  StrictHostKeyChecking accept-new
  HostKeyAlias shared
  ProxyCommand connect %h %p %r %n %%
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(CONFIG)
    return path


def target(config: Path | str, **options: Any) -> Target:
    return resolve_target(ClientSettings(**{"host": "web1", "ssh_config": config, **options}))


def test_the_file_applies_where_nothing_was_chosen(config: Path) -> None:
    found = target(config)
    assert (found.alias, found.host, found.port, found.user) == ("web1", "10.0.0.1", 2201, "configured")
    assert found.identity_files == (Path("~/.ssh/web1-configured").expanduser(),)
    assert found.user_known_hosts == (Path("/known/one"), Path("/known/two"))
    assert found.host_key == "accept-new"
    assert found.key_name == "shared"
    assert found.proxy_command == "connect 10.0.0.1 2201 configured web1 %"


def test_what_was_chosen_wins_over_the_file(config: Path) -> None:
    found = target(config, user="root", port=22, host_key="insecure", known_hosts=(Path("/mine"),))
    assert (found.user, found.port, found.host_key, found.user_known_hosts) == (
        "root",
        22,
        "insecure",
        (Path("/mine"),),
    )


def test_ssh_arguments_win_over_the_file_and_lose_to_what_was_chosen(config: Path) -> None:
    arguments = "-o Port=2300 -l argument -o HostName=other -o StrictHostKeyChecking=yes -i /key"
    found = target(config, ssh_arguments=arguments)
    assert (found.host, found.port, found.user, found.host_key) == ("other", 2300, "argument", "known_hosts")
    assert found.identity_files[0] == Path("/key")
    assert target(config, ssh_arguments=arguments, user="chosen", port=2400).user == "chosen"
    assert target(config, ssh_arguments=arguments, user="chosen", port=2400).port == 2400


def test_another_file_can_be_named_in_the_arguments(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("Host web1\n Port 2500\n")
    assert target(config, ssh_arguments=f"-F {other}").port == 2500
    with pytest.raises(ConnectError, match="cannot read"):
        target(config, ssh_arguments="-F /does/not/exist")


def test_no_file_at_all(config: Path) -> None:
    found = target("none")
    assert (found.host, found.port, found.user, found.host_key) == ("web1", 22, "root", "known_hosts")
    assert found.key_name == "web1"
    assert target("none", port=2222).key_name == "[web1]:2222"


def test_a_default_user_of_ones_own_loses_to_the_file(config: Path) -> None:
    assert target(config, user=DefaultUser("me")).user == "configured"
    assert target("none", user=DefaultUser("me")).user == "me"


def test_the_users_own_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Include more\nHost web1\n Port 2600\n")
    (tmp_path / ".ssh" / "more").write_text("Host web1\n User included\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    found = resolve_target(ClientSettings("web1"))
    assert (found.port, found.user) == (2600, "included")
    assert found.user_known_hosts[0] == tmp_path / ".ssh" / "known_hosts"


def test_jumps_win_over_a_proxy_command_and_none_means_none(config: Path) -> None:
    found = target(config, ssh_arguments="-J me@a:2,b")
    assert found.proxy_jump == ("me@a:2", "b")
    assert found.proxy_command is None
    found = target(config, ssh_arguments="-o ProxyCommand=none")
    assert (found.proxy_jump, found.proxy_command) == ((), None)


@pytest.mark.parametrize("name", ["`id`", "a;b", "$(id)", "a'b", "a|b"])
def test_a_name_is_never_a_command_of_the_shell_that_runs_a_proxy_command(name: str) -> None:
    arguments = "-o 'ProxyCommand=connect %h %p'"
    with pytest.raises(ConnectError, match="ProxyCommand"):
        resolve_target(ClientSettings(name, ssh_config="none", ssh_arguments=arguments))
    as_user = ClientSettings("web1", user=name, ssh_config="none", ssh_arguments=arguments.replace("%h", "%r"))
    with pytest.raises(ConnectError, match="ProxyCommand"):
        resolve_target(as_user)
    assert resolve_target(ClientSettings(name, ssh_config="none")).host == name


def test_tokens_and_variables_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", "/keys")
    found = target("none", ssh_arguments="-i '${KEYS}/%u-%r-%h'", user="you")
    assert found.identity_files == (Path(f"/keys/{getpass.getuser()}-you-web1"),)


@pytest.mark.parametrize("port", ["0", "65536", "http", "²"])
def test_a_port_that_is_none_is_told(port: str) -> None:
    with pytest.raises(ConnectError, match="port"):
        target("none", ssh_arguments=f"-o Port={port}")


def test_the_agent_can_be_switched_off_or_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/agent")
    monkeypatch.setenv("OTHER", "/other")
    assert target("none").agent_socket == "/agent"
    assert target("none", use_agent=False).agent_socket is None
    assert target("none", ssh_arguments="-o IdentityAgent=none").agent_socket is None
    assert target("none", ssh_arguments="-o IdentityAgent=$OTHER").agent_socket == "/other"
    assert target("none", ssh_arguments="-o IdentityAgent=/third").agent_socket == "/third"


def test_strict_host_key_checking_no_never_means_a_changed_key() -> None:
    arguments = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    assert target("none", ssh_arguments=arguments).host_key == "accept-new"
    assert any("changed" in warning for warning in warnings_of(ClientSettings("web1", ssh_arguments=arguments)))


def test_what_people_should_know_is_told() -> None:
    settings = ClientSettings("web1", ssh_config="none", host_key="insecure", ssh_arguments="-A")
    warnings = warnings_of(settings)
    assert any("not checked" in warning for warning in warnings)
    assert any("-A" in warning for warning in warnings)
    assert warnings_of(ClientSettings("web1", ssh_config="none")) == ()
