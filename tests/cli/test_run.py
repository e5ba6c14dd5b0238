"""The flags of ``smolrun run``, against the embedded guest."""

import contextlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Ended
from tests.servers.endpoint import Endpoint
from tests.source.test_vault import FILE, PASSWORD, VALUE

Smolrun = Callable[..., Ended]
Playbook = Callable[..., str]
EMBEDDED = ("--guest", "embedded")

TAGGED = """
- name: one
  run: echo ran-one
  tags: [a]
- name: two
  run: echo ran-two
  tags: [b, c]
- name: three
  run: echo ran-three
"""


def tasks_of(ended: Ended) -> list[str]:
    return [line[6 : line.index("]")] for line in ended.out.splitlines() if line.startswith("TASK [")]


def test_it_says_that_the_embedded_guest_is_not_isolation(smolrun: Smolrun, playbook: Playbook) -> None:
    assert "not isolation" in smolrun("run", playbook("- ping:"), *EMBEDDED).err


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ((), ["one", "two", "three"]),
        (("-t", "a"), ["one"]),
        (("--tags", "a,c"), ["one", "two"]),
        (("-t", "a", "-t", "b"), ["one", "two"]),
        (("--skip-tags", "a"), ["two", "three"]),
        (("--start-at-task", "two"), ["two", "three"]),
    ],
)
def test_what_runs(smolrun: Smolrun, playbook: Playbook, flags: tuple[str, ...], expected: list[str]) -> None:
    ended = smolrun("run", playbook(TAGGED), *EMBEDDED, *flags)
    assert (ended.code, tasks_of(ended)) == (0, expected)


def test_tags_that_nothing_has_are_told(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook(TAGGED), *EMBEDDED, "-t", "a,d", "--skip-tags", "always,e")
    assert ended.code == 0
    assert "nothing has the tag 'd'" in ended.err
    assert "there are: a, b, c" in ended.err
    assert "'a'" not in ended.err
    assert "nothing has the tag" not in smolrun("run", playbook(TAGGED), *EMBEDDED, "-t", "tagged,b").err


