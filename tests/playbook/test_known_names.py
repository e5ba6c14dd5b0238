"""Which variables something could set."""

from pathlib import Path

from smolrun.playbook.known_names import KnownNames, of_node, of_play, set_by, written_in
from tests.playbook.reading import PLAY, load, load_task


def test_names_of_the_engine_and_of_facts_are_always_known() -> None:
    known = KnownNames()
    assert "inventory_hostname" in known
    assert "ansible_anything" in known
    assert "item" not in known


def test_two_together_know_what_either_does() -> None:
    both = KnownNames(frozenset({"a"})) | KnownNames(frozenset({"b"}), unknown_sources=True)
    assert both.names == {"a", "b"}
    assert both.unknown_sources


def test_registered_and_set_names_are_set_by_a_playbook_handlers_included() -> None:
    playbook = load(
        PLAY + "    - {run: ls, register: a}\n    - set_fact: {b: 1}\n    - block: [{run: ls, register: c}]\n"
        "  handlers: [{name: h, run: ls, register: d}]\n"
    )
    assert set_by(playbook) == KnownNames(frozenset("abcd"))


def test_a_module_that_we_cannot_look_into_may_set_anything() -> None:
    assert set_by(load(PLAY + "    - a.b.c:\n")).unknown_sources


def test_what_such_a_module_registers_is_known_all_the_same() -> None:
    assert set_by(load(PLAY + "    - {a.b.c: {}, register: d}\n")).names == {"d"}


def test_a_host_that_is_added_brings_its_variables() -> None:
    added = set_by(load(PLAY + "    - add_host: {name: h, colour: red}\n"))
    assert "colour" in added.names
    assert not added.unknown_sources
    assert set_by(load(PLAY + "    - add_host: '{{ host }}'\n")).unknown_sources


def test_variables_files_that_a_task_includes_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "v.yml").write_text("a: 1\n")
    (tmp_path / "bad.yml").write_text("- 1\n")

    def included(arguments: str) -> KnownNames:
        return set_by(load(PLAY + f"    - include_vars: {arguments}\n", str(tmp_path / "p.yml")))

    assert included("v.yml") == KnownNames(frozenset({"a"}))
    assert included("{file: '{{ x }}', name: n}") == KnownNames(frozenset({"n"}))
    for arguments in ("'{{ x }}.yml'", "bad.yml", "no.yml", "{dir: .}", "{file: v.yml, name: '{{ x }}'}"):
        assert included(arguments) == KnownNames(unknown_sources=True)


def test_a_loop_variable_whose_name_is_a_template_may_be_any() -> None:
    text = PLAY + "    - {run: ls, loop: [1], loop_control: {loop_var: '{{ name }}'}}\n"
    assert set_by(load(text)).unknown_sources


def test_a_play_gives_its_vars_a_task_its_vars_and_loop_variables() -> None:
    playbook = load("- hosts: all\n  vars: {a: 1}\n")
    assert of_play(playbook.plays[0], playbook).names == {"a"}
    task = load_task("    - {run: ls, vars: {a: 1}, loop: [1], loop_control: {loop_var: b, index_var: c}}\n")
    assert of_node(task) == {"a", "b", "c"}
    assert of_node(load_task("    - {run: ls, with_items: [1]}\n")) == {"item"}


def test_everything_that_is_written_is_known_somewhere() -> None:
    playbook = load("- hosts: all\n  vars: {a: 1}\n  tasks: [{block: [{run: ls, vars: {b: 1}}], vars: {c: 1}}]\n")
    assert written_in(playbook).names == {"a", "b", "c"}
