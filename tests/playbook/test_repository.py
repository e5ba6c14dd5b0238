"""What a folder holds that can be checked."""

from pathlib import Path

from smolrun.playbook.repository import contents_of, is_role, role_of, task_files
from tests.engine.written import write


def make(folder: Path) -> None:
    write(folder, site="---\n# all\n- hosts: all\n", more__two="- name: x\n  hosts: all\n")
    write(folder, imports="- import_playbook: site.yml\n", hosts="all:\n  hosts: {a: {}}\n", list="- a\n")
    write(
        folder, roles__r__tasks__main="- run: ls\n", roles__deep__q__meta__main="{}\n", roles__r__tasks__sub__x="[]\n"
    )
    write(folder, molecule__converge="- hosts: all\n", tasks__play="- hosts: all\n", hidden__site="- hosts: all\n")
    (folder / "hidden").rename(folder / ".hidden")


def test_playbooks_and_roles_are_found_wherever_they_are(tmp_path: Path) -> None:
    make(tmp_path)
    found = contents_of(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in found.playbooks] == [
        "imports.yml", "site.yml", "more/two.yml"
    ]  # fmt: skip
    assert [str(path.relative_to(tmp_path)) for path in found.roles] == ["roles/r", "roles/deep/q"]


def test_a_folder_that_is_a_role_is_one_of_its_roles(tmp_path: Path) -> None:
    make(tmp_path)
    assert contents_of(tmp_path / "roles/r").roles == (tmp_path / "roles/r",)
    assert not is_role(tmp_path)


def test_a_file_of_tasks_knows_its_role_and_a_role_its_files(tmp_path: Path) -> None:
    make(tmp_path)
    role = tmp_path / "roles/r"
    assert role_of(role / "tasks/sub/x.yml") == role
    assert role_of(tmp_path / "tasks/play.yml") is None
    assert list(task_files(role)) == ["main.yml", "sub/x.yml"]
    assert list(task_files(role, [str((role / "tasks/main.yml").resolve())])) == ["sub/x.yml"]
