"""Patterns and ranges as ansible-core 2.19.3 read them: recorded, since a second reading of its rules could share our
mistakes.

Left out is where we differ on purpose: subscripts of globs, in which ansible-core counts a host once for each group
that the glob matches too, subscripts out of range (an error there, nobody here), and ranges that run backwards
(nobody there, an error here).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from smolrun.inventory.host_names import HostNameError, read_host
from smolrun.inventory.inventory import Inventory
from tests.inventory.sample import load

VECTORS = Path(__file__).parent / "vectors"

INVENTORY = """
all:
  hosts: {lone: {}}
  children:
    web: {hosts: {web1: {}, web2: {}, web3: {}, web10: {}}}
    db: {hosts: {db1: {}, db2: {}}}
    staging: {hosts: {web3: {}, db2: {}, h.lab: {}}}
    empty: {}
    site: {children: {db: {}, web: {}}}
"""


def recorded(name: str) -> list[tuple[str, Any]]:
    return [tuple(json.loads(line)) for line in (VECTORS / name).read_text().splitlines()]


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    return load(tmp_path_factory.mktemp("inventory"), {"hosts.yml": INVENTORY}, "hosts.yml")


@pytest.mark.parametrize(("pattern", "hosts"), recorded("patterns.jsonl"))
def test_a_pattern_chooses_the_same_hosts_in_the_same_order(
    inventory: Inventory, pattern: str, hosts: list[str]
) -> None:
    assert [host.name for host in inventory.select(pattern)] == hosts


@pytest.mark.parametrize(("written", "names"), recorded("ranges.jsonl"))
def test_a_range_names_the_same_hosts(written: str, names: list[str] | None) -> None:
    if names is None:
        with pytest.raises(HostNameError):
            read_host(written)
        return
    assert list(read_host(written).names) == names
