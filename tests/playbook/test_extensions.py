"""Filters, tests and lookups in the folders beside a playbook and its roles."""

from pathlib import Path
from textwrap import dedent

import pytest

from smolrun.errors import LoadError
from smolrun.playbook.check import check
from smolrun.playbook.file_reader import LoadSettings
from smolrun.playbook.loader import load_playbook

PLAY = "- hosts: all\n  tasks:\n    - debug:\n        msg: \"{{ 'a' | shout }}\"\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    return path


def found(playbook: Path) -> list[str]:
    loaded, warnings = load_playbook(playbook)
    return [f"{found.severity} {found.location}: {found.message}" for found in (*warnings, *check(loaded))]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "site.yml", PLAY)
    return tmp_path


def test_a_table_beside_the_playbook_adds_a_filter(folder: Path) -> None:
    written(folder, "filter_plugins/words.py", "FILTERS = {'shout': lambda text: text.upper() + '!'}")
    assert found(Path("site.yml")) == []


def test_a_class_as_ansible_knows_it_adds_a_filter(folder: Path) -> None:
    written(
        folder,
        "filter_plugins/words.py",
        """\
        from __future__ import absolute_import
        class FilterModule(object):
            def filters(self):
                return {'shout': self.shout}
            def shout(self, text):
                return text.upper()
        """,
    )
    assert found(Path("site.yml")) == []


def test_what_imports_something_of_ansible_is_told_and_is_an_error_when_used(folder: Path) -> None:
    path = "filter_plugins/words.py"
    written(
        folder,
        path,
        """\
        import re
        from ansible.errors import AnsibleFilterError
        class FilterModule(object):
            def filters(self):
                return {'shout': str.upper}
        """,
    )
    assert found(Path("site.yml")) == [
        f"warning {path}:2:1: this file is written for Ansible's own Python: it imports ansible.errors",
        "error site.yml:4:24: there is no filter 'shout'",
    ]
    loaded, _ = load_playbook("site.yml")
    assert str(check(loaded)[0].hint).startswith(f"{path}: this file is written for Ansible")


