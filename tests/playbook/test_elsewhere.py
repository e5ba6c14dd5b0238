"""Names of modules that exist in Ansible and not here."""

import pytest

from smolrun.playbook.elsewhere import is_module_elsewhere


@pytest.mark.parametrize(
    "name",
    [
        "apt",
        "ansible.builtin.apt",
        "ansible.legacy.apt",
        "ufw",
        "ansible.builtin.ufw",
        "community.general.ufw",
        "a.b.c",
    ],
)
def test_a_module_of_ansibles_world_is_known(name: str) -> None:
    assert is_module_elsewhere(name)


@pytest.mark.parametrize("name", ["shel", "ansible.builtin.shel", "a.b"])
def test_any_other_name_is_not(name: str) -> None:
    assert not is_module_elsewhere(name)
