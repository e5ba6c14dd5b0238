"""Inventories written down; the texts were written by ansible-inventory of ansible-core 2.19 from the same files."""

import json
from pathlib import Path

import pytest

from smolrun.inventory.inventory import Inventory, load_inventory
from smolrun.inventory.listing import InventoryListing, as_json
from smolrun.source.yaml_loader import load_yaml
from smolrun.source.yaml_writer import write_yaml
from tests.source.test_vault import LABELLED

HOSTS = """\
lonely
[web]
w1 ansible_host=1.2.3.4 p=80
w2 flag=true t="{{ x }}"
[db]
d1
[prod:children]
web
db
[web:vars]
x=1
[empty]
"""
EVERYONE = {"g": "all", "n": 5, "v": [1, 2]}
CHILDREN = ["ungrouped", "prod", "empty"]


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.yml").write_text("g: all\nv: [1, 2]\nn: 5\n")
    (tmp_path / "hosts.ini").write_text(HOSTS)
    return load_inventory([tmp_path / "hosts.ini"])


def listing(inventory: Inventory, limit: str = "all", *, export: bool = False) -> InventoryListing:
    return InventoryListing(inventory, [host.name for host in inventory.select("all", limit)], export=export)


def test_hosts_have_all_their_variables(inventory: Inventory) -> None:
    assert as_json(listing(inventory).as_program_output()) == {
        "_meta": {
            "hostvars": {
                "d1": EVERYONE,
                "lonely": EVERYONE,
                "w1": {"ansible_host": "1.2.3.4", **EVERYONE, "p": 80, "x": 1},
                "w2": {"flag": "true", **EVERYONE, "t": "{{ x }}", "x": 1},
            },
            "profile": "inventory_legacy",
        },
        "all": {"children": CHILDREN},
        "db": {"hosts": ["d1"]},
        "prod": {"children": ["web", "db"]},
        "ungrouped": {"hosts": ["lonely"]},
        "web": {"hosts": ["w1", "w2"]},
    }


def test_an_export_leaves_variables_with_their_groups(inventory: Inventory) -> None:
    output = as_json(listing(inventory, export=True).as_program_output())
    assert output["_meta"]["hostvars"] == {
        "w1": {"ansible_host": "1.2.3.4", "p": 80},
        "w2": {"flag": "true", "t": "{{ x }}"},
    }
    assert output["all"] == {"children": CHILDREN, "vars": EVERYONE}
    assert output["web"] == {"hosts": ["w1", "w2"], "vars": {"x": 1}}


def test_a_limit_leaves_out_hosts_not_groups_with_children(inventory: Inventory) -> None:
    output = as_json(listing(inventory, "d1").as_program_output())
    assert output["_meta"]["hostvars"] == {"d1": EVERYONE}
    assert list(output) == ["_meta", "all", "db", "prod"]


def test_the_tree_as_a_yaml_inventory(inventory: Inventory) -> None:
    assert write_yaml(listing(inventory, export=True).as_tree()) == (
        "all:\n  children:\n    prod:\n      children:\n        db:\n          hosts:\n            d1: {}\n"
        "        web:\n          hosts:\n            w1:\n              ansible_host: 1.2.3.4\n              p: 80\n"
        "            w2:\n              flag: 'true'\n              t: '{{ x }}'\n          vars:\n            x: 1\n"
        "    ungrouped:\n      hosts:\n        lonely: {}\n  vars:\n    g: all\n    n: 5\n    v:\n    - 1\n    - 2\n"
    )


def test_an_export_is_an_inventory_with_the_same_meaning(inventory: Inventory, tmp_path: Path) -> None:
    frozen = tmp_path / "frozen" / "hosts.yml"
    frozen.parent.mkdir()
    frozen.write_text(write_yaml(listing(inventory, export=True).as_tree()))
    again = load_inventory([frozen])
    assert {name: dict(host.variables) for name, host in again.hosts.items()} == {
        name: dict(host.variables) for name, host in inventory.hosts.items()
    }
    program = tmp_path / "program" / "hosts"
    program.parent.mkdir()
    answer = json.dumps(as_json(listing(inventory, export=True).as_program_output()))
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    program.chmod(0o755)
    by_program = load_inventory([program])
    assert {name: dict(host.variables) for name, host in by_program.hosts.items()} == {
        name: dict(host.variables) for name, host in inventory.hosts.items()
    }


def test_the_graph(inventory: Inventory) -> None:
    assert list(listing(inventory).graph("prod")) == [
        "@prod:", "  |--@web:", "  |  |--w1", "  |  |--w2", "  |--@db:", "  |  |--d1",
    ]  # fmt: skip
    drawn = list(listing(inventory).graph("web", variables=True))
    assert drawn[:3] == ["@web:", "  |--w1", "  |  |--{ansible_host = 1.2.3.4}"]
    assert drawn[-1] == "  |--{x = 1}"
    assert "  |  |--{v = [1, 2]}" in drawn


def test_vaulted_values_stay_vaulted(tmp_path: Path) -> None:
    text = "all:\n  hosts:\n    h1:\n      secret: !vault |\n"
    (tmp_path / "hosts.yml").write_text(text + "".join(f"        {line}\n" for line in LABELLED.splitlines()))
    inventory = load_inventory([tmp_path / "hosts.yml"])
    found = listing(inventory).host("h1")
    cipher = as_json(found)["secret"]["__ansible_vault"]
    assert cipher.strip() == LABELLED.strip()
    from smolrun.location import SourceFile

    again = load_yaml(SourceFile("again", write_yaml(found)))
    assert again["secret"].cipher.strip() == LABELLED.strip()


def test_a_host_that_is_not_there(inventory: Inventory) -> None:
    with pytest.raises(KeyError):
        listing(inventory).host("nope")
