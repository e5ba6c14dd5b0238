"""Code of a user's own, as it takes part in a run."""

from pathlib import Path

from smolrun.engine.events import Warned
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
