"""Missing files: an error where a task certainly comes to need them, with all the places that were searched."""

# ruff: noqa: E501 - a line of a table shows a whole message

from pathlib import Path

import pytest

from smolrun.playbook.check import check
from smolrun.playbook.known_names import KnownNames
from smolrun.playbook.loader import load_playbook
from smolrun.source.vault import VaultSecret, VaultSecrets
from tests.playbook.reading import PLAY, lines
from tests.source.test_vault import FILE, PASSWORD


def told(folder: Path, text: str, known: KnownNames | None = None) -> list[str]:
    path = folder / "p.yml"
    path.write_text(text)
    return [line.replace(str(folder), "") for line in lines(check(load_playbook(path)[0], known))]


def test_a_missing_file_is_told_with_the_places_that_were_searched(tmp_path: Path) -> None:
    assert told(tmp_path, PLAY + "    - copy: {src: a.txt, dest: /a}\n") == [
        "3:19 error missing-file: there is no file 'a.txt' (looked for /files/a.txt, /a.txt)"
    ]


def test_a_missing_template_is_told(tmp_path: Path) -> None:
    (line,) = told(tmp_path, PLAY + "    - template: src=a.j2 dest=/a\n")
    assert line == "3:21 error missing-file: there is no file 'a.j2' (looked for /templates/a.j2, /a.j2)"


def test_files_beside_the_playbook_and_in_the_folder_of_their_kind_are_found(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one").write_text("")
    (tmp_path / "two").write_text("")
    tasks = "    - copy: {src: one, dest: /a}\n    - copy: {src: two, dest: /a}\n    - copy: {src: /etc, dest: /a}\n"
    assert told(tmp_path, PLAY + tasks) == []


@pytest.mark.parametrize(
    "task",
    [
        "copy: {src: a, dest: /a, remote_src: yes}",
        "copy: {src: '{{ a | default(1) }}', dest: /a}",
        "copy: {src: a, dest: /a, remote_src: '{{ true }}'}",
        "copy: {content: a, dest: /a}",
    ],
)
def test_what_is_not_on_this_machine_or_not_known_yet_is_not_looked_for(tmp_path: Path, task: str) -> None:
    assert told(tmp_path, PLAY + f"    - {task}\n") == []


@pytest.mark.parametrize("keyword", ["when: x is defined", "ignore_errors: yes", "loop: '{{ [] }}'"])
def test_a_missing_file_that_is_perhaps_not_needed_is_a_warning(tmp_path: Path, keyword: str) -> None:
    (line,) = told(tmp_path, PLAY + f"    - copy: {{src: a, dest: /a}}\n      {keyword}\n")
    assert "warning missing-file" in line


@pytest.mark.parametrize(
    "before",
    [
        "    - run: ls\n      delegate_to: localhost\n",
        "    - local_action: command ls\n",
        "    - fetch: {src: a, dest: b}\n",
    ],
)
def test_a_file_that_an_earlier_task_may_have_made_is_a_warning(tmp_path: Path, before: str) -> None:
    (line,) = told(tmp_path, PLAY + before + "    - copy: {src: a, dest: /a}\n")
    assert "warning missing-file" in line


def test_a_missing_variables_file_is_an_error(tmp_path: Path) -> None:
    assert told(tmp_path, "- hosts: all\n  vars_files: [a.yml, [b.yml, c.yml]]\n") == [
        "2:16 error missing-file: there is no variables file a.yml (looked for /vars/a.yml, /a.yml)",
        "2:23 error missing-file: there is no variables file b.yml or c.yml (looked for /vars/b.yml, /b.yml, /vars/c.yml, /c.yml)",
    ]


def test_the_variables_of_a_variables_file_are_known(tmp_path: Path) -> None:
    (tmp_path / "vars").mkdir()
    (tmp_path / "vars" / "a.yml").write_text("x: 1\n")
    text = "- hosts: all\n  vars_files: [[none.yml, a.yml]]\n  tasks:\n    - run: echo {{ x }} {{ y }}\n"
    assert told(tmp_path, text) == [
        "4:28 error undefined-variable: nothing sets the variable 'y' (set it, or pass it on the command line: -e y=…)"
    ]


def test_the_variables_of_a_vaulted_variables_file_are_known(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE)
    known = KnownNames(vault=VaultSecrets((VaultSecret("default", PASSWORD),)))
    text = "- hosts: all\n  vars_files: a.yml\n  tasks:\n    - run: echo {{ a }} {{ b }}\n"
    assert told(tmp_path, text, known) == []


def test_a_variables_file_with_a_templated_name_may_set_anything(tmp_path: Path) -> None:
    text = "- hosts: all\n  vars_files: '{{ x | default(1) }}.yml'\n  tasks:\n    - run: echo {{ anything }}\n"
    assert told(tmp_path, text) == []


def test_mistakes_in_a_variables_file_are_told_at_their_own_place(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("x: 1\nx: 2\n")
    (tmp_path / "b.yml").write_text("- a\n")
    found = told(tmp_path, "- hosts: all\n  vars_files: [a.yml, b.yml]\n")
    assert [line.partition(" (")[0] for line in found] == [
        "2:1 error duplicate-key: the key 'x' is written twice; the first is on line 1",
        "1:1 error wrong-type: a file of variables is a mapping of names to values; this is a list",
    ]
