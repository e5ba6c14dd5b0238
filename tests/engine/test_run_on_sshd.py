"""Whole runs on a real OpenSSH server."""

import threading
import time
from typing import Any

import pytest

from smolrun.engine.events import Event, HostTaskStarted, OutputReceived, TaskFinished, TaskProgress, Warned
from smolrun.engine.options import RunOptions
from smolrun.engine.run import Run
from smolrun.inventory.inventory import load_inventory
from smolrun.location import SourceFile
from smolrun.playbook.loader import read_playbook
from tests.engine.conftest import Play
from tests.servers.endpoint import Endpoint


def guest(server: Endpoint) -> dict[str, dict[str, Any]]:
    return {
        "guest": {
            "ansible_connection": "ssh",
            "ansible_host": server.host,
            "ansible_port": server.port,
            "ansible_user": server.user,
            "ansible_ssh_private_key_file": str(server.key_path),
            "ansible_host_key": server.fingerprint,
        }
    }


def test_commands_run_on_the_guest_and_register_what_they_gave(openssh: Endpoint, play: Play) -> None:
    played = play(
        """
        - hosts: guest
          gather_facts: false
          tasks:
            - run: echo out; echo err >&2; exit 3
              register: it
              failed_when: it.rc != 3
            - shell: "echo $SSH_CONNECTION"
              register: over
            - name: seen
              debug: {msg: "{{ [it.rc, it.exit_code, it.output, it.stderr_lines, it.ok, it.changed, it.skipped] }}"}
            - name: connection
              debug: {msg: "{{ over.stdout | length > 0 }}"}
        """,
        hosts=guest(openssh),
    )
    assert played.code == 0
    assert played.message("seen") == [3, 3, "out", ["err"], False, True, False]
    assert played.message("connection") is True
    assert played.counts("guest") == {"ok": 4, "changed": 2}


def test_output_is_streamed_while_the_command_runs(openssh: Endpoint, play: Play) -> None:
    played = play(
        """
        - hosts: guest
          gather_facts: false
          tasks:
            - run: printf 'one\\ntw'; sleep 0.2; printf 'o\\nthree'
        """,
        hosts=guest(openssh),
    )
    assert [line for event in played.of(OutputReceived) for line in event.lines] == ["one", "two", "three"]
    kinds = [type(event) for event in played.events]
    assert kinds.index(OutputReceived) < kinds.index(TaskFinished)


def test_a_task_past_its_timeout_fails_with_its_partial_output_and_the_play_can_rescue_it(
    openssh: Endpoint, play: Play
) -> None:
    played = play(
        """
        - hosts: guest
          gather_facts: false
          tasks:
            - block:
                - name: slow
                  run: echo begun; sleep 60
                  mode: raw
                  timeout: 2
                  register: slow
              rescue:
                - name: seen
                  debug: {msg: "{{ [slow.timed_out, slow.stdout, slow.killed, slow.unverified] }}"}
        """,
        hosts=guest(openssh),
    )
    assert played.code == 0
    assert played.task("slow").status == "timed_out"
    assert played.message("seen") == [True, "begun\n", True, False]
    failure = played.failure("slow")
    assert failure.killed is True
    assert failure.hint is not None
    assert "timeout:" in failure.hint
    assert played.counts("guest") == {"ok": 1, "rescued": 1}


def test_a_task_whose_timeout_passes_between_two_looks_at_the_guest_has_timed_out(
    openssh: Endpoint, play: Play
) -> None:
    played = play(
        """
        - hosts: guest
          gather_facts: false
          tasks:
            - {name: it, wait_for: {path: /there/is/none, timeout: 60, sleep: 30}, timeout: 1}
        """,
        hosts=guest(openssh),
    )
    assert played.code == 2
    assert played.task("it").status == "timed_out"
    assert "the task did not end within 1 s" in played.failure("it").message


def test_a_host_that_refuses_connections_is_unreachable_and_is_not_rescued(play: Play, openssh: Endpoint) -> None:
    gone = guest(openssh)
    gone["guest"] |= {"ansible_port": 1, "ansible_timeout": 1}
    played = play(
        """
        - hosts: guest
          gather_facts: false
          tasks:
            - block:
                - run: "true"
                  ignore_errors: true
              rescue:
                - run: "true"
              always:
                - run: "true"
        """,
        hosts=gone,
    )
    assert played.code == 4
    assert [event.status for event in played.of(TaskFinished)] == ["unreachable"]
    assert played.counts("guest") == {"unreachable": 1}


