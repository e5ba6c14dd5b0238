"""Several hosts in one play: lockstep, failures, run_once, any_errors_fatal, delegation, later plays."""

import threading

from smolrun.engine.events import Event, HostTaskStarted, PlayStarted, TaskFinished, TaskStarted
from tests.engine.conftest import Play

HOSTS = ["a", "b", "c"]

HEAD = """
- hosts: all
  gather_facts: false
  tasks:
"""


def test_no_host_begins_a_task_before_all_are_done_with_the_one_before(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: one, command: "sleep {{ 0.3 if inventory_hostname == 'b' else 0 }}"}
    - {name: two, debug: {}}
""",
        hosts=HOSTS,
    )
    assert [event.task.name for event in played.of(TaskFinished)] == ["one"] * 3 + ["two"] * 3
    assert [event.hosts for event in played.of(TaskStarted)] == [("a", "b", "c")] * 2


def test_so_many_hosts_work_at_a_time_as_forks_and_throttle_allow(play: Play) -> None:
    busy: dict[str, int] = {}
    lock = threading.Lock()
    now = {"count": 0}

    def listen(event: Event) -> None:
        with lock:
            if isinstance(event, HostTaskStarted):
                now["count"] += 1
                busy[event.task.name] = max(busy.get(event.task.name, 0), now["count"])
            elif isinstance(event, TaskFinished):
                now["count"] -= 1

    hosts = {f"h{number}": {"ansible_connection": "local"} for number in range(4)}
    text = HEAD + "    - {name: free, pause: {seconds: 0}}\n"
    text += "    - {name: wide, wait_for_connection: {delay: 0.2}}\n"
    text += "    - {name: narrow, wait_for_connection: {delay: 0.1}, throttle: 1}\n"
    play(text, hosts=hosts, forks=3, listen=listen)
    assert busy["wide"] == 3
    assert busy["narrow"] == 1


def test_a_failed_host_drops_out_and_the_others_go_on_also_in_later_plays(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: one, fail: {}, when: inventory_hostname == 'b'}
    - {name: two, debug: {msg: "{{ ansible_play_hosts }} {{ ansible_play_hosts_all }}"}}
- hosts: all
  gather_facts: false
  tasks:
    - {name: three, debug: {}}
""",
        hosts=HOSTS,
    )
    assert played.code == 2
    assert played.tasks("b") == ["one"]
    assert played.tasks("c") == ["two", "three"]
    assert played.message("two") == "['a', 'c'] ['a', 'b', 'c']"
    assert [event.hosts for event in played.of(PlayStarted)] == [("a", "b", "c"), ("a", "c")]


def test_a_play_in_which_everybody_failed_ends_the_playbook_and_the_ones_after_it(play: Play) -> None:
    failing = "- hosts: a\n  gather_facts: false\n  tasks: [{name: one, fail: {}}]\n"
    after = "- hosts: b\n  gather_facts: false\n  tasks: [{name: two, debug: {}}]\n"
    played = play(failing + after, after, hosts=HOSTS)
    assert played.tasks() == ["one"]
    assert played.code == 2


def test_run_once_runs_on_the_first_host_and_its_result_is_everybodys(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: once, command: "echo {{ inventory_hostname }}", run_once: true, register: it, notify: handle}
    - {name: fact, set_fact: {where: "{{ inventory_hostname }}"}, run_once: true}
    - {name: seen, debug: {msg: "{{ it.stdout }} {{ where }}"}}
  handlers: [{name: handle, debug: {}}]
