"""ssh_config(5): what our reader makes of a file is what ``ssh -G`` makes of it."""

import subprocess
from pathlib import Path

import pytest

from smolrun.errors import ConnectError
from smolrun.ssh.ssh_config import SSHConfig

ASKED = ("hostname", "port", "user", "proxyjump", "stricthostkeychecking", "identitiesonly", "hostkeyalias")

CONFIGS = {
    "first value wins": "Host web1\n Port 2201\nHost *\n Port 2202\n User other\n",
    "patterns and negation": "Host web* !web2\n Port 2201\nHost web?\n User wild\nHost *\n Port 2209\n",
    "equals sign, case, quotes": 'HOST "web1"\n  port=2201\n\tUSER = "me"\n',
    "comments and blank lines": "# one\n\n   # two\nHost web1 # three\n  User me\n",
    "host name token": "Host web1\n HostName %h.lab\n",
    "match host sees the host name": "Host web1\n HostName real.lab\nMatch host real.lab\n User matched\n",
    "match originalhost": "Match originalhost web*\n User original\n",
    "match several": "Match originalhost web1 user asked\n Port 2201\nMatch originalhost web1 user else\n Port 2202\n",
    "match negated": "Match !originalhost web1\n Port 2201\nMatch !originalhost other\n Port 2202\n",
    "match all": "Match all\n Port 2201\n",
    "match final": "Match final host real.lab\n Port 2201\nHost web1\n HostName real.lab\n",
    "jump": "Host web1\n ProxyJump me@gate:2222\nHost *\n ProxyJump none\n",
    "strict": "Host *\n StrictHostKeyChecking accept-new\n IdentitiesOnly yes\n",
    "alias": "Host web1\n HostKeyAlias shared\n",
}


def by_openssh(path: Path, host: str, user: str) -> dict[str, str]:
    shown = subprocess.run(
        ["ssh", "-G", "-F", str(path), "-l", user, host], capture_output=True, text=True, check=True
    ).stdout
    return dict(line.split(" ", 1) for line in shown.splitlines() if " " in line)


def by_us(path: Path, host: str, user: str) -> dict[str, tuple[str, ...]]:
    config = SSHConfig()
    config.read(path, relative_to=path.parent, required=True)
    return config.lookup(host, user, {"user": (user,)})


DEFAULTS = {"port": "22", "stricthostkeychecking": "ask", "identitiesonly": "no"}
SAME = {"true": "yes", "false": "no"}


@pytest.mark.parametrize("host", ["web1", "web2", "other"])
@pytest.mark.parametrize("name", CONFIGS)
def test_a_file_means_what_it_means_to_ssh(tmp_path: Path, name: str, host: str) -> None:
    path = tmp_path / "config"
    path.write_text(CONFIGS[name])
    theirs, ours = by_openssh(path, host, "asked"), by_us(path, host, "asked")
    for option in ASKED:
        value = ours.get(option, ("",))[0]
        if option == "hostname":
            value = (value or host).replace("%h", host)
        value = "" if value == "none" else value or DEFAULTS.get(option, "")
        expected = theirs.get(option, "")
        assert SAME.get(value, value) == SAME.get(expected, expected), option


def test_include_is_read_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "b.conf").write_text("Port 2202\nHost web1\n User from-b\n")
    (tmp_path / "conf.d" / "a.conf").write_text("Host web1\n Port 2201\n")
    path = tmp_path / "config"
    path.write_text(f"Include {tmp_path}/conf.d/*.conf\nHost *\n User late\n Port 2209\n")
    for host in ("web1", "web2"):
        theirs, ours = by_openssh(path, host, "x"), by_us(path, host, "x")
        assert ours["port"] == (theirs["port"],)


def test_include_inside_a_block_holds_only_there(tmp_path: Path) -> None:
    (tmp_path / "inner").write_text("Port 2201\nHost *\n HostName inner.lab\n")
    path = tmp_path / "config"
    path.write_text(f"Host web1\n Include {tmp_path}/inner\n HostKeyAlias after\n")
    assert by_us(path, "web1", "x")["hostname"] == ("inner.lab",)
    assert by_us(path, "web1", "x")["hostkeyalias"] == ("after",)
    assert "hostname" not in by_us(path, "web2", "x")
    assert "port" not in by_us(path, "web2", "x")


def test_an_include_of_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(f"Include {path}\n")
    with pytest.raises(ConnectError, match="nested"):
        by_us(path, "web1", "x")


def test_key_files_add_up(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("Host web1\n IdentityFile ~/a\nHost *\n IdentityFile ~/b\n IdentityFile ~/a\n")
    assert by_us(path, "web1", "x")["identityfile"] == ("~/a", "~/b")


def test_a_proxy_command_keeps_its_quotes(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("Host *\n ProxyCommand sh -c 'exec nc \"%h\" %p' # no comment\n")
    assert by_us(path, "web1", "x")["proxycommand"] == ("sh -c 'exec nc \"%h\" %p' # no comment",)


def test_match_exec_is_not_run_and_said(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(f"Match exec 'touch {tmp_path}/ran'\n Port 2201\nMatch !exec true\n Port 2202\n")
    config = SSHConfig()
    config.read(path, relative_to=tmp_path)
    assert "port" not in config.lookup("web1", None, {})
    assert len(config.warnings) == 2
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["Host\n", "Port\n", "Match host\n", "!!! x\n"])
def test_a_line_that_is_none_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    path.write_text("\n" + text)
    with pytest.raises(ConnectError, match=f"{path}:2"):
        by_us(path, "web1", "x")


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    config = SSHConfig()
    config.read(tmp_path / "none", relative_to=tmp_path)
    with pytest.raises(ConnectError, match="cannot read"):
        config.read(tmp_path / "none", relative_to=tmp_path, required=True)
