"""What is loaded without running anything: a long play, a large inventory."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.jobs import Job
from benchmarks.machine import Machine
from benchmarks.tools import Tool

CHECKING = {
    "smolrun": ("smolrun", "check", "play.yml", "-i", "guest1,"),
    "ansible-core": ("ansible-playbook", "--syntax-check", "play.yml", "-i", "guest1,"),
}
"""What reads a play to its end, by tool. ansible-core looks at less than we do: no templates, no arguments."""

LISTING = {
    "smolrun": ("smolrun", "inventory", "-i", "hosts.yml", "--list"),
    "ansible-core": ("ansible-inventory", "-i", "hosts.yml", "--list"),
}
"""What reads an inventory and resolves the variables of every host, by tool."""


def doing(tools: list[Tool], commands: Mapping[str, tuple[str, ...]]) -> list[Tool]:
    """Those of the tools that have such a command, with it; the programs lie beside the one of ``--help``."""
    return [replace(tool, command=_command(tool, commands[tool.name])) for tool in tools if tool.name in commands]


def _command(tool: Tool, words: tuple[str, ...]) -> Callable[[Job], list[str]]:
    program = str(Path(tool.help_command[0]).with_name(words[0]))
    return lambda _: [program, *words[1:]]


def write_long_play(folder: Path, machine: Machine, tasks: int) -> Job:
    """A play of `tasks` tasks of four kinds, with templates, conditions, loops and tags."""
    folder.mkdir(parents=True)
    kinds = (_command_task, _file_task, _package_task, _loop_task)
    play = {
        "hosts": "all",
        "gather_facts": False,
        "vars": {"base": "/srv", "names": ["one", "two"]},
        "tasks": [kinds[number % len(kinds)](number) for number in range(tasks)],
    }
    (folder / "play.yml").write_text(json.dumps([play], indent=1))
    (folder / "ansible.cfg").write_text("[defaults]\nnocows = 1\nretry_files_enabled = False\n")
    return Job(folder, machine, tasks, "commands")


def _command_task(number: int) -> dict[str, object]:
    return {
        "name": f"Command {number}",
        "shell": f"echo {{{{ base }}}}/{number}",
        "register": "out",
        "changed_when": False,
    }


def _file_task(number: int) -> dict[str, object]:
    arguments = {"content": f"value {number}\n", "dest": f"{{{{ base }}}}/{number}.conf", "mode": "0644"}
    return {"name": f"File {number}", "copy": arguments, "when": "out.rc == 0"}


def _package_task(number: int) -> dict[str, object]:
    arguments = {"name": [f"package{number}", "curl"], "state": "present"}
    return {"name": f"Package {number}", "apt": arguments, "become": True, "tags": ["packages"]}


def _loop_task(number: int) -> dict[str, object]:
    return {"name": f"Loop {number}", "debug": {"msg": f"{{{{ item }}}} of {number}"}, "loop": "{{ names }}"}


def write_inventory(folder: Path, machine: Machine, hosts: int, variables: int) -> Job:
    """An inventory of so many hosts in ten groups, with so many variables each."""
    folder.mkdir(parents=True)
    groups: dict[str, dict[str, object]] = {}
    for group in range(10):
        members = {
            f"host{number}": {f"variable{n}": f"value {n} of {number}" for n in range(variables)}
            for number in range(group, hosts, 10)
        }
        groups[f"group{group}"] = {"hosts": members, "vars": {"place": f"rack {group}"}}
    (folder / "hosts.yml").write_text(json.dumps({"all": {"children": groups}}, indent=1))
    (folder / "ansible.cfg").write_text("[defaults]\nnocows = 1\n")
    return Job(folder, machine, hosts, "commands")
