import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from smolrun.connection.variables import CONNECTION_VARIABLES
from smolrun.inventory.schema import inventory_schema
from tests.inventory.test_yaml_file import EXAMPLE

COMMITTED = Path(__file__).parents[2] / "schemas" / "inventory.schema.json"


def mistakes(text: str) -> list[str]:
    validator = jsonschema.Draft7Validator(inventory_schema())
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_the_committed_file_is_what_would_be_written() -> None:
    assert json.loads(COMMITTED.read_text("utf-8")) == inventory_schema()


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft7Validator.check_schema(inventory_schema())


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        "web:\n  hosts:\n    web1: {ansible_port: 22, ansible_connection: local, own: [1, {a: b}]}\n",
        "all:\n  vars:\n    ansible_port: '{{ port }}'\n    ansible_become: yes\n",
        "all:\n  hosts:\nweb:\n",
    ],
)
def test_inventories_that_load_are_valid(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "all:\n  host:\n    web1:\n",
        "all:\n  hosts: [web1]\n",
        "all:\n  vars:\n    ansible_port: 99999\n",
        "all:\n  vars:\n    ansible_connection: docker\n",
        "all:\n  vars:\n    not a name: 1\n",
        "plugin: aws\n",
        "- web1\n",
        "{}\n",
    ],
)
def test_what_is_no_inventory_is_not_valid(text: str) -> None:
    assert mistakes(text)


def test_every_connection_variable_has_help() -> None:
    properties = inventory_schema()["definitions"]["variables"]["properties"]

    assert set(CONNECTION_VARIABLES) <= set(properties)
    assert all(len(properties[name]["description"]) > 15 for name in properties)
