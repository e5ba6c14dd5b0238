"""Module arguments: free form, words, mapping, ``args``."""

import pytest

from smolrun.source.text import SourceText, location_of
from tests.playbook.reading import load_task


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("run: ls -l", {"cmd": "ls -l"}),
        ("run: make PREFIX=/usr chdir=/x", {"cmd": "make PREFIX=/usr chdir=/x"}),
        ("run: [a, '{{ b }}', 5]", {"cmd": ["a", "{{ b }}", 5]}),
        ("run: {argv: [a], chdir: /x}", {"argv": ["a"], "chdir": "/x"}),
        ("command: ls chdir=/x", {"chdir": "/x", "cmd": "ls"}),
        ("command: {cmd: ls, chdir: /x}", {"cmd": "ls", "chdir": "/x"}),
        ("command: {_raw_params: ls}", {"cmd": "ls"}),
        ("command: ls\n      args: {chdir: /x}", {"cmd": "ls", "chdir": "/x"}),
        ("command:\n      args: {cmd: ls}", {"cmd": "ls"}),
        ("copy: src=/etc/hosts dest='/a b'", {"src": "/etc/hosts", "dest": "/a b"}),
        ("debug: msg='{{ a }} b'", {"msg": "{{ a }} b"}),
        ("set_fact: a=1 b='{{ c }}'", {"a": "1", "b": "{{ c }}"}),
        ("ping:", {}),
        ("apt: name=x state=present", {"name": "x", "state": "present"}),
        ("community.general.thing: some words a=1", {"a": "1", "_raw_params": "some words"}),
    ],
)
def test_arguments_are_one_mapping_whatever_their_form(text: str, arguments: dict[str, object]) -> None:
    assert load_task(f"    - {text}\n").arguments == arguments


def test_arguments_may_be_a_template_as_a_whole() -> None:
    task = load_task('    - copy: "{{ everything }}"\n')
    assert (task.arguments, task.arguments_template) == ({}, "{{ everything }}")
    task = load_task('    - copy: {dest: /a}\n      args: "{{ more }}"\n')
    assert (task.arguments, task.arguments_template) == ({"dest": "/a"}, "{{ more }}")


def test_a_free_form_keeps_its_place_and_stays_trusted() -> None:
    value = load_task("    - shell: echo {{ a }} chdir=/x\n").arguments["cmd"]
    assert type(value) is SourceText
    assert str(location_of(value)) == "p.yml:3:14"
