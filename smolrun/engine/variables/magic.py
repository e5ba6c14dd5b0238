"""The magic variables that are the same for every host (Ansible's documentation, "Special variables")."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from smolrun.engine.options import RunOptions
from smolrun.engine.tags import split
from smolrun.templating.omit import OMIT

COMPATIBLE = (2, 19, 3)
"""The version of ansible-core whose language this is; playbooks ask for it."""


def run_variables(
    options: RunOptions, groups: Mapping[str, Iterable[str]], inventory_dir: str | None, sources: Iterable[str]
) -> dict[str, Any]:
    """What holds for the whole run."""
    major, minor, revision = COMPATIBLE
    full = ".".join(map(str, COMPATIBLE))
    version = {"full": full, "major": major, "minor": minor, "revision": revision, "string": full}
    return {
        "groups": {name: list(hosts) for name, hosts in groups.items()},
        "omit": OMIT,
        "inventory_dir": inventory_dir,
        "ansible_inventory_sources": list(sources),
        "ansible_check_mode": options.check,
        "ansible_diff_mode": options.diff,
        "ansible_verbosity": options.verbosity,
        "ansible_forks": options.forks,
        "ansible_run_tags": sorted(split(options.tags)) or ["all"],
        "ansible_skip_tags": sorted(split(options.skip_tags)),
        "ansible_version": version,
        "ansible_playbook_python": sys.executable,
        **({} if options.limit is None else {"ansible_limit": options.limit}),
    }


def play_variables(name: str, folder: Path) -> dict[str, Any]:
    """What holds for one play."""
    directory = str(folder)
    return {"playbook_dir": directory, "ansible_play_name": name, "ansible_search_path": [directory]}