def test_a_connection_that_takes_long_is_told_while_it_is_made(
    play: Play, openssh: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smolrun.engine.turn.LONG", 0.2)
    gone = {"guest": guest(openssh)["guest"] | {"ansible_port": 1, "ansible_timeout": 1}}
    played = play("- hosts: guest\n  gather_facts: false\n  tasks: [{ping: }]\n", hosts=gone)
    assert [told.message for told in played.of(TaskProgress)] == [
        f"connecting to {openssh.user}@{openssh.host}:1 takes long"
    ]
    assert play("- hosts: guest\n  gather_facts: false\n  tasks: [{ping: }]\n", hosts=guest(openssh)).code == 0


def test_a_lost_command_makes_the_host_unreachable_and_is_never_repeated(openssh: Endpoint, play: Play) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, OutputReceived):
            threading.Thread(target=openssh.server.kill_connections).start()

    played = play(
        """
        - hosts: guest
          gather_facts: false
          tasks:
            - name: deadly
              run: echo begun; sleep 5
              mode: raw
              retries: 5
              delay: 0
              ignore_errors: true
            - name: later
              run: "true"
        """,
        hosts=guest(openssh),
        listen=listen,
    )
    assert played.task("deadly").status == "lost"
    assert played.task("deadly").result["stdout"] == "begun\n"
    assert len(played.of(HostTaskStarted)) == 1
    assert played.code == 4
    assert played.counts("guest") == {"unreachable": 1}


def test_interrupting_kills_the_command_and_still_gives_the_recap(openssh: Endpoint) -> None:
    text = """
- hosts: guest
  gather_facts: false
  tasks:
    - run: echo started; sleep 60
    - run: echo never
"""
    events: list[Event] = []
    running = threading.Event()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, OutputReceived):
            running.set()

    playbook, _ = read_playbook(SourceFile("interrupted.yml", text))
    run = Run([playbook], load_inventory([], hosts=guest(openssh)), RunOptions(), [listen])
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run.execute()))
    thread.start()
    assert running.wait(20)
    began = time.monotonic()
    run.interrupt()
    thread.join(20)
    assert time.monotonic() - began < 10
    assert codes == [99]
    assert events[-1].event == "run_finished"
    (ended,) = [event for event in events if isinstance(event, TaskFinished)]
    assert ended.status == "failed"
    assert ended.failure is not None
    assert (ended.failure.message, ended.failure.hint, ended.failure.killed) == ("interrupted", None, True)
    assert sum(isinstance(event, HostTaskStarted) for event in events) == 1


@pytest.mark.root
def test_connection_and_become_keywords_may_be_templates_and_variables_win_over_them(
    openssh: Endpoint, play: Play
) -> None:
    hosts = guest(openssh)
    port = hosts["guest"].pop("ansible_port")
    del hosts["guest"]["ansible_user"]
    text = """
        - hosts: guest
          gather_facts: false
          remote_user: "{{ login }}"
          port: "{{ number }}"
          vars: {login: root, who: nobody}
          tasks:
            - {name: plain, shell: id -un}
            - {name: other, shell: id -un, become: "{{ who != login }}", become_user: "{{ who }}"}
            - {name: alone, shell: id -un, become_user: nobody}
    """
    played = play(text, hosts=hosts, extra_vars={"number": port})
    assert played.code == 0
    assert [played.task(name).result["stdout"] for name in ("plain", "other", "alone")] == ["root", "nobody", "root"]
    hosts["guest"]["ansible_port"] = 1
    assert play(text, hosts=hosts, extra_vars={"number": port}).code == 4


def test_keys_that_are_not_checked_are_told_once_for_all_hosts(openssh: Endpoint, play: Play) -> None:
    one = guest(openssh)["guest"] | {"ansible_host_key": "insecure"}
    hosts = {"a": one, "b": one | {"ansible_host": "localhost"}}
    played = play("- hosts: all\n  gather_facts: false\n  tasks: [{ping: }]\n", hosts=hosts)
    assert [warned.message for warned in played.of(Warned)] == ["the host key is not checked (host_key=insecure)"]
