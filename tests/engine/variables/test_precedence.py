"""The levels of variables: whichever of them set a name, the strongest wins."""

from collections.abc import Callable, Set
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from smolrun.engine.events import Event, TaskFinished
from smolrun.engine.options import RunOptions
from smolrun.engine.run import Run
from smolrun.inventory.inventory import load_inventory
from smolrun.playbook.loader import load_playbook

# From the weakest to the strongest: docs.ansible.com, "Understanding variable precedence"; that the groups of an
# inventory file are weaker than group_vars/all is ansible-core's VARIABLE_PRECEDENCE.
LEVELS = (
    "role_defaults",
    "all_of_inventory",
    "group_of_inventory",
    "group_vars_all_beside_inventory",
    "group_vars_all_beside_playbook",
    "group_vars_beside_inventory",
    "group_vars_beside_playbook",
    "host_of_inventory",
    "host_vars_beside_inventory",
    "host_vars_beside_playbook",
    "play",
    "vars_prompt",
    "vars_files",
    "role_vars",
    "block",
    "task",
    "include_vars",
    "set_fact",
    "role_parameter",
    "extra",
)

FILES = {
    "role_defaults": "roles/r/defaults/main.yml",
    "group_vars_all_beside_inventory": "inventory/group_vars/all.yml",
    "group_vars_all_beside_playbook": "group_vars/all.yml",
    "group_vars_beside_inventory": "inventory/group_vars/web.yml",
    "group_vars_beside_playbook": "group_vars/web.yml",
    "host_vars_beside_inventory": "inventory/host_vars/a.yml",
    "host_vars_beside_playbook": "host_vars/a.yml",
    "vars_files": "file.yml",
    "role_vars": "roles/r/vars/main.yml",
    "include_vars": "included.yml",
}


def write(folder: Path, levels: Set[str]) -> None:
    """A playbook, its inventory and its role, in which each of the levels sets ``v`` to its own name."""
    for level in levels & FILES.keys():
        _file(folder, FILES[level], f"v: {level}\n")

    def on(level: str, text: str) -> str:
        return text.replace("LEVEL", level) if level in levels else ""

    _file(
        folder,
        "inventory/hosts",
        f"""\
[web]
a ansible_connection=local {on("host_of_inventory", "v=LEVEL")}
[web:vars]
{on("group_of_inventory", "v=LEVEL")}
[all:vars]
{on("all_of_inventory", "v=LEVEL")}
""",
    )
    _file(
        folder,
        "roles/r/tasks/main.yml",
        f"""\
- block:
    - name: say
      debug: {{msg: "{{{{ v }}}}"}}
      vars: {{{on("task", "v: LEVEL")}}}
  vars: {{{on("block", "v: LEVEL")}}}
""",
    )
    _file(
        folder,
        "playbook.yml",
        f"""\
- hosts: a
  gather_facts: false
  vars: {{{on("play", "v: LEVEL")}}}
  vars_prompt: [{on("vars_prompt", "{name: v, default: LEVEL}")}]
  vars_files: [{on("vars_files", "file.yml")}]
  pre_tasks:
    - {on("include_vars", "include_vars: included.yml") or "debug:"}
    - {on("set_fact", "set_fact: {v: LEVEL}") or "debug:"}
  roles:
    - {{role: r, {on("role_parameter", "v: LEVEL")}}}
""",
    )


def _file(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def said(folder: Path, extra: dict[str, str]) -> str:
    """What the task of the role says."""
    events: list[Event] = []
    playbook, _ = load_playbook(folder / "playbook.yml")
    inventory = load_inventory([folder / "inventory/hosts"])
    listeners: list[Callable[[Event], None]] = [events.append]
    assert Run([playbook], inventory, RunOptions(extra_vars=extra), listeners).execute() == 0, events
    return next(
        str(event.result["msg"]) for event in events if isinstance(event, TaskFinished) and event.task.name == "say"
    )


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(LEVELS), min_size=1))
def test_the_strongest_of_any_levels_wins(levels: set[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, levels)
        assert said(folder, {"v": "extra"} if "extra" in levels else {}) == max(levels, key=LEVELS.index)
