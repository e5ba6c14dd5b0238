"""Modules in ``sh``: what is wrong with their headers, and with the arguments that tasks give them."""

# ruff: noqa: E501 - a line of a table shows a whole message

from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.playbook.loader import load_playbook
from smolrun.playbook.shell_modules import read_shell_module
from tests.playbook.test_extensions import found, written

HEADER = """\
#!/bin/sh
# ---
# description: Say hello
# arguments:
#   name:
#     required: true
#     aliases: [who]
#   loud: {type: bool, default: false}
#   state: {choices: [present, absent], default: present}
# ---
echo hello
"""


def header(lines: str) -> str:
    return "#!/bin/sh\n# ---\n" + "".join(f"# {line}\n" for line in lines.splitlines()) + "# ---\necho\n"


def mistakes(folder: Path, text: str) -> list[str]:
    path = written(folder, "library/hello.sh", text)
    with pytest.raises(LoadError) as caught:
        read_shell_module(path)
    return [
        f"{one.location.line}:{one.location.column} {one.message}" if one.location else one.message
        for one in caught.value.diagnostics
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "library/hello.sh", HEADER)
    return tmp_path


def told(folder: Path, task: str) -> list[str]:
    written(folder, "site.yml", f"- hosts: all\n  tasks:\n    - {task}\n")
    try:
        return found(Path("site.yml"))
    except LoadError as error:
        return [f"{one.severity} {one.location}: {one.message}" for one in error.diagnostics]


@pytest.mark.parametrize(
    "task",
    ["hello: {name: x}", "hello: name=x loud=yes", "ansible.legacy.hello: {who: x, state: absent}"],
)
def test_a_task_names_it_as_it_names_any_module(folder: Path, task: str) -> None:
    assert told(folder, task) == []


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("hello: {name: x, lout: true}", "error site.yml:3:24: the module 'hello' has no argument 'lout'"),
        ("hello: {}", "error site.yml:3:7: the module 'hello' needs the argument 'name'"),
        ("hello: {name: x, who: y}", "error site.yml:3:24: 'who' and 'name' are two names of the same argument"),
        (
            "hello: {name: x, loud: maybe}",
            "error site.yml:3:30: 'loud': expected true or false, found the text 'maybe'",
        ),
        ("hello: {name: x, state: presnt}", "error site.yml:3:31: 'state': expected present or absent, found the text"),
        ("hello: {name: [1]}", "error site.yml:3:21: 'name': expected text, found a list"),
        ("helo: {name: x}", "error site.yml:3:7: there is no module 'helo'"),
        ("ansible.builtin.hello: {name: x}", "error site.yml:3:7: there is no module 'ansible.builtin.hello'"),
    ],
)
def test_its_arguments_are_checked_before_the_run(folder: Path, task: str, message: str) -> None:
    (only,) = told(folder, task)
    assert only.startswith(message)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("#!/bin/sh\n# ---\necho\n", ["1:1 this module has no header"]),
        ("echo\n# ---\n# description: x\n# ---\n", ["1:1 this module has no header"]),
        (
            "#!/bin/bash\n# ---\n# description: x\n# ---\n",
            ["1:1 a module is run by the guest's /bin/sh, and this one asks for /bin/bash"],
        ),
        (header("[a]"), ["2:1 a header is a mapping; this is a list"]),
        (header("description: x\nargument: {}"), ["4:3 the header says nothing of a module by 'argument'"]),
        (header("arguments: {}"), ["3:3 the header does not say what the module is for"]),
        (
            header("description: x\narguments:\n  a: {typ: int}\n  b: {choice: [1]}"),
            [
                "5:9 the header says nothing of the argument 'a' by 'typ'",
                "6:9 the header says nothing of the argument 'b' by 'choice'",
            ],
        ),
        (
            header("description: x\narguments:\n  a: {type: integer}"),
            ["5:15 'arguments': expected str, int, float, bool, list or dict, found the text 'integer'"],
        ),
        (
            header("description: x\narguments:\n  a: {type: int, default: x}"),
            ["5:29 the default of 'a': expected a whole"],
        ),
        (
            header("description: x\narguments: {PATH: {}}"),
            ["4:21 'arguments': 'PATH' cannot be an argument: lower-case"],
        ),
        (
            header("description: x\narguments: {check_mode: {}}"),
            ["4:27 'arguments': 'check_mode' cannot be an argument"],
        ),
        (header("description: x\narguments: {a: {aliases: b}, b: {}}"), ["3:3 'b' is the name of two arguments"]),
        (
            header("description: x\narguments:\n  a: {type: int, secret: true}"),
            ["5:8 'arguments': only a str can be secret"],
        ),
        (
            header("description: x\narguments:\n  a: {elements: int}"),
            ["5:8 'arguments': 'elements' are those of a list"],
        ),
        (header("description: [x"), ["3:16 "]),
    ],
)
def test_mistakes_in_a_header_are_told_with_their_places(tmp_path: Path, text: str, messages: list[str]) -> None:
    told_of = mistakes(tmp_path, text)
    assert [one[: len(message)] for one, message in zip(told_of, messages, strict=True)] == messages


