"""The guest's own facts: files in ``/etc/ansible/facts.d``, JSON or INI, or programs that print either."""

import configparser
import json
from typing import Any

from smolrun.modules.facts.raw import RawFacts

PARTS = frozenset({"local_output", "local_status", "local_text"})


def local_facts(raw: RawFacts) -> dict[str, Any]:
    """``local``: one entry a file, its name without ``.fact``; what cannot be read says so in its place."""
    found = {}
    for group in raw.groups("local_name", PARTS):
        name = group["local_name"].removesuffix(".fact")
        if group.get("local_status", "0") != "0":
            found[name] = f"Failure executing fact script (exit code {group['local_status']})"
        else:
            found[name] = _parsed(group.get("local_output", group.get("local_text", "")), name)
    return {"local": found}


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    ini = configparser.ConfigParser(interpolation=None)
    try:
        ini.read_string(text)
    except configparser.Error:
        return f"error loading facts as JSON or ini - please check content: {name}.fact"
    return {section: dict(ini.items(section)) for section in ini.sections()}