""",
        hosts=HOSTS,
    )
    assert [event.host for event in played.of(TaskFinished) if event.task.name == "once"] == ["a"]
    assert played.task("seen", "c").result["msg"] == "a a"
    assert played.counts("b") == {"ok": 1}


def test_what_a_module_does_once_for_all_hosts_is_registered_for_the_first(play: Play) -> None:
    text = (
        HEAD
        + "    - {name: pause, pause: {seconds: 0}, register: it}\n"
        + "    - {name: seen, debug: {msg: '{{ it is defined }}'}}\n"
    )
    played = play(text, hosts=HOSTS)
    assert [played.task("seen", host).result["msg"] for host in HOSTS] == [True, False, False]


def test_a_failure_under_run_once_fails_all_hosts(play: Play) -> None:
    played = play(HEAD + "    - {name: once, fail: {}, run_once: true}\n    - {name: two, debug: {}}\n", hosts=HOSTS)
    assert played.tasks() == ["once"]
    assert played.counts("a") == {"failed": 1}
    assert played.code == 2


def test_any_errors_fatal_lets_all_hosts_finish_the_task_and_then_fails_them(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          any_errors_fatal: true
          tasks:
            - {name: one, fail: {}, when: inventory_hostname == 'a'}
            - {name: two, debug: {}}
        """,
        hosts=HOSTS,
    )
    assert played.tasks() == ["one"]
    assert len([event for event in played.of(TaskFinished) if event.task.name == "one"]) == 3
    assert played.code == 2


def test_under_any_errors_fatal_all_hosts_go_to_the_rescue(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          any_errors_fatal: true
          tasks:
            - block:
                - {name: one, fail: {}, when: inventory_hostname == 'a'}
                - {name: two, debug: {}}
              rescue: [{name: rescued, debug: {}}]
            - {name: after, debug: {}}
        """,
        hosts=HOSTS,
    )
    assert played.tasks("b") == ["rescued", "after"]
    assert played.code == 0
    assert played.counts("a") == {"ok": 2, "rescued": 1}


def test_so_they_do_from_behind_the_last_task_of_the_block(play: Play) -> None:
    played = play(
        HEAD
        + """
    - block: [{name: one, fail: {}, when: inventory_hostname == 'a', any_errors_fatal: true}]
      rescue: [{name: rescued, debug: {}}]
      always: [{name: always, debug: {}}]
    - {name: after, debug: {}}
""",
        hosts=HOSTS,
    )
    assert [played.tasks(host) for host in HOSTS] == [
        ["one", "rescued", "always", "after"],
        *[["rescued", "always", "after"]] * 2,
    ]
    assert played.code == 0
    assert played.counts("b") == {"ok": 3, "skipped": 1}


def test_an_unreachable_host_drops_out_with_exit_code_4_and_6_when_another_one_failed(play: Play) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_timeout": 1}
    text = HEAD + "    - {name: one, command: 'COMMAND'}\n    - {name: two, debug: {}}\n"
    hosts = {"a": {}, "b": gone}
    played = play(text.replace("COMMAND", "true"), hosts=hosts)
    assert played.code == 4
    assert played.tasks("b") == ["one"]
    assert played.counts("b") == {"unreachable": 1}
    assert play(text.replace("COMMAND", "false"), hosts=hosts).code == 6


def test_ignore_unreachable_counts_as_ok_and_ignored(play: Play) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_timeout": 1}
    played = play(
        HEAD
        + """
    - {name: one, command: "true", ignore_unreachable: true, register: it}
    - {name: two, debug: {msg: "{{ [it is unreachable, it is failed, it is success, it.ok] }}"}}
""",
        hosts={"b": gone},
    )
    assert played.counts("b") == {"ok": 2, "ignored": 1}
    assert played.message("two") == [True, False, True, False]
    assert played.code == 0


def test_a_delegated_task_runs_elsewhere_with_the_variables_of_its_own_host(play: Play) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_timeout": 1}
    played = play(
        """
        - hosts: far
          gather_facts: false
          tasks:
            - {name: one, command: "echo {{ inventory_hostname }} {{ own }}", delegate_to: "{{ target }}", register: it}
            - {name: two, debug: {msg: "{{ it.stdout }}"}}
        """,
        hosts={"far": {**gone, "own": "value", "target": "near"}, "near": {}},
    )
    assert played.message("two") == "far value"
    assert played.task("one").delegated_to == "near"
    assert played.code == 0


def test_delegating_to_localhost_needs_no_inventory_entry(play: Play) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_timeout": 1}
    played = play(HEAD + "    - {name: one, command: 'true', delegate_to: localhost}\n", hosts={"far": gone})
    assert played.code == 0


def test_hostvars_are_those_of_the_other_host_rendered_with_its_own_variables(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          tasks:
            - {set_fact: {fact: "of {{ inventory_hostname }}"}}
            - name: seen
              debug: {msg: "{{ hostvars['b'].url }} {{ hostvars.b.fact }} {{ groups.web }} {{ group_names }}"}
        """,
        inventory="""
            [web]
            a ansible_connection=local name=A
            b ansible_connection=local name=B
            [web:vars]
            url=http://{{ name }}
        """,
    )
    assert played.task("seen", "a").result["msg"] == "http://B of b ['a', 'b'] ['web']"


