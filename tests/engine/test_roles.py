from pathlib import Path

import pytest

from smolrun.engine.events import TaskFinished
from smolrun.playbook.file_reader import LoadSettings
from tests.engine.conftest import Play
from tests.engine.written import local, write

WITH = "- hosts: localhost\n  gather_facts: false\n"


def test_roles_run_between_pre_tasks_and_tasks_their_dependencies_first(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__tasks__main="- {name: a, debug: {}}\n", roles__a__meta__main="dependencies: [b]\n")
    write(tmp_path, roles__b__tasks__main="- {name: b, debug: {}}\n")
    text = WITH + "  pre_tasks: [{name: pre, debug: {}}]\n  roles: [a]\n  tasks: [{name: end, debug: {}}]\n"
    assert play(text).tasks() == ["pre", "b", "a", "end"]


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("roles: [a]", "default"),
        ("vars: {x: play}\n  roles: [a]", "play"),
        ("roles: [{role: a, x: param}]\n  pre_tasks: [{set_fact: {x: fact}}]", "param"),
        ("roles: [{role: a, vars: {x: said}}]\n  pre_tasks: [{set_fact: {x: fact}}]", "fact"),
        ("tasks: [{set_fact: {x: fact}}, {include_role: {name: a}, vars: {x: given}}]", "given"),
        ("tasks: [{set_fact: {x: fact}}, {import_role: {name: a}, vars: {x: given}}]", "fact"),
    ],
)
def test_precedence_of_a_roles_variables(play: Play, tmp_path: Path, where: str, value: str) -> None:
    write(
        tmp_path,
        roles__a__tasks__main="- {name: x, debug: {msg: '{{ x }}'}}\n",
        roles__a__defaults__main="x: default\n",
    )
    assert play(f"{WITH}  {where}\n").message("x") == value


def test_vars_of_a_role_beat_those_of_the_play_and_are_seen_by_the_whole_play(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__vars__main="x: role\n", roles__a__tasks__main="[]\n")
    text = WITH + "  vars: {x: play}\n  roles: [a]\n  pre_tasks: [{name: x, debug: {msg: '{{ x }}'}}]\n"
    assert play(text).message("x") == "role"


def test_an_included_role_keeps_its_variables_unless_it_is_public(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__defaults__main="x: role\n", roles__a__tasks__main="[]\n")
    after = "- {name: x, debug: {msg: '{{ x | default(1) }}'}}\n"
    assert play(local("- include_role: {name: a}\n" + after)).message("x") == 1
    assert play(local("- include_role: {name: a, public: true}\n" + after)).message("x") == "role"
    shown = LoadSettings(private_role_vars=False)
    assert play(local("- include_role: {name: a}\n" + after), load=shown).message("x") == "role"
    assert play(local("- include_role: {name: a, public: false}\n" + after), load=shown).message("x") == 1


def test_the_same_role_runs_once_and_with_other_parameters_again(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__tasks__main="- {name: 'a {{ x | default(0) }}', debug: {}}\n")
    roles = "[a, a, {role: a, x: 1}, {role: a, x: 1}]"
    assert play(f"{WITH}  roles: {roles}\n").tasks() == ["a 0", "a 1"]
    write(tmp_path, roles__a__meta__main="allow_duplicates: true\n")
    assert play(f"{WITH}  roles: [a, a]\n").tasks() == ["a 0", "a 0"]


def test_a_role_knows_its_name_and_path_and_finds_its_files(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__tasks__main="- include_tasks: more.yml\n")
    write(tmp_path, roles__a__tasks__more="- {name: who, debug: {msg: '{{ role_name }} {{ role_path | basename }}'}}\n"
          "- {name: file, debug: {msg: \"{{ lookup('file', 'x.txt') }}\"}}\n")  # fmt: skip
    (tmp_path / "roles/a/files").mkdir()
    (tmp_path / "roles/a/files/x.txt").write_text("of the role")
    played = play(f"{WITH}  roles: [a]\n")
    assert (played.message("who"), played.message("file")) == ("a a", "of the role")


