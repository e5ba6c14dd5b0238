import pytest

from smolrun.errors import LoadError
from smolrun.source.text import SourceText
from tests.inventory.sample import said, yaml

EXAMPLE = """\
all:
  hosts:
    lone: {ansible_host: 10.0.0.9}
  vars:
    everywhere: "{{ x }}"
  children:
    prod:
      children:
        web:
          hosts:
            web[1:2].lab:2222:
              weight: 5
            db1:
        db:
          hosts: db1
"""


def test_hosts_groups_and_variables() -> None:
    draft = yaml(EXAMPLE)

    assert draft.diagnostics == []
    assert list(draft.hosts) == ["lone", "web1.lab", "web2.lab", "db1"]
    assert list(draft.groups["all"].children) == ["prod"]
    assert list(draft.groups["prod"].children) == ["web", "db"]
    assert list(draft.groups["db"].hosts) == ["db1"]
    assert draft.hosts["web2.lab"].variables == {"hosts.yml": {"ansible_port": 2222, "weight": 5}}
    everywhere = draft.groups["all"].variables["hosts.yml"]["everywhere"]
    assert isinstance(everywhere, SourceText)
    assert everywhere.location is not None
    assert everywhere.location.line == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- web1\n", ["1:1 an inventory in YAML begins with a group"]),
        ("", ["1:1 an inventory in YAML begins with a group"]),
        ("plugin: aws_ec2\n", ["1:1 the inventory plugin aws_ec2 is not supported"]),
        ("all: web1\n", ["1:1 the group 'all' must have keys such as hosts and vars"]),
        ("all:\n  hosts: [web1]\n", ["2:3 'hosts' must be a mapping"]),
        ("all:\n  vars: [a]\n", ["2:3 'vars' must be a mapping"]),
        ("all:\n  hosts:\n    web1: yes\n", ["3:5 the host web1 must have variables as `name: value` lines"]),
        ("all:\n  hosts:\n    web[2:1]:\n", ["3:5 the range [2:1] ends before it begins"]),
        ("all:\n  vars:\n    1: x\n", ["3:5 1 is not the name of a variable"]),
    ],
)
def test_mistakes_are_told_where_they_are(text: str, expected: list[str]) -> None:
    assert said(yaml(text).diagnostics) == expected


def test_an_unknown_key_of_a_group_is_a_warning_with_a_suggestion() -> None:
    draft = yaml("all:\n  host:\n    web1:\n")

    assert said(draft.diagnostics) == ["2:3 'host' has no meaning in a group"]
    assert not draft.diagnostics[0].is_error
    assert draft.diagnostics[0].hint == "did you mean 'hosts'?"


def test_a_duplicate_host_is_an_error_of_the_file() -> None:
    with pytest.raises(LoadError, match="web1"):
        yaml("all:\n  hosts:\n    web1:\n    web1:\n")