def test_pause_runs_once_for_all_hosts(play: Play) -> None:
    played = play(HEAD + "    - {name: one, pause: {seconds: 0}}\n", hosts=HOSTS)
    assert [event.host for event in played.of(TaskFinished)] == ["a"]


def test_hosts_that_an_unreachable_one_drags_along_do_not_count_as_failed(play: Play) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_timeout": 1}
    text = HEAD + "    - {name: one, command: 'true', any_errors_fatal: true}\n    - {name: two, debug: {}}\n"
    played = play(text, hosts={"a": {}, "b": gone})
    assert played.tasks() == ["one", "one"]
    assert played.code == 4


def test_a_play_whose_hosts_all_failed_before_is_passed_over(play: Play) -> None:
    played = play(
        HEAD
        + """
    - {name: one, fail: {}, when: inventory_hostname == 'a'}
- hosts: a
  gather_facts: false
  tasks: [{name: two, debug: {}}]
- hosts: b
  gather_facts: false
  tasks: [{name: three, debug: {}}]
""",
        hosts=["a", "b"],
    )
    assert played.tasks() == ["one", "three"]


def test_facts_of_a_delegated_task_stay_with_its_own_host_unless_delegate_facts_says_otherwise(play: Play) -> None:
    played = play(
        """
        - hosts: a
          gather_facts: false
          tasks:
            - {set_fact: {kept: 1}, delegate_to: b}
            - {set_fact: {given: 2}, delegate_to: b, delegate_facts: true}
            - name: seen
              debug: {msg: "{{ [kept is defined, given is defined, hostvars.b.given, hostvars.b.kept is defined] }}"}
        """,
        hosts=["a", "b"],
    )
    assert played.message("seen") == [True, False, 2, False]


def test_a_loop_variable_that_hides_another_one_is_told(play: Play) -> None:
    from smolrun.engine.events import Warned

    played = play(HEAD + "    - {debug: {}, loop: [1]}\n", hosts={"a": {"item": "mine"}})
    assert "'item'" in played.of(Warned)[0].message


def test_the_variables_of_the_delegate_can_be_read_and_its_name_may_be_a_template_in_a_loop(play: Play) -> None:
    played = play(
        HEAD
        + """
    - name: told
      debug: {msg: "{{ inventory_hostname }} {{ ansible_delegated_vars[item].color }} {{ color }}"}
      delegate_to: "{{ item }}"
      loop: [b, c]
      run_once: true
      register: it
    - {name: it, debug: {msg: "{{ it.results | map(attribute='msg') }}"}, run_once: true}
    - {name: none, debug: {msg: "{{ ansible_delegated_vars is defined }}"}, run_once: true}
    - {name: own, debug: {msg: "{{ ansible_host }}"}, run_once: true}
    - {name: address, debug: {msg: "{{ ansible_host }}"}, run_once: true, delegate_to: c}
""",
        inventory="""
        a color=red
        b color=green
        c color="{{ 'bl' ~ shade }}" shade=ue
        [all:vars]
        ansible_connection=local
        """,
    )
    assert played.message("it") == ["a green red", "a blue red"]
    assert played.message("none") is False
    assert (played.message("own"), played.message("address")) == ("a", "c")
