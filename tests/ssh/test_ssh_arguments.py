"""Options of an ssh command line are honoured or told as having no effect; none is silently lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smolrun.errors import ConnectError
from smolrun.ssh.ssh_arguments import CONFIG_FILE, HONOURED, NEEDLESS, parse_ssh_arguments


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("-o ProxyJump=gate", "proxyjump", ("gate",)),
        ("-oProxyJump=gate", "proxyjump", ("gate",)),
        ("-o 'ProxyJump gate'", "proxyjump", ("gate",)),
        ("-J a,b", "proxyjump", ("a,b",)),
        ("-o ProxyCommand='ssh -W %h:%p gate'", "proxycommand", ("ssh -W %h:%p gate",)),
        ('-o ProxyCommand="nc -x proxy:1080 %h %p"', "proxycommand", ("nc -x proxy:1080 %h %p",)),
        ("-i ~/.ssh/a -i b", "identityfile", ("~/.ssh/a", "b")),
        ("-p 2222", "port", ("2222",)),
        ("-p2222", "port", ("2222",)),
        ("-Cqp 2222", "port", ("2222",)),
        ("-l me", "user", ("me",)),
        ("-F /etc/other", CONFIG_FILE, ("/etc/other",)),
        ("-4", "addressfamily", ("inet",)),
        ("-o StrictHostKeyChecking=no", "stricthostkeychecking", ("no",)),
        ("-o UserKnownHostsFile='a b'", "userknownhostsfile", ("a", "b")),
        ('-o UserKnownHostsFile=/dev/null -o "UserKnownHostsFile=x"', "userknownhostsfile", ("/dev/null",)),
    ],
)
def test_options_are_understood_in_every_form(text: str, name: str, values: tuple[str, ...]) -> None:
    options, warnings = parse_ssh_arguments(text)
    assert options == {name: values}
    assert warnings == ()


@pytest.mark.parametrize(
    "text", ["-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=/x", "-C -q -T -o LogLevel=ERROR", "", "-vvv"]
)
def test_what_asks_for_nothing_that_is_missing_stays_quiet(text: str) -> None:
    assert parse_ssh_arguments(text) == ({}, ())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-o Ciphers=aes256-ctr", "-o Ciphers=aes256-ctr"),
        ("-L 80:x:80", "-L 80:x:80"),
        ("-A", "-A"),
        ("-o ForwardAgent=yes", "-o ForwardAgent=yes"),
        ("-D1080", "-D 1080"),
        ("host", "'host'"),
    ],
)
def test_what_has_no_effect_is_said(text: str, shown: str) -> None:
    options, warnings = parse_ssh_arguments(text)
    assert options == {}
    assert len(warnings) == 1
    assert shown in warnings[0]


@pytest.mark.parametrize("text", ["-o", "-i", "-o Nothing", "-o ProxyJump='a"])
def test_what_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(ConnectError) as raised:
        parse_ssh_arguments(text)
    assert raised.value.phase == "configuration"
    assert not raised.value.transient


@given(st.text("-oipJFLqv =a'\"", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        options, _ = parse_ssh_arguments(text)
    except ConnectError:
        return
    assert options.keys() <= HONOURED | {CONFIG_FILE}


def test_no_option_is_both_honoured_and_needless() -> None:
    assert not HONOURED & NEEDLESS
