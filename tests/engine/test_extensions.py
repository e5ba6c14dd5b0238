"""Code of a user's own, as it takes part in a run."""

from pathlib import Path

import pytest

from smolrun.engine.events import Warned
from smolrun.report.plain_values import json_text
from tests.engine.conftest import Play
from tests.engine.written import local, write

FILTERS = """\
class FilterModule:
    def filters(self):
        return {'shout': lambda text: text.upper() + '!', 'braces': lambda text: '{{ 1 + 1 }}', 'broken': self.broken}
    def broken(self, text):
        raise ValueError('no such word')
"""


def beside(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_filters_tests_and_lookups_beside_the_playbook_run(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "filter_plugins/words.py", FILTERS)
    beside(tmp_path, "test_plugins/words.py", "TESTS = {'loud': str.isupper}")
    beside(tmp_path, "lookup_plugins/words.py", "LOOKUPS = {'twice': lambda context, terms, options: [*terms, *terms]}")
    tasks = """
    - {name: filter, debug: {msg: "{{ 'a' | shout }}"}}
    - {name: test, debug: {msg: "{{ ['a', 'B'] | select('loud') }}"}}
    - {name: lookup, debug: {msg: "{{ lookup('twice', 'x') }}"}}
    - {name: loop, command: "echo {{ item }}", with_twice: [1], register: r}
    - {name: looped, debug: {msg: "{{ r.results | map(attribute='stdout') }}"}}
    """
    played = play(local(tasks))
    assert [played.message(name) for name in ("filter", "test", "lookup")] == ["A!", ["B"], "x,x"]
    assert played.message("looped") == ["1", "1"]


def test_what_a_filter_gives_is_data(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "filter_plugins/words.py", FILTERS)
    tasks = "- {set_fact: {x: \"{{ 'a' | braces }}\"}}\n- {name: x, debug: {msg: '{{ x }} {{ [x] | first }}'}}\n"
    assert play(local(tasks)).message("x") == "{{ 1 + 1 }} {{ 1 + 1 }}"


def test_a_filter_that_fails_fails_the_task_at_its_place(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "filter_plugins/words.py", FILTERS)
    failure = play(local("- {name: x, debug: {msg: \"{{ 'a' | broken }}\"}}\n")).failure("x")
    assert failure.message == "the filter 'broken' failed: no such word"
    assert failure.place is not None


def test_a_filter_that_needs_ansible_fails_where_it_is_used(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "filter_plugins/words.py", f"from ansible import errors\n{FILTERS}")
    tasks = "- {name: x, debug: {msg: \"{{ 'a' | shout }}\"}, when: inventory_hostname == 'other'}\n"
    assert play(local(tasks)).code == 0
    failure = play(local("- {name: x, debug: {msg: \"{{ 'a' | shout }}\"}}\n")).failure("x")
    assert "it imports ansible" in f"{failure.message} {failure.hint}"


def test_an_included_role_brings_its_filters(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "roles/loud/filter_plugins/words.py", FILTERS)
    write(tmp_path, roles__loud__tasks__main="- {name: x, debug: {msg: \"{{ 'a' | shout }}\"}}\n")
    played = play(local("- {set_fact: {role: loud}}\n- include_role: {name: '{{ role }}'}\n"))
    assert played.message("x") == "A!"
    assert played.of(Warned) == []


MODULE = """\
#!/bin/sh
# ---
# description: A line in a file of its own
# check_mode: true
# arguments:
#   path: {required: true}
#   token: {secret: true, required: true}
# ---
write() { printf '%s\\n' "$token" >"$path"; }
if [ "$(cat "$path" 2>/dev/null)" != "$token" ]; then
	difference "" "$token"
	change write
fi
value said "$token"
"""


def test_a_module_in_sh_runs_checks_and_is_silent_about_its_secrets(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "library/keep.sh", MODULE)
    path = tmp_path / "kept"
    task = f"- {{name: keep, keep: {{path: '{path}', token: 'hush-hush'}}, register: r}}\n"
    text = local(task + "- {name: same, debug: {msg: \"{{ r.said == 'hush-' ~ 'hush' }}\"}, when: r.said is defined}\n")
    checked = play(text, check=True, diff=True)
    assert checked.task("keep").status == "changed"
    assert not path.exists()
    assert [play(text).task("keep").status for _ in range(2)] == ["changed", "ok"]
    assert path.read_text() == "hush-hush\n"
    assert play(text).message("same") is True
    path.unlink()
    shown = "".join(json_text(event) for event in play(text, diff=True).events)
    assert "hush-hush" not in shown


def test_a_module_in_python_runs_on_this_machine(play: Play, tmp_path: Path) -> None:
    text = """\
from smolrun.modules.base import Arguments, Module, ModuleResult

class GreetArguments(Arguments):
    name: str

def run(arguments, task):
    return ModuleResult(changed=True, msg=f"hello {arguments.name}", values={"braces": "{{ 1 + 1 }}"})

MODULE = Module(GreetArguments, run, uses_guest=False)
"""
    beside(tmp_path, "library/greet.py", text)
    tasks = "- {name: greet, greet: {name: '{{ 1 + 1 }}x'}, register: r}\n- {name: x, debug: {msg: '{{ r.braces }}'}}\n"
    played = play(local(tasks))
    assert played.task("greet").result["msg"] == "hello 2x"
    assert played.message("x") == "{{ 1 + 1 }}"


def test_an_included_role_brings_its_modules(play: Play, tmp_path: Path) -> None:
    beside(tmp_path, "roles/loud/library/shout.sh", "# ---\n# description: x\n# ---\nmessage hello\n")
    write(tmp_path, roles__loud__tasks__main="- {name: shout, shout: {}}\n")
    played = play(local("- {set_fact: {role: loud}}\n- include_role: {name: '{{ role }}'}\n"))
    assert played.task("shout").result["msg"] == "hello"


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("other.py", "from ansible.module_utils.basic import AnsibleModule\n", "it imports ansible.module_utils.basic"),
        ("other.sh", "#!/bin/bash\nsource $1\n", "it has no header that says what its arguments are"),
        ("other", "#!/bin/bash\nsource $1\n", "modules here are in sh or in Python, as NAME.sh or NAME.py"),
    ],
)
def test_a_module_that_needs_ansible_fails_only_where_the_run_comes_to_it(
    play: Play, tmp_path: Path, file: str, text: str, why: str
) -> None:
    beside(tmp_path, f"library/{file}", text)
    assert play(local("- {name: x, other: {}, when: inventory_hostname == 'other'}\n")).code == 0
    failure = play(local("- {name: x, other: {}}\n")).failure("x")
    assert failure.message == "there is no module 'other' here"
    assert f"library/{file}: this file is written for Ansible" in str(failure.hint)
    assert str(failure.hint).endswith(why)
