"""What a template file may know of itself (docs.ansible.com, "ansible.builtin.template", "Notes")."""

import platform
import pwd
from collections.abc import Container
from datetime import datetime
from pathlib import Path
from typing import Any, Final

MANAGED: Final = "Ansible managed"
"""What ``ansible_managed`` says where nobody sets it; as in ansible-core since 2.19 (its ``DEFAULT_MANAGED_STR``)."""


def template_facts(path: Path, name: str, destination: str | None, variables: Container[str]) -> dict[str, Any]:
    """The variables of one template file.

    Args:
        path: the file.
        name: what ``template_path`` says.
        destination: where it goes, if it goes anywhere.
        variables: those there are: an ``ansible_managed`` among them stays.
    """
    status = path.stat()
    facts: dict[str, Any] = {
        "template_host": platform.node(),
        "template_path": name,
        "template_fullpath": str(path.resolve()),
        "template_destpath": destination,
        "template_mtime": datetime.fromtimestamp(status.st_mtime).astimezone().replace(tzinfo=None),
        "template_run_date": datetime.now().astimezone().replace(tzinfo=None),
        "template_uid": _owner(status.st_uid),
    }
    if "ansible_managed" not in variables:
        facts["ansible_managed"] = MANAGED
    return facts


def _owner(uid: int) -> str | int:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a number without a name, as containers have
        return uid
