"""Which of several variables of the same name wins, and how values are rendered."""

from pathlib import Path

import pytest

from smolrun.engine.variables.host_variables import HostLayers
from smolrun.engine.variables.store import Memory
from smolrun.inventory.inventory import load_inventory
from tests.engine.conftest import Play

# From the weakest to the strongest (Ansible's documentation, "Understanding variable precedence").
LEVELS = [
    "all", "group", "group_vars_all", "group_vars_group", "host", "host_vars",
    "play", "vars_files", "block", "task", "set_fact", "extra",
]  # fmt: skip


@pytest.mark.parametrize("top", range(len(LEVELS)))
def test_the_strongest_level_that_sets_a_variable_wins(play: Play, tmp_path: Path, top: int) -> None:
    levels = LEVELS[: top + 1]

    def said(level: str, text: str) -> str:
        return text if level in levels else ""

    for name, path in {
        "group_vars_all": "group_vars/all.yml",
        "group_vars_group": "group_vars/web.yml",
        "host_vars": "host_vars/h.yml",
        "vars_files": "more.yml",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"value: {name}\n" if name in levels else "{}\n")
    inventory = "[web]\nh ansible_connection=local " + said("host", "value=host") + "\n[all:vars]\nnothing=1\n"
    inventory += said("all", "value=all\n") + "[web:vars]\nnothing=1\n" + said("group", "value=group\n")
    played = play(
        f"""
        - hosts: web
          gather_facts: false
          vars: {{{said("play", "value: play")}}}
          vars_files: [more.yml]
          tasks:
            - set_fact: {{{said("set_fact", "value: set_fact, ")} other: 1}}
            - block:
                - name: seen
                  debug: {{msg: "{{{{ value }}}}"}}
                  vars: {{{said("task", "value: task")}}}
              vars: {{{said("block", "value: block")}}}
        """,
        inventory=inventory,
        extra_vars={"value": "extra"} if "extra" in levels else {},
    )
    assert played.message("seen") == LEVELS[top]


def test_magic_variables_beat_even_extra_variables(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          name: The play
          vars: {playbook_dir: x}
          tasks:
            - name: seen
              debug: {msg: "{{ [inventory_hostname, ansible_check_mode, ansible_play_name] }}"}
        """,
        extra_vars={"inventory_hostname": "x", "ansible_check_mode": 5},
    )
    assert played.message("seen") == ["localhost", False, "The play"]


def test_variables_are_rendered_when_used_and_set_facts_when_set(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {lazy: "{{ base }}-x", base: one}
          tasks:
            - {set_fact: {eager: "{{ lazy }}"}}
            - {set_fact: {base: two}}
            - {name: seen, debug: {msg: "{{ lazy }} {{ eager }}"}}
        """
    )
    assert played.message("seen") == "two-x one-x"


def test_what_a_guest_says_is_never_a_template(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {nested: {inside: "{{ it.stdout }}"}}
          tasks:
            - {command: "echo '{% raw %}{{ 7 * 7 }}{% endraw %}'", register: it}
            - {set_fact: {kept: "{{ it.stdout }}", all: ["{{ it }}"]}}
            - {name: seen, debug: {msg: "{{ [it.stdout, kept, nested.inside, all[0].stdout] }}"}}
            - {name: judged, debug: {}, when: it.stdout, ignore_errors: true}
        """
    )
    assert played.message("seen") == ["{{ 7 * 7 }}"] * 4


def test_registered_and_set_variables_outlive_the_play_but_play_variables_do_not(play: Play) -> None:
    played = play(
        """
        - hosts: localhost
          gather_facts: false
          vars: {of_play: 1}
          tasks:
            - {command: echo x, register: it}
            - {set_fact: {fact: 2}}
        - hosts: localhost
          gather_facts: false
          tasks: [{name: seen, debug: {msg: "{{ it.stdout }} {{ fact }} {{ of_play is defined }}"}}]
        """
    )
    assert played.message("seen") == "x 2 False"


def test_a_vars_file_that_does_not_exist_ends_the_run_with_its_place(play: Play, tmp_path: Path) -> None:
    text = "- hosts: localhost\n  gather_facts: false\n  vars_files: [FILE]\n"
    text += "  tasks: [{name: t, debug: {msg: '{{ v }}'}}]\n"
    played = play(text.replace("FILE", "none.yml"))
    assert played.code == 1
    assert "none.yml" in (played.finished.error or "")
    (tmp_path / "second.yml").write_text("v: second\n")
    assert play(text.replace("FILE", "[none.yml, second.yml]")).message("t") == "second"
    assert play(text.replace("FILE", "'{{ which }}.yml'"), extra_vars={"which": "second"}).message("t") == "second"


def test_every_host_knows_the_inventory_it_comes_from(play: Play, tmp_path: Path) -> None:
    played = play(
        """
        - hosts: a
          gather_facts: false
          tasks: [{name: seen, debug: {msg: "{{ [inventory_file, inventory_dir] }}"}}]
        """,
        inventory="a ansible_connection=local\n",
    )
    assert played.message("seen") == [str(tmp_path / "hosts.ini"), str(tmp_path)]


def test_the_inventory_is_told_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts").write_text("a\n")
    monkeypatch.chdir(tmp_path)
    inventory = load_inventory([Path("hosts")])
    layers = HostLayers(inventory, Memory(), {}, {})
    assert layers.above("a")[0]["inventory_dir"] == str(tmp_path)


def test_tasks_know_how_hosts_are_reached_where_nobody_says_it(play: Play) -> None:
    played = play(
        """
        - hosts: all
          gather_facts: false
          tasks:
            - {name: seen, debug: {msg: "{{ [ansible_connection, ansible_connection in ['docker']] }}"}}
            - {name: hostvars, debug: {msg: "{{ hostvars.a.ansible_connection | default('unsaid') }}"}}
        - hosts: all
          gather_facts: false
          connection: local
          tasks:
            - {name: local, debug: {msg: "{{ ansible_connection }}"}}
            - {command: "true"}
        - hosts: all
          gather_facts: false
          tasks: [{connection: local, command: "true"}]
        """,
        inventory="a\n",
    )
    assert (played.message("seen"), played.message("hostvars")) == (["ssh", False], "unsaid")
    assert played.message("local") == "local"
    assert played.counts("a") == {"ok": 5, "changed": 2}