def test_an_import_of_ansible_that_is_only_tried_does_no_harm(folder: Path) -> None:
    written(
        folder,
        "filter_plugins/words.py",
        """\
        try:
            from ansible.errors import AnsibleFilterError
        except ImportError:
            AnsibleFilterError = Exception
        FILTERS = {'shout': str.upper}
        """,
    )
    assert found(Path("site.yml")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FILTERS = {", "filter_plugins/words.py:1:11: filter_plugins/words.py is not valid Python"),
        ("\nimport no_such_package\n", "words.py:2:1: filter_plugins/words.py cannot be loaded: No module named"),
        ("def f():\n  1 / 0\nf()", "words.py:2:1: filter_plugins/words.py cannot be loaded: division by zero"),
        ("import sys; sys.exit(3)", "words.py:1:1: filter_plugins/words.py cannot be loaded: 3"),
        ("SHOUT = 1", "it defines no table FILTERS and no class FilterModule"),
        ("FILTERS = ['shout']", "its filters are no mapping of names to functions"),
        ("FILTERS = {'shout': 1}", "'shout' among its filters is no name with a function"),
        ("class FilterModule:\n  def filters(self): return 1 / 0", "FilterModule.filters() cannot be called: division"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_warning_at_its_place(folder: Path, text: str, message: str) -> None:
    written(folder, "filter_plugins/words.py", text)
    warning, error = found(Path("site.yml"))
    assert message in warning
    assert warning.startswith("warning")
    assert error == "error site.yml:4:24: there is no filter 'shout'"


def test_files_that_begin_with_an_underscore_are_for_the_others(folder: Path) -> None:
    written(folder, "filter_plugins/__init__.py", "raise RuntimeError")
    written(folder, "filter_plugins/words.py", "FILTERS = {'shout': str.upper}")
    assert found(Path("site.yml")) == []
    assert not (folder / "filter_plugins/__pycache__").exists()


@pytest.mark.parametrize("place", ["filter_plugins", "filter_plugins/words.py", "."])
def test_code_that_anybody_could_have_written_is_not_used(folder: Path, place: str) -> None:
    path = written(folder, "filter_plugins/words.py", "FILTERS = {'shout': str.upper}")
    (folder / place).chmod(0o777 if (folder / place).is_dir() else 0o666)
    warning, error = found(Path("site.yml"))
    assert "the code in filter_plugins is not used, because everyone may write to" in warning
    assert "there is no filter 'shout'" in error
    assert path.exists()


def test_a_role_brings_functions_that_the_play_can_use(folder: Path) -> None:
    written(folder, "site.yml", "- hosts: all\n  tasks:\n    - debug: {msg: \"{{ 'a' | shout }}\"}\n  roles: [loud]\n")
    written(folder, "roles/loud/filter_plugins/words.py", "FILTERS = {'shout': str.upper}")
    written(folder, "roles/loud/test_plugins/words.py", "TESTS = {'loud': str.isupper}")
    written(folder, "roles/loud/tasks/main.yml", "- debug: {msg: hi}\n  when: \"'A' is loud\"\n")
    assert found(Path("site.yml")) == []


def test_a_lookup_can_be_looped_over(folder: Path) -> None:
    text = "def countdown(context, terms, options):\n    return list(range(int(terms[0]), 0, -1))\n"
    written(folder, "lookup_plugins/counting.py", text + "LOOKUPS = {'countdown': countdown}\n")
    play = "- hosts: all\n  tasks:\n    - debug: {msg: \"{{ query('countdown', 3) }}\"}\n"
    written(folder, "site.yml", play + "    - debug: {msg: '{{ item }}'}\n      with_countdown: [3]\n")
    assert found(Path("site.yml")) == []


def test_a_lookup_of_ansible_is_told(folder: Path) -> None:
    written(folder, "lookup_plugins/other.py", "from ansible.plugins.lookup import LookupBase\n")
    written(folder, "site.yml", "- hosts: all\n  tasks:\n    - debug: {msg: hi}\n")
    assert "it imports ansible.plugins.lookup" in found(Path("site.yml"))[0]


def test_own_functions_come_before_those_that_are_there(folder: Path) -> None:
    written(folder, "filter_plugins/words.py", "FILTERS = {'shout': str.upper, 'upper': str.lower}")
    loaded, _ = load_playbook("site.yml")
    assert set(loaded.extensions.functions.filters) == {"shout", "upper"}


def test_a_misspelt_filter_of_ones_own_is_recognised(folder: Path) -> None:
    written(folder, "filter_plugins/words.py", "FILTERS = {'shouts': str.upper}")
    loaded, _ = load_playbook("site.yml")
    assert check(loaded)[0].hint == "did you mean 'shouts'?"


def test_mistakes_are_told_with_those_of_the_playbook(folder: Path) -> None:
    written(folder, "filter_plugins/words.py", "FILTERS = {")
    written(folder, "site.yml", "- hosts: all\n  task: []\n")
    with pytest.raises(LoadError) as caught:
        load_playbook("site.yml")
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["unusable-extension", "unknown-keyword"]


def test_folders_that_are_named_are_looked_into_whoever_may_write_there(folder: Path) -> None:
    written(folder, "elsewhere/words.py", "FILTERS = {'shout': str.upper}")
    written(folder, "modules/hello.sh", "# ---\n# description: x\n# ---\n")
    (folder / "elsewhere").chmod(0o777)
    settings = LoadSettings(code={"filter_plugins": [Path("elsewhere")], "library": [Path("modules")]})
    written(folder, "site.yml", PLAY + "    - hello:\n")
    loaded, warnings = load_playbook("site.yml", settings=settings)
    assert (*warnings, *check(loaded)) == ()


NEEDS_ANSIBLE = """\
from ansible.errors import AnsibleError
class FilterModule:
    def filters(self): return {'shout': str.upper}
"""


def test_functions_and_modules_of_a_collection_go_by_their_full_names(folder: Path) -> None:
    plugins = "collections/ansible_collections/our/tools/plugins"
    written(folder, f"{plugins}/filter/words.py", "FILTERS = {'shout': str.upper}")
    written(folder, f"{plugins}/filter/other.py", "from ansible.errors import AnsibleError\n")
    written(folder, f"{plugins}/test/loud.py", "TESTS = {'loud': str.isupper}")
    written(folder, f"{plugins}/modules/hello.sh", "# ---\n# description: x\n# arguments: {name: {}}\n# ---\n")
    written(folder, f"{plugins}/modules/other.py", "from ansible.module_utils.basic import AnsibleModule\n")
    tasks = "    - our.tools.hello: {name: x}\n      when: \"'A' is our.tools.loud\"\n"
    written(folder, "site.yml", PLAY.replace("shout", "our.tools.shout") + tasks)
    assert found(Path("site.yml")) == []
    tasks = "    - our.tools.hello: {nam: x}\n    - our.tools.other:\n"
    written(folder, "site.yml", PLAY.replace("shout", "our.tools.shuot") + tasks)
    assert [line.partition(": ")[2] for line in found(Path("site.yml"))] == [
        "the module 'our.tools.other' is not available here; a task that comes to it will fail",
        "there is no filter 'our.tools.shuot'",
        "the module 'our.tools.hello' has no argument 'nam'",
    ]


def test_what_a_collection_needs_of_ansible_is_told_where_it_is_used(folder: Path) -> None:
    written(folder, "collections/ansible_collections/our/tools/plugins/filter/words.py", NEEDS_ANSIBLE)
    written(folder, "site.yml", PLAY.replace("shout", "our.tools.shout"))
    loaded, warnings = load_playbook("site.yml")
    assert warnings == ()
    (error,) = check(loaded)
    assert "it imports ansible.errors" in str(error.hint)
