from collections.abc import Callable
from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.inventory.inventory import Inventory, load_inventory

Constructed = Callable[[str], Inventory]

HOSTS = """\
[web]
web1 size=3 os=debian tags='["blue", "fast"]' labels='{"tier": "front", "empty": ""}'
web2 size=9 os=alpine
[db]
db1 size=1 os=debian
"""


@pytest.fixture
def constructed(tmp_path: Path) -> Constructed:
    def load(text: str) -> Inventory:
        (tmp_path / "hosts.ini").write_text(HOSTS)
        (tmp_path / "made.yml").write_text(f"plugin: constructed\n{text}")
        return load_inventory([tmp_path / "hosts.ini", tmp_path / "made.yml"])

    return load


def members(inventory: Inventory, group: str) -> list[str]:
    return list(inventory.groups[group].hosts)


def test_variables_are_composed_of_others_and_of_those_before(constructed: Constructed) -> None:
    inventory = constructed("compose:\n  double: size * 2\n  named: inventory_hostname ~ '-' ~ double\n")
    assert inventory.hosts["web1"].variables["double"] == 6
    assert inventory.hosts["db1"].variables["named"] == "db1-2"


def test_hosts_are_sorted_into_groups_by_conditions(constructed: Constructed) -> None:
    inventory = constructed("groups:\n  large: size > 2\n  front: \"'web' in group_names\"\n  nobody: nothing.at_all\n")
    assert members(inventory, "large") == ["web1", "web2"]
    assert members(inventory, "front") == ["web1", "web2"]
    assert "nobody" not in inventory.groups
    assert "large" in inventory.hosts["web1"].groups


def test_groups_are_named_by_values(constructed: Constructed) -> None:
    inventory = constructed(
        """keyed_groups:
  - key: os
    prefix: os
  - key: tags | default([])
    prefix: tag
    separator: "-"
    parent_group: all_tags
  - key: labels | default({})
    prefix: label
  - key: size | string
"""
    )
    assert members(inventory, "os_debian") == ["web1", "db1"]
    assert members(inventory, "tag-blue") == ["web1"]
    assert members(inventory, "all_tags") == ["web1"]
    assert members(inventory, "label_tier_front") == ["web1"]
    assert members(inventory, "label_empty_") == ["web1"]
    assert members(inventory, "_9") == ["web2"], "an empty prefix leaves the separator"


def test_empty_values_have_a_default_and_separators_can_be_left_out(constructed: Constructed) -> None:
    inventory = constructed(
        """leading_separator: false
keyed_groups:
  - {key: "color | default('')", default_value: plain}
  - {key: "labels | default({})", prefix: label, trailing_separator: false}
"""
    )
    assert members(inventory, "plain") == ["web1", "web2", "db1"]
    assert members(inventory, "label_empty") == ["web1"]


def test_what_cannot_be_worked_out_is_left_out_unless_it_is_strict(constructed: Constructed) -> None:
    assert "broken" not in constructed("compose: {broken: nothing.at_all}").hosts["web1"].variables
    with pytest.raises(LoadError) as caught:
        constructed("strict: true\ncompose:\n  broken: nothing.at_all\n")
    (first, *_) = caught.value.diagnostics
    assert "the variable 'broken' of web1" in first.message
    assert first.location is not None
    assert first.location.line == 4


@pytest.mark.parametrize("text", ["compoze: {}", "keyed_groups: [{prefix: x}]", "groups: []", "strict: perhaps"])
def test_what_is_written_wrong_is_told(constructed: Constructed, text: str) -> None:
    with pytest.raises(LoadError):
        constructed(text)


def test_variables_beside_the_sources_count_where_they_are_asked_for(constructed: Constructed, tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/web.yml").write_text("color: red\n")
    assert "_red" not in constructed("keyed_groups: [{key: color}]").groups
    assert members(constructed("use_vars_plugins: true\nkeyed_groups: [{key: color}]"), "_red") == ["web1", "web2"]


def test_other_plugins_are_refused(tmp_path: Path) -> None:
    (tmp_path / "aws.yml").write_text("plugin: aws_ec2\n")
    with pytest.raises(LoadError, match="aws_ec2"):
        load_inventory([tmp_path / "aws.yml"])