def test_listings_run_nothing(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook(TAGGED)
    ended = smolrun("run", path, "-i", "web1,web2,db1,", "-l", "web*", "--list-hosts", "--list-tasks", "--list-tags")
    assert ended.code == 0
    assert "hosts (2):\n      web1\n      web2\n" in ended.out
    assert "      two    TAGS: [b, c]\n" in ended.out
    assert "TASK TAGS: [a, b, c]" in ended.out
    assert "\n\n  play #1 (all): all    TAGS: []\n" in ended.out
    assert "ran-one" not in ended.out


def test_the_listing_has_what_was_written_under_ansibles_names(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("roles/r/tasks").mkdir(parents=True)
    Path("roles/r/tasks/main.yml").write_text(
        "- debug:\n- {name: named, debug: {}}\n- {meta: flush_handlers, tags: t}\n"
        "- block: [{name: in, debug: {}}]\n  rescue: [{name: out, debug: {}}]\n"
    )
    path = playbook("- {name: last, debug: {}}", head="- hosts: all\n  roles: [r]\n")
    ended = smolrun("run", path, "-i", "web1,", "--list-tasks")
    listed = [line.partition("    TAGS: ")[0].strip() for line in ended.out.splitlines() if line.startswith("      ")]
    assert listed == ["debug", "r : named", "meta", "r : in", "r : out", "last"]
    assert "      meta    TAGS: [t]\n" in ended.out


def test_syntax_check_runs_nothing(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook(TAGGED), "-i", "web1,", "--syntax-check")
    assert ended.code == 0
    assert "playbook: " in ended.out
    assert smolrun("run", playbook("- rnu: x"), "-i", "web1,", "--syntax-check").code == 4


def test_extra_variables_of_every_form(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("more.yml").write_text("from_file: 4\n")
    conditions = ("a == '1'", "b == 'x y'", "c == 2", "d == [3]", "from_file == 4", "late == '1 and 2'")
    path = playbook("- assert:\n    that:\n" + "".join(f'      - "{condition}"\n' for condition in conditions))
    ended = smolrun(
        "run", path, *EMBEDDED,
        "-e", "a=1 b='x y'", "-e", '{"c": 2}', "-e", "{d: [3]}", "-e", "@more.yml", "-e", "late='{{ a }} and {{ c }}'",
    )  # fmt: skip
    assert ended.code == 0, ended.out + ended.err


def test_later_extra_variables_win(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- assert: {that: a == 'two'}")
    assert smolrun("run", path, *EMBEDDED, "-e", "a=one", "-e", "a=two").code == 0


def test_check_mode_changes_nothing_and_says_so(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook(
        "- copy: {content: new, dest: file}\n- command: test -e file\n  check_mode: false\n  register: looked\n"
        "  failed_when: looked.rc == 0"
    )
    ended = smolrun("run", path, *EMBEDDED, "--check", "--diff")
    assert ended.code == 0
    assert "[CHECK MODE]" in ended.out
    assert "+new" in ended.out
    assert "changed: [embedded]" in ended.out


def test_task_timeout_is_the_default_of_tasks(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- run: echo begun; sleep 30"), *EMBEDDED, "--task-timeout", "1")
    assert ended.code == 2
    assert "TIMED OUT!" in ended.out
    assert "every process it had started is gone" in ended.out
    assert "begun" in ended.out


def test_cut_output_that_is_registered_fails_and_names_the_flag(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: echo 0123456789; echo abcdefghij\n  register: said")
    ended = smolrun("run", path, *EMBEDDED, "--output-limit", "10")
    assert ended.code == 2
    assert "--output-limit BYTES" in ended.out
    assert smolrun("run", path, *EMBEDDED, "--output-limit", "100").code == 0


def test_become_in_a_play_is_refused_with_the_reason(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- run: id\n  become: true"), *EMBEDDED)
    assert ended.code != 0
    assert "cannot become another" in ended.out


def test_json_output_is_events_and_nothing_else(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun(
        "run", playbook("- run: printf '\\033[31mred\\n'\n- no.such.one:\n  when: false"), *EMBEDDED, "--output", "json"
    )
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert events[-1]["event"] == "run_finished"
    assert "warned" in {event["event"] for event in events}
    assert ended.out.replace("\n", "").isprintable()


def test_junit_file(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- run: 'true'\n- run: exit 3"), *EMBEDDED, "--junit", "results.xml")
    assert ended.code == 2
    root = ElementTree.parse("results.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_output_streams_with_v(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- run: echo streamed"), *EMBEDDED, "-v")
    assert "[embedded] | streamed\n" in ended.out


def test_secrets_show_nowhere(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook(
        "- run: 'echo hush-$((1000 + 234)); exit 1'\n  no_log: true\n  ignore_errors: true\n"
        "- shell: echo $TOKEN\n  no_log: true\n  environment: {TOKEN: hush-1234}\n"
    )
    for flags in ((), ("-vvv",), ("--output", "json", "-vvv"), ("--diff", "-v")):
        ended = smolrun("run", path, *EMBEDDED, *flags, "--junit", "results.xml")
        assert ended.code == 0
        assert "hush-1234" not in ended.out + ended.err + Path("results.xml").read_text()


def test_vaulted_values_are_opened_and_never_shown(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("password").write_bytes(PASSWORD + b"\n")
    Path("vars.yml").write_text("token: !vault |\n" + "".join(f"  {line}\n" for line in VALUE.splitlines()))
    path = playbook("- run: echo {{ token }}\n  register: said\n- assert: {that: said.output | length > 3}")
    ended = smolrun("run", path, *EMBEDDED, "-e", "@vars.yml", "--vault-password-file", "password", "-vvv")
    assert ended.code == 0, ended.out + ended.err
    assert "s3cret value" not in ended.out + ended.err


def test_who_is_not_root_is_told_of_become(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- copy: {content: x, dest: /etc/denied}\n"), *EMBEDDED)
    assert ended.code == 2
    assert "Permission denied" in ended.out
    assert "'become: true' on the task or its play runs it as root" in ended.out


def test_a_warning_of_the_check_is_not_told_again_when_the_task_runs(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- ping:\n  when: '{{ 1 == 1 }}'\n"), *EMBEDDED)
    assert ended.err.count("a condition is an expression already") == 1


def test_guests_that_are_this_machine_say_so_once(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("hosts.yml").write_text("all: {hosts: {a: {guest: {provider: embedded}}, b: {guest: {provider: embedded}}}}\n")
    ended = smolrun("run", playbook("- ping:\n"), "-i", "hosts.yml")
    assert ended.code == 0
    assert ended.err.count("[NOTE]") == 1


def test_a_missing_file_of_extra_variables_is_told_with_its_flag(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- ping:"), *EMBEDDED, "-e", "@no.yml")
    assert ended.code == 5
    assert "-e @no.yml: there is no file no.yml" in ended.err


def _vaulted(smolrun: Smolrun, path: str, text: str) -> None:
    Path("password").write_bytes(PASSWORD + b"\n")
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text)
    assert smolrun("vault", "encrypt", path, "--vault-password-file", "password").code == 0


def test_what_a_vaulted_file_holds_is_as_secret_as_a_vaulted_value(smolrun: Smolrun, playbook: Playbook) -> None:
    _vaulted(smolrun, "group_vars/all.yml", "db: {password: hunter2, host: no}\nurl: 'http://{{ db.password }}/'\n")
    path = playbook("- debug: {var: db}\n- debug: {var: url}\n- run: cat {{ db.password }}\n")
    ended = smolrun("run", path, *EMBEDDED, "--vault-password-file", "password", "-vvv")
    assert ended.code == 2
    assert "hunter2" not in ended.out + ended.err
    assert "http://********/" in ended.out


def test_a_mistake_in_a_vaulted_file_is_told_without_its_text(smolrun: Smolrun, playbook: Playbook) -> None:
    _vaulted(smolrun, "vars.yml", "password: hunter2\npassword: hunter3\n")
    ended = smolrun("run", playbook("- ping:"), *EMBEDDED, "-e", "@vars.yml", "--vault-password-file", "password")
    assert ended.code == 4
    assert "the key 'password' is written twice" in ended.err
    assert "vars.yml:2:1" in ended.err
    assert "hunter" not in ended.err
    _vaulted(smolrun, "vars.yml", "password: hunter2: x\n")
    ended = smolrun("run", playbook("- ping:"), *EMBEDDED, "-e", "@vars.yml", "--vault-password-file", "password")
    assert "error[yaml-syntax]" in ended.err
    assert "hunter" not in ended.err


def test_a_vaulted_file_that_two_ways_lead_to_is_told_once(
    smolrun: Smolrun, playbook: Playbook, tmp_path: Path
) -> None:
    _vaulted(smolrun, "group_vars/all.yml", "password: hunter2\n")
    Path("hosts").write_text("web1\n")
    path = playbook("- ping:")
    for arguments in ((path, str(Path("hosts").absolute())), (str(Path(path).absolute()), "hosts")):
        for folder in (".", "/"):
            with contextlib.chdir(folder):
                words = [str(Path(word)) if folder == "." else str(tmp_path / word) for word in arguments]
                ended = smolrun("run", words[0], "-i", words[1])
            assert "1 error, 0 warnings" in ended.err


def test_vault_password_program_is_run(smolrun: Smolrun, playbook: Playbook) -> None:
    program = Path("password.sh")
    program.write_text("#!/bin/sh\necho secret\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert smolrun("run", playbook("- ping:"), *EMBEDDED, "--vault-password-file", "password.sh").code == 0
    program.write_text("#!/bin/sh\nexit 3\n")
    ended = smolrun("run", playbook("- ping:"), *EMBEDDED, "--vault-password-file", "password.sh")
    assert ended.code == 5
    assert "password.sh ended with exit code 3" in ended.err


def test_a_missing_vault_password_is_told_with_the_place(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("vars.yml").write_text(FILE)
    ended = smolrun("run", playbook("- ping:"), *EMBEDDED, "-e", "@vars.yml")
    assert ended.code == 4
    assert "--vault-password-file" in ended.err


def test_failure_shows_where_it_stands_in_the_playbook(smolrun: Smolrun, playbook: Playbook) -> None:
    ended = smolrun("run", playbook("- name: breaks\n  run: echo some output; echo why >&2; exit 3"), *EMBEDDED)
    assert ended.out.count("fatal: [embedded]: FAILED!") == 1
    assert "play.yml:4:" in ended.out
    assert "exit code  3" in ended.out
    assert "some output" in ended.out
    assert "why" in ended.out


def test_color_flags(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: 'true'")
    assert "\x1b[" not in smolrun("run", path, *EMBEDDED).out
    assert "\x1b[33mchanged: [embedded]\x1b[0m" in smolrun("run", path, *EMBEDDED, "--color").out
    assert "\x1b[" not in smolrun("run", path, *EMBEDDED, "--no-color").out


def test_connection_local_runs_on_this_machine(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: test -e play.yml")
    assert smolrun("run", path, "-i", "web1,", "-c", "local").code == 0


def test_several_inventories_and_a_limit(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("one.ini").write_text("[web]\nweb1\n")
    path = playbook("- ping:")
    ended = smolrun("run", path, "-i", "one.ini", "-i", "db1,db2,", "-c", "local", "-l", "web:db2", "-f", "2")
    assert ended.code == 0
    assert [host for host in ("web1", "db1", "db2") if f"\n{host} " in ended.out] == ["web1", "db2"]


def test_connection_flags_reach_the_server(smolrun: Smolrun, playbook: Playbook, openssh: Endpoint) -> None:
    ended = smolrun(
        "run", playbook("- raw: echo $SSH_CONNECTION\n  register: said\n- assert: {that: said.rc == 0}"),
        "-i", f"{openssh.host}:{openssh.port},", "-u", openssh.user, "--private-key", str(openssh.key_path),
        "--ssh-common-args", "-o HostKeyAlias=other -o StrictHostKeyChecking=yes", "--host-key", openssh.fingerprint,
        "-T", "5",
    )  # fmt: skip
    assert ended.code == 0, ended.out + ended.err


def test_unknown_host_key_is_refused_with_the_line_that_pins_it(
    smolrun: Smolrun, playbook: Playbook, openssh: Endpoint
) -> None:
    ended = smolrun(
        "run", playbook("- ping:"), "-i", f"{openssh.host}:{openssh.port},", "-u", openssh.user,
        "--private-key", str(openssh.key_path),
    )  # fmt: skip
    assert ended.code == 4
    assert f"pin it with --host-key {openssh.fingerprint}" in ended.out
    assert "--host-key accept-new" in ended.out


def test_insecure_host_keys_are_warned_of(smolrun: Smolrun, playbook: Playbook, openssh: Endpoint) -> None:
    ended = smolrun(
        "run", playbook("- ping:"), "-i", f"{openssh.host}:{openssh.port},", "-u", openssh.user,
        "--private-key", str(openssh.key_path), "--host-key", "insecure",
    )  # fmt: skip
    assert ended.code == 0
    assert "[WARNING]" in ended.err


def test_force_handlers(smolrun: Smolrun, playbook: Playbook) -> None:
    Path("handlers.yml").write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - run: 'true'\n      notify: told\n    - run: exit 1\n"
        "  handlers:\n    - name: told\n      run: 'true'\n"
    )
    assert "RUNNING HANDLER [told]" not in smolrun("run", "handlers.yml", *EMBEDDED).out
    assert "RUNNING HANDLER [told]" in smolrun("run", "handlers.yml", *EMBEDDED, "--force-handlers").out


def test_strict_makes_warnings_errors_before_anything_runs(smolrun: Smolrun, playbook: Playbook) -> None:
    path = playbook("- run: 'true'\n- no.such.module:\n  when: false")
    assert smolrun("run", path, *EMBEDDED).code == 0
    ended = smolrun("run", path, *EMBEDDED, "--strict")
    assert (ended.code, ended.out) == (4, "")


def test_several_playbooks_run_in_order(smolrun: Smolrun, playbook: Playbook) -> None:
    first = playbook("- name: early\n  ping:", name="first.yml")
    second = playbook("- name: late\n  ping:", name="second.yml")
    assert tasks_of(smolrun("run", first, second, *EMBEDDED)) == ["early", "late"]
