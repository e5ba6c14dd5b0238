from pathlib import Path

from tests.inventory.sample import load, said


def test_connection_variables_that_cannot_work_are_warned_about(tmp_path: Path) -> None:
    text = """\
[web]
web[1:3] ansible_port=99999
db1 ansible_connection=docker ansible_become_method=pbrun
db2 ansible_host_key=MD5:00 ansible_ssh_timeout="{{ soon }}" ansible_port={{port}}
[web:vars]
ansible_become=perhaps
"""
    inventory = load(tmp_path, {"hosts": text})

    assert sorted(said(list(inventory.warnings))) == [
        "2:10 ansible_port must be a number from 1 to 65535, not the number 99999",
        "3:31 ansible_become_method is 'pbrun', which is not supported",
        "3:5 ansible_connection is 'docker', which is not supported",
        "4:5 ansible_host_key is 'MD5:00'",
        "6:16 ansible_become must be true or false, not 'perhaps'",
    ]


def test_a_slip_in_the_name_of_a_connection_variable_is_noticed(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts.yml": "all:\n  vars:\n    ansible_ssh_comon_args: x\n"}, "hosts.yml")

    (warning,) = inventory.warnings
    assert said([warning]) == ["3:5 ansible_ssh_comon_args has no meaning"]
    assert warning.hint == "did you mean ansible_ssh_common_args?"


def test_names_that_will_surprise_are_warned_about(tmp_path: Path) -> None:
    inventory = load(tmp_path, {"hosts": "[my-group]\nx\n[y]\ny\n"})

    assert said(list(inventory.warnings)) == [
        "1:1 the group name 'my-group' is no name for a variable",
        "4:1 'y' is a group and a host",
    ]


def test_an_ordinary_inventory_has_no_warnings(tmp_path: Path) -> None:
    text = "[web]\nweb1 ansible_host=10.0.0.1 ansible_python_interpreter=/usr/bin/python3 ansible_pipelining=true\n"

    assert load(tmp_path, {"hosts": text}).warnings == ()