def test_a_header_that_is_wrong_is_an_error_only_where_a_task_uses_the_module(folder: Path) -> None:
    written(folder, "library/hello.sh", "# ---\necho hello\n")
    assert told(folder, "debug: {msg: hi}") == []
    assert told(folder, "hello: {name: x}") == ["error library/hello.sh:1:1: this module has no header"]


def test_a_module_of_ones_own_comes_before_ours_of_the_same_name(folder: Path) -> None:
    written(folder, "library/stat.sh", HEADER)
    assert told(folder, "stat: {name: x}") == []
    assert "has no argument 'loud'" in told(folder, "ansible.builtin.stat: {path: /, loud: yes}")[0]


def test_words_of_the_language_stay_what_they_are(folder: Path) -> None:
    written(folder, "library/set_fact.sh", HEADER)
    assert told(folder, "set_fact: {anything: x}") == []


def test_python_with_a_module_is_one_too(folder: Path) -> None:
    written(
        folder,
        "library/greet.py",
        """\
        from smolrun.modules.base import Arguments, Module, ModuleResult
        class GreetArguments(Arguments):
            name: str
        MODULE = Module(GreetArguments, lambda arguments, task: ModuleResult(msg='hi'), uses_guest=False)
        """,
    )
    assert told(folder, "greet: {name: x}") == []
    assert told(folder, "greet: {nam: x}") == [
        "error site.yml:3:7: the module 'greet' needs the argument 'name'",
        "error site.yml:3:15: the module 'greet' has no argument 'nam'",
    ]


def test_python_that_is_written_for_ansible_is_told_where_a_task_uses_it(folder: Path) -> None:
    written(folder, "library/greet.py", "#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n")
    assert told(folder, "debug: {msg: hi}") == []
    assert told(folder, "greet: {name: x}") == [
        "warning library/greet.py:2:1: this file is written for Ansible's own Python: it imports ansible.module_utils.basic",
        "warning site.yml:3:7: the module 'greet' is not available here; a task that comes to it will fail",
    ]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("greet.sh", "#!/bin/bash\nsource $1\n", "it has no header that says what its arguments are"),
        ("greet.sh", "#!/bin/sh\n. $1\n", "it has no header that says what its arguments are"),
        ("greet", "#!/bin/bash\nsource $1\n", "modules here are in sh or in Python, as NAME.sh or NAME.py"),
        ("greet.pl", "#!/usr/bin/perl\n", "modules here are in sh or in Python, as NAME.sh or NAME.py"),
    ],
)
def test_what_is_written_for_ansible_in_other_languages_is_told_too(
    folder: Path, name: str, text: str, why: str
) -> None:
    written(folder, f"roles/loud/library/{name}", text)
    written(folder, "roles/loud/library/README.md", "greet\n")
    written(folder, "roles/loud/tasks/main.yml", "- greet: {name: x}\n")
    written(folder, "site.yml", "- hosts: all\n  roles: [loud]\n")
    assert found(Path("site.yml")) == [
        f"warning roles/loud/library/{name}:1:1: this file is written for Ansible: {why}",
        "warning roles/loud/tasks/main.yml:1:3: the module 'greet' is not available here; a task that comes to it will fail",
    ]


def test_a_role_brings_modules_that_the_play_can_use(folder: Path) -> None:
    written(folder, "roles/loud/library/shout.sh", HEADER)
    written(folder, "roles/loud/tasks/main.yml", "- shout: {name: x}\n")
    written(folder, "site.yml", "- hosts: all\n  tasks: [{shout: {name: x}}]\n  roles: [loud]\n")
    loaded, warnings = load_playbook("site.yml")
    assert warnings == ()
    assert [task.module for task in loaded.plays[0].tasks if hasattr(task, "module")] == ["shout"]


def test_what_a_module_in_sh_registers_is_all_that_it_sets(folder: Path) -> None:
    play = "{hello: {name: x}, register: r}\n    - debug: {msg: '{{ r.msg }} {{ nothing_sets_it }}'}"
    assert told(folder, play) == ["error site.yml:4:36: nothing sets the variable 'nothing_sets_it'"]
