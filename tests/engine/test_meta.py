"""``meta``: words to the engine, and what becomes of the hosts."""

from pathlib import Path

import pytest

from smolrun.engine.events import PlayStarted, TaskFinished, Warned
from tests.engine.conftest import Play
from tests.servers.endpoint import Endpoint

HOSTS = ["a", "b", "c"]

HEAD = """
- hosts: all
  gather_facts: false
  tasks:
"""


def test_end_host_takes_one_host_out_and_it_counts_as_well(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {meta: end_host, when: inventory_hostname == 'b'}
    - {name: rest, debug: {msg: "{{ ansible_play_hosts }} {{ ansible_play_hosts_all }}"}}
- hosts: b
  gather_facts: false
  tasks:
    - {name: later, debug: {}}
""",
        hosts=HOSTS,
    )
    assert played.code == 0
    assert [event.host for event in played.of(TaskFinished) if event.task.name == "rest"] == ["a", "c"]
    assert played.message("rest") == "['a', 'c'] ['a', 'b', 'c']"
    assert played.tasks("b") == ["later"]


def test_end_play_ends_it_for_all_hosts_and_all_batches_but_not_the_playbook(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          serial: 1
          tasks:
            - {name: one, debug: {}}
            - meta: end_play
            - {name: two, debug: {}}
        - hosts: all
          gather_facts: false
          tasks:
            - {name: three, debug: {}}
        """,
        hosts=["a", "b"],
    )
    assert played.code == 0
    assert played.tasks() == ["one", "three", "three"]


def test_end_batch_leaves_the_next_batch_alone(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          serial: 2
          tasks:
            - {meta: end_batch, when: inventory_hostname == 'a'}
            - {name: one, debug: {}}
        """,
        hosts=HOSTS,
    )
    assert [event.hosts for event in played.of(PlayStarted)] == [("a", "b"), ("c",)]
    assert (played.tasks("a"), played.tasks("b"), played.tasks("c")) == ([], [], ["one"])


def test_handlers_do_not_run_after_the_end_of_a_host(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {command: "true", notify: handle}
    - meta: end_host
  handlers:
    - {name: handle, debug: {}}
""",
        hosts=["a"],
    )
    assert played.tasks() == ["command"]


def test_clear_host_errors_forgives_failed_hosts_for_the_next_play_and_unreachable_ones_at_once(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: fails, fail: {}, when: inventory_hostname == 'a'}
    - {name: gone, ping: {}, when: inventory_hostname == 'b'}
    - meta: clear_host_errors
    - {name: after, debug: {}}
- hosts: all
  gather_facts: false
  tasks:
    - {name: second, debug: {}}
""",
        hosts={"a": {}, "b": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}, "c": {}},
    )
    assert played.code == 0
    assert played.tasks("a") == ["fails", "second"]
    assert played.tasks("b") == ["gone", "after", "second"]


def test_clear_facts_forgets_gathered_facts_and_keeps_set_facts(play: Play) -> None:
    played = play(
        HEAD
        + """
    - set_fact: {mine: 1}
    - set_fact: {kept: 2, cacheable: true}
    - meta: clear_facts
    - {name: it, debug: {msg: "{{ [mine, kept, ansible_facts.kept is defined] }}"}}
""",
        hosts=["a"],
    )
    assert played.message("it") == [1, 2, False]


def test_noop_does_nothing_and_conditions_of_it_are_not_looked_at(play: Play) -> None:
    played = play(HEAD + "    - {meta: noop, when: nowhere.to.be.found}\n    - {name: x, debug: {}}\n", hosts=["a"])
    assert (played.code, played.tasks()) == (0, ["x"])


def test_a_condition_that_cannot_be_evaluated_fails_the_host_at_its_place_and_can_be_rescued(play: Play) -> None:
    played = play(
        HEAD
        + """
    - block:
        - {meta: end_host, when: nowhere.to.be.found}
      rescue:
        - {name: rescued, debug: {msg: "{{ ansible_failed_task.action }}"}}
""",
        hosts=["a"],
    )
    assert played.message("rescued") == "meta"
    assert played.counts("a") == {"ok": 1, "rescued": 1}
    place = played.failure("meta").place
    assert place is not None
    assert place.line == 7


def test_refresh_inventory_reads_it_again(play: Play, tmp_path: Path) -> None:
    played = play(
        """
        - hosts: a
          gather_facts: false
          tasks:
            - copy: {dest: "{{ inventory_file }}", content: "[all]\\na x=2 ansible_connection=local\\nb\\n"}
            - meta: refresh_inventory
            - {name: it, debug: {msg: "{{ [x, groups.all, hostvars | list] }}"}}
        - hosts: b
          gather_facts: false
          vars: {ansible_connection: local}
          tasks:
            - {name: new, debug: {}}
        """,
        inventory="[all]\na x=1 ansible_connection=local\n",
    )
    assert played.message("it") == [2, ["a", "b"], ["a", "b"]]
    assert played.tasks("b") == ["new"]


def test_an_inventory_that_no_longer_loads_ends_the_run(play: Play) -> None:
    played = play(
        """
        - hosts: a
          gather_facts: false
          tasks:
            - copy: {dest: "{{ inventory_file }}", content: "[all:what]\\n"}
            - meta: refresh_inventory
            - {name: never, debug: {}}
        """,
        inventory="[all]\na ansible_connection=local\n",
    )
    assert played.code == 4
    assert "never" not in played.tasks()


def test_reset_connection_makes_a_new_one(openssh: Endpoint, play: Play) -> None:
    guest = {
        "ansible_connection": "ssh",
        "ansible_host": openssh.host,
        "ansible_port": openssh.port,
        "ansible_user": openssh.user,
        "ansible_ssh_private_key_file": str(openssh.key_path),
        "ansible_host_key": openssh.fingerprint,
    }
    played = play(
        HEAD
        + """
    - {shell: "echo $SSH_CONNECTION", register: one}
    - {shell: "echo $SSH_CONNECTION", register: two}
    - meta: reset_connection
    - {shell: "echo $SSH_CONNECTION", register: three}
    - {name: it, debug: {msg: "{{ [one.stdout == two.stdout, two.stdout == three.stdout] }}"}}
""",
        hosts={"guest": guest},
    )
    assert played.message("it") == [True, False]


@pytest.mark.parametrize("strategy", ["linear", "free", "host_pinned"])
def test_handlers_are_flushed_where_the_word_stands(play: Play, strategy: str) -> None:
    played = play(
        f"""
        - hosts: all
          gather_facts: false
          strategy: {strategy}
          tasks:
            - {{name: one, command: "true", notify: handle}}
            - {{meta: flush_handlers, when: inventory_hostname == 'a'}}
            - {{name: two, debug: {{}}}}
          handlers:
            - {{name: handle, debug: {{}}}}
        """,
        hosts=["a", "b"],
    )
    assert played.tasks("a") == ["one", "handle", "two"]
    assert played.tasks("b") == ["one", "two", "handle"]
    assert played.of(Warned) == []
