"""The JSON Schema of inventories in YAML, made from the table of connection variables and the names that we read.

For completion, hover help and checks in an editor; draft 7, which the YAML language server reads best.
"""

from typing import Any

from smolrun.connection.settings import CONNECTION_NAMES, HOST_KEY_POLICIES
from smolrun.connection.variables import CONNECTION_VARIABLES, METHODS, ConnectionVariable, Kind
from smolrun.inventory.group_tree import PRIORITY
from smolrun.inventory.yaml_file import GROUP_KEYS

Schema = dict[str, Any]

_TEMPLATE: Schema = {"type": "string", "pattern": r"\{[{%#]", "description": "A template"}
_TEXT: Schema = {"type": ["string", "number"]}
_VARIABLE_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"

_KINDS: dict[Kind, Schema] = {
    "text": _TEXT,
    "secret": _TEXT,
    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "seconds": {"type": "number", "minimum": 1},
    "boolean": {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off", "true", "false"]}]},
    "connection": {"enum": list(CONNECTION_NAMES)},
    "method": {"enum": list(METHODS)},
    "host key": {"anyOf": [{"enum": list(HOST_KEY_POLICIES)}, {"type": "string", "pattern": "^SHA256:"}]},
}
_SECTIONS: dict[str, Schema] = {
    "hosts": {
        "description": "The hosts of this group, each with its variables. Names may have ranges: web[01:20].",
        "anyOf": [
            {"type": ["string", "null"]},
            {"type": "object", "additionalProperties": {"$ref": "#/definitions/variables"}},
        ],
    },
    "children": {
        "description": "The groups that belong to this one.",
        "anyOf": [
            {"type": ["string", "null"]},
            {"type": "object", "additionalProperties": {"$ref": "#/definitions/group"}},
        ],
    },
    "vars": {
        "description": "Variables of all hosts of this group; those of a deeper group and of a host win.",
        "allOf": [{"$ref": "#/definitions/variables"}],
    },
}


def inventory_schema() -> Schema:
    """The schema of an inventory in YAML: groups by name."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A smolrun inventory",
        "description": "Groups of hosts by name; `all` has every host.",
        "type": "object",
        "minProperties": 1,
        "properties": {
            "all": {"$ref": "#/definitions/group"},
            "ungrouped": {"$ref": "#/definitions/group"},
            "plugin": False,
        },
        "additionalProperties": {"$ref": "#/definitions/group"},
        "definitions": {"group": _group(), "variables": _variables()},
    }


def _group() -> Schema:
    return {
        "type": ["object", "null"],
        "description": "A group: its hosts, its child groups, its variables.",
        "properties": {key: _SECTIONS[key] for key in GROUP_KEYS},
        "additionalProperties": False,
    }


def _variables() -> Schema:
    properties = {name: _variable(variable) for name, variable in CONNECTION_VARIABLES.items()}
    properties[PRIORITY] = {
        "description": "Which of two groups of one depth wins: the greater number. 1 where it is not given.",
        "type": "integer",
    }
    return {
        "type": ["object", "null"],
        "description": "Variables by name.",
        "properties": properties,
        "propertyNames": {"pattern": _VARIABLE_NAME},
    }


def _variable(variable: ConnectionVariable) -> Schema:
    return {
        "description": variable.description,
        "anyOf": [_KINDS[variable.kind], {"type": "null"}, _TEMPLATE],
    }