def test_other_files_of_a_role_may_be_asked_for(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__tasks__other="- {name: x, debug: {msg: '{{ x }}{{ y }}'}}\n")
    write(tmp_path, roles__a__vars__v="x: 1\n", roles__a__defaults__d="y: 2\n")
    for word in ("include_role", "import_role"):
        played = play(local(f"- {word}: {{name: a, tasks_from: other, vars_from: v, defaults_from: d.yml}}\n"))
        assert played.message("x") == "12"


def test_handlers_of_roles_are_notified_by_name_alone_or_with_the_role(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__handlers__main="- {name: h, debug: {msg: a}}\n", roles__a__tasks__main="[]\n")
    write(tmp_path, roles__b__handlers__main="- {name: h, debug: {msg: b}}\n", roles__b__tasks__main="[]\n")
    for name, said in (("h", "b"), ("'a : h'", "a")):
        played = play(f"{WITH}  roles: [a, b]\n  tasks: [{{debug: {{}}, changed_when: true, notify: {name}}}]\n")
        assert played.message("h") == said


def test_handlers_of_an_included_role_are_there_once_it_is_included(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__handlers__main="- {name: h, debug: {}}\n")
    write(tmp_path, roles__a__tasks__main="- {debug: {}, changed_when: true, notify: h}\n")
    assert play(local("- include_role: {name: a}\n")).tasks()[-1] == "h"


def test_arguments_of_a_role_are_held_to_its_specification(play: Play, tmp_path: Path) -> None:
    spec = "argument_specs: {main: {options: {size: {type: int, required: true}}}}\n"
    write(tmp_path, roles__a__meta__argument_specs=spec, roles__a__tasks__main="- {name: a, debug: {}}\n")
    assert play(f"{WITH}  roles: [{{role: a, size: '80'}}]\n").code == 0
    assert play(f"{WITH}  roles: [a]\n").tasks()[-1].startswith("Validating arguments")
    failed = play(f"{WITH}  roles: [{{role: a, size: x}}]\n")
    assert "unable to convert to int" in failed.failure("Validating arguments against arg spec 'main'").message


def test_a_role_that_includes_itself_ends_where_its_condition_says(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__tasks__main="- {name: 'n {{ n }}', debug: {}}\n"
          "- include_role: {name: a}\n  vars: {n: '{{ deeper }}'}\n  when: n | int < 2\n")  # fmt: skip
    played = play(f"{WITH}  vars: {{deeper: 2}}\n  roles: [{{role: a, n: 1}}]\n")
    assert [name for name in played.tasks() if name.startswith("n ")] == ["n 1", "n 2"]


def test_the_names_of_a_plays_roles_are_told_apart_from_those_they_depend_on(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__meta__main="dependencies: [b]\n", roles__b__tasks__main="[]\n")
    names = {"own": "role_names", "needed": "ansible_dependent_role_names"}
    tasks = "".join(
        f"    - {{name: {name}, debug: {{msg: '{{{{ {variable} }}}}'}}}}\n" for name, variable in names.items()
    )
    played = play(f"{WITH}  roles: [a]\n  tasks:\n{tasks}")
    assert (played.message("own"), played.message("needed")) == (["a"], ["b"])


def test_end_role_leaves_the_role_for_the_hosts_for_which_it_holds(play: Play, tmp_path: Path) -> None:
    write(
        tmp_path,
        roles__a__tasks__main="""
- block:
    - {name: begun, debug: {}}
    - {meta: end_role, when: inventory_hostname == 'one'}
    - {name: rest, debug: {}}
  always: [{name: always, debug: {}}]
""",
    )
    text = "- {hosts: all, gather_facts: false, roles: [a, a], tasks: [{name: after, debug: {}}]}\n"
    played = play(text, hosts=["one", "two"])
    assert played.tasks("one") == ["begun", "after"]
    assert played.tasks("two") == ["begun", "rest", "always", "after"]


def test_a_task_of_a_role_is_called_with_its_role(play: Play, tmp_path: Path) -> None:
    write(tmp_path, roles__a__tasks__main="- {name: first, debug: {}}\n- {name: second, debug: {}}\n")
    played = play(f"{WITH}  roles: [a]\n  tasks: [{{name: own, debug: {{}}}}]\n", start_at_task="a : second")
    assert [event.task.title for event in played.of(TaskFinished)] == ["a : second", "own"]
