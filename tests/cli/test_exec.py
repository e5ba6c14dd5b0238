from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, program
from tests.servers.endpoint import Endpoint
from tests.servers.processes import free_port

Smolrun = Callable[..., Ended]
EMBEDDED = ("embedded", "--guest", "embedded")


def test_output_and_code_are_those_of_the_command(smolrun: Smolrun) -> None:
    ended = smolrun("exec", *EMBEDDED, "--", "echo out; echo err >&2; exit 7")
    assert (ended.code, ended.out) == (7, "out\n")
    assert "err\n" in ended.err


def test_several_words_are_a_command_and_its_arguments(smolrun: Smolrun) -> None:
    ended = smolrun("exec", *EMBEDDED, "--", "printf", "%s|", "a b", "$HOME", "it's")
    assert ended.out == "a b|$HOME|it's|"


def test_the_guests_own_options_are_left_alone_after_the_dashes(smolrun: Smolrun) -> None:
    assert smolrun("exec", *EMBEDDED, "--", "echo", "--help", "-v").out == "--help -v\n"


def test_124_past_the_timeout(smolrun: Smolrun) -> None:
    ended = smolrun("exec", *EMBEDDED, "--task-timeout", "1", "--", "echo begun; sleep 30")
    assert ended.code == 124
    assert ended.out == "begun\n"
    assert "1 s" in ended.err


def test_137_when_a_signal_ended_it(smolrun: Smolrun) -> None:
    assert smolrun("exec", *EMBEDDED, "--mode", "raw", "--", "kill -KILL $$").code == 137


def test_255_when_the_host_is_unreachable(smolrun: Smolrun) -> None:
    ended = smolrun("exec", f"root@127.0.0.1:{free_port()}", "-T", "2", "--", "true")
    assert ended.code == 255
    assert "ERROR!" in ended.err


def test_255_and_the_line_to_pin_for_an_unknown_host_key(smolrun: Smolrun, openssh: Endpoint) -> None:
    ended = smolrun(
        "exec", f"{openssh.user}@{openssh.host}:{openssh.port}", "--private-key", str(openssh.key_path), "--", "true"
    )
    assert ended.code == 255
    assert openssh.fingerprint in ended.err


def test_a_destination_needs_no_inventory(smolrun: Smolrun, openssh: Endpoint) -> None:
    ended = smolrun(
        "exec", f"{openssh.user}@{openssh.host}:{openssh.port}", "--private-key", str(openssh.key_path),
        "--host-key", openssh.fingerprint, "--", "id -un",
    )  # fmt: skip
    assert (ended.code, ended.out) == (0, f"{openssh.user}\n")


def test_an_inventory_host_with_templates_in_its_variables(smolrun: Smolrun, openssh: Endpoint) -> None:
    Path("hosts.yml").write_text(
        f"all:\n  vars: {{where: {openssh.host}}}\n  hosts:\n    web1:\n"
        f"      ansible_host: '{{{{ where }}}}'\n      ansible_port: {openssh.port}\n"
        f"      ansible_user: {openssh.user}\n      ansible_ssh_private_key_file: {openssh.key_path}\n"
        f"      ansible_host_key: {openssh.fingerprint}\n"
    )
    assert smolrun("exec", "web1", "-i", "hosts.yml", "--", "echo here").out == "here\n"


def test_an_unknown_inventory_host_is_a_bad_option(smolrun: Smolrun) -> None:
    ended = smolrun("exec", "web2", "-i", "web1,", "--", "true")
    assert ended.code == 5
    assert "it has: web1" in ended.err


@pytest.mark.parametrize("pattern", ["web", "all", "web*"])
def test_for_several_hosts_a_way_is_named(smolrun: Smolrun, pattern: str) -> None:
    Path("hosts").write_text("[web]\nweb1\nweb2\n")
    ended = smolrun("exec", pattern, "-i", "hosts", "--", "true")
    assert ended.code == 5
    assert f"| smolrun run /dev/stdin -l '{pattern}'" in ended.err


def test_standard_input_is_sent_when_asked_for() -> None:
    ended = program("exec", *EMBEDDED, "--stdin", "--", "tr a-z A-Z", input="hello\n", stdin=None)
    assert ended.stdout == "HELLO\n"


def test_bytes_reach_a_pipe_unchanged() -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "smolrun", "exec", *EMBEDDED, "--", r"printf '\377\000\033[31m'"],
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    assert done.stdout == b"\xff\x00\x1b[31m"


def test_becoming_another_user_on_the_embedded_guest_is_refused(smolrun: Smolrun) -> None:
    ended = smolrun("exec", *EMBEDDED, "-b", "--", "id")
    assert ended.code == 1 or ended.code == 255
    assert "cannot become another" in ended.err


def test_a_host_of_the_inventory_that_comes_from_a_provider_is_made_for_the_command(smolrun: Smolrun) -> None:
    Path("hosts.yml").write_text("all: {hosts: {box: {guest: {provider: embedded}, port_of: web}}}")
    ended = smolrun("exec", "box", "-i", "hosts.yml", "--", "pwd")
    assert (ended.code, ended.err) == (0, "")
    assert "smolrun-guest-home-" in ended.out
    assert not Path(ended.out.strip()).exists()
