"""The configuration as the commands use it and as ``smolrun config`` shows it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]

LOCAL = "web1 ansible_connection=local\nweb2 ansible_connection=local\n"


def test_every_value_with_its_origin_and_what_it_won_over(
    smolrun: Smolrun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\nforks = 20\n")
    (tmp_path / "smolrun.toml").write_text("forks = 7\nuser = 'me'\n")
    monkeypatch.setenv("SMOLRUN_FORKS", "3")
    ended = smolrun("config", "--changed")
    assert ended.out.splitlines() == [
        "forks = 3  (environment variable SMOLRUN_FORKS)",
        "    overrides 7  (smolrun.toml:1)",
        "    overrides 20  (ansible.cfg:2)",
        'user = "me"  (smolrun.toml:2)',
    ]
    shown = json.loads(smolrun("config", "forks", "mode", "--output", "json").out)
    assert shown["forks"]["overrides"][1] == {"value": 20, "origin": "ansible.cfg:2"}
    assert shown["mode"] == {"value": None, "origin": "default", "overrides": []}


def test_a_setting_that_is_not_there(smolrun: Smolrun) -> None:
    ended = smolrun("config", "froks")
    assert ended.code == 5
    assert "did you mean 'forks'?" in ended.err


def test_a_configuration_that_does_not_load_ends_with_4_and_help_still_works(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "smolrun.toml").write_text("froks = 1\n")
    for arguments in (["config"], ["run", "play.yml"], ["check", "play.yml"], ["exec", "root@host", "--", "true"]):
        ended = smolrun(*arguments)
        assert ended.code == 4
        assert "smolrun.toml:1:1" in ended.err
    assert smolrun("run", "--help").code == 0


def test_the_configured_inventory_is_used_and_a_flag_replaces_it(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = hosts.ini\n")
    (tmp_path / "hosts.ini").write_text(LOCAL)
    path = playbook("- run: echo hi")
    assert "hosts (2):" in smolrun("run", path, "--list-hosts").out
    assert "hosts (1):" in smolrun("run", path, "--list-hosts", "-i", "other,").out
    assert smolrun("exec", "web1", "--", "echo hi").out == "hi\n"


def test_a_guest_takes_the_place_of_the_configured_inventory(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    (tmp_path / "smolrun.toml").write_text("inventory = ['hosts.ini']\n")
    (tmp_path / "hosts.ini").write_text(LOCAL)
    assert (
        "hosts (1):\n      embedded" in smolrun("run", playbook("- run: x"), "--list-hosts", "--guest", "embedded").out
    )


def test_flags_win_over_files(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "smolrun.toml").write_text("tags = ['one']\ninventory = 'web1,'\nconnection = 'local'\n")
    path = playbook("- run: echo ONE\n  tags: one\n- run: echo TWO\n  tags: two")
    assert "[run]" in smolrun("run", path).out
    both = smolrun("run", path, "-v").out, smolrun("run", path, "-v", "--tags", "two").out
    assert ("ONE" in both[0], "TWO" in both[0]) == (True, False)
    assert ("ONE" in both[1], "TWO" in both[1]) == (False, True)


def test_settings_without_a_flag_reach_the_run(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "hosts.ini").write_text(LOCAL)
    (tmp_path / "ansible.cfg").write_text(
        "[defaults]\ninventory = hosts.ini\ndisplay_skipped_hosts = no\nany_errors_fatal = yes\n"
    )
    path = playbook(
        "- run: echo\n  name: left out\n  when: false\n"
        "- command: test {{ inventory_hostname }} = web2\n- run: echo\n  name: afterwards"
    )
    ended = smolrun("run", path, "-v")
    assert "skipping: " not in ended.out
    assert "TASK [afterwards]" not in ended.out
    assert ended.code == 2


def test_gathering_explicit_gathers_only_where_asked(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    path = playbook(
        "- debug: msg={{ ansible_facts.system | default('NONE') }}",
        head="- hosts: all\n  connection: local\n",
    )
    assert "NONE" not in smolrun("run", path, "-i", "web1,").out
    (tmp_path / "smolrun.toml").write_text("gathering = 'explicit'\n")
    assert "NONE" in smolrun("run", path, "-i", "web1,").out


def test_the_configured_task_timeout_holds(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    (tmp_path / "smolrun.toml").write_text("task_timeout = 0.3\nconnection = 'local'\n")
    assert smolrun("run", playbook("- run: sleep 20"), "-i", "web1,").code == 2
    assert smolrun("exec", "web1", "-i", "web1,", "--", "sleep 20").code == 124


def test_vault_passwords_of_the_configuration(smolrun: Smolrun, playbook: Playbook, tmp_path: Path) -> None:
    from tests.source.test_vault import LABELLED, PASSWORD

    (tmp_path / "pass").write_bytes(PASSWORD + b"\n")
    client = tmp_path / "keys-client.sh"
    client.write_text(f'#!/bin/sh\n[ "$1 $2" = "--vault-id dev" ] && echo "{PASSWORD.decode()}"\n')
    client.chmod(0o755)
    head = "- hosts: all\n  gather_facts: false\n  connection: local\n  vars:\n    secret: !vault |\n"
    head += "".join(f"      {line}\n" for line in LABELLED.splitlines())
    path = playbook("- debug: msg={{ secret | length }}", head=head)
    for line in (
        "vault_password_file = pass",
        "vault_identity_list = dev@pass",
        "vault_identity_list = dev@keys-client.sh",
    ):
        (tmp_path / "ansible.cfg").write_text(f"[defaults]\n{line}\n")
        assert smolrun("run", path, "-i", "web1,").code == 0, line
    (tmp_path / "ansible.cfg").write_text("[defaults]\nvault_identity_list = prod@pass\nvault_id_match = true\n")
    ended = smolrun("run", path, "-i", "web1,")
    assert ended.code != 0


def test_warnings_of_the_configuration_are_errors_when_strict(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\nstdout_callback = json\n")
    path = playbook("- run: echo hi")
    ended = smolrun("check", path)
    assert (ended.code, "ansible.cfg:2:1" in ended.err) == (0, True)
    assert smolrun("check", path, "--strict").code == 4


def test_a_missing_handler_ends_the_run_unless_configured_otherwise(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    path = playbook("- run: echo\n  notify: nobody", head="- hosts: all\n  gather_facts: false\n  connection: local\n")
    assert smolrun("run", path, "-i", "web1,").code == 1
    (tmp_path / "ansible.cfg").write_text("[defaults]\nerror_on_missing_handler = False\nstrategy = free\n")
    assert smolrun("run", path, "-i", "web1,").code == 0
