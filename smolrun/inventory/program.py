"""Inventories that are programs: they print hosts and groups as JSON when called with ``--list``.

The protocol: docs.ansible.com, "Developing dynamic inventory", "Inventory scripts"; a program that gives ``_meta``
with ``hostvars`` is called once, another one once more for each host.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError
from smolrun.inventory.draft import ALL, Draft
from smolrun.source.text import trusted

TIMEOUT = 120.0
"""Seconds that a program may take; those that ask a cloud need many."""

_META = "_meta"


def is_program(path: Path) -> bool:
    """Whether a file is to be run rather than read: it may be executed, and says by what or is a binary."""
    if not path.is_file() or not os.access(path, os.X_OK):
        return False
    with path.open("rb") as stream:
        return stream.read(4).startswith((b"#!", b"\x7fELF", b"\xcf\xfa\xed\xfe"))


def read_program(path: Path, draft: Draft) -> None:
    """Add what the program at `path` answers to `draft`.

    Raises:
        LoadError: it fails, takes too long, or prints something else than an inventory.
    """
    answer = _ask(path, "--list")
    if not isinstance(answer, dict):
        raise _refused(path, "did not print a JSON object for --list")
    meta = answer.pop(_META, None)
    host_variables = meta.get("hostvars") if isinstance(meta, dict) else None
    for name, content in answer.items():
        _group(path, draft, str(name), content)
    if isinstance(host_variables, dict):
        for name, variables in host_variables.items():
            _host_variables(path, draft, str(name), variables)
        return
    for name in [name for group in answer for name in draft.groups[str(group)].hosts]:
        _host_variables(path, draft, name, _ask(path, "--host", name) or {})


def _group(path: Path, draft: Draft, name: str, content: Any) -> None:
    group = draft.group(name)
    if isinstance(content, list):
        content = {"hosts": content}
    if not isinstance(content, dict):
        raise _refused(path, f"described the group {name!r} neither as an object nor as a list of hosts")
    if not {"hosts", "children", "vars"} & content.keys():
        content = {"hosts": [name], "vars": content}  # a group that is one host: an old form that is still answered
    for host in _names(path, name, content.get("hosts")):
        draft.host(host, name)
    for child in _names(path, name, content.get("children")):
        draft.group(child)
        group.children.setdefault(child, None)
    group.set_variables(str(path), _mapping(path, f"the variables of the group {name!r}", content.get("vars")))


def _host_variables(path: Path, draft: Draft, name: str, variables: Any) -> None:
    known = draft.hosts.get(name)
    if known is None:
        known = draft.host(name, ALL)
    known.set_variables(str(path), _mapping(path, f"the variables of the host {name!r}", variables))


def _names(path: Path, group: str, value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str | int | float) for name in value):
        raise _refused(path, f"gave the group {group!r} members that are not a list of names")
    return [str(name) for name in value]


def _mapping(path: Path, what: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _refused(path, f"gave {what} as something else than an object")
    return value


def _ask(path: Path, *arguments: str) -> Any:
    program = str(path.absolute())
    try:
        answer = subprocess.run(
            [program, *arguments], capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise _refused(path, f"did not answer {arguments[0]} within {TIMEOUT:g} s") from None
    except OSError as error:
        raise _refused(path, f"cannot be run: {error.strerror or error}") from None
    said = answer.stderr.decode("utf-8", "replace").strip()
    if answer.returncode != 0:
        raise _refused(path, f"ended with exit code {answer.returncode} for {arguments[0]}", said or None)
    try:
        return trusted(json.loads(answer.stdout))
    except (ValueError, RecursionError) as error:
        raise _refused(path, f"did not print JSON for {arguments[0]}: {error}") from None


def _refused(path: Path, what: str, hint: str | None = None) -> LoadError:
    return LoadError(
        [Diagnostic(Severity.ERROR, "inventory-program", f"the inventory program {path} {what}", None, hint)]
    )
