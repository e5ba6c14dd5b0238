"""What is done: the same job written down for every tool."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.machine import Machine

Kind = Literal["commands", "copies", "templates", "lines", "packages", "modules"]
MODULES: tuple[Kind, ...] = ("copies", "templates", "lines", "packages")
"""What a job of kind ``modules`` has as many tasks of each, one kind after the other."""

INSTALLED = ("bash", "coreutils", "dpkg", "grep", "gzip", "sed", "tar", "util-linux")
"""Packages that every Debian has; the checks go round them."""


@dataclass(frozen=True)
class Job:
    """One job in one folder, its files written for every tool.

    Attributes:
        folder: where the files are.
        machine: the guests it is done on.
        tasks: how many tasks on each guest.
        kind: what the tasks do: run a trivial command, or see to a small file, a rendered template, a line of a file,
            an installed package, or all of these (``modules``).
    """

    folder: Path
    machine: Machine
    tasks: int
    kind: Kind

    @property
    def target(self) -> Path:
        """The folder on the guests that files are copied to."""
        return self.folder / "target"


def write_job(folder: Path, machine: Machine, tasks: int, kind: Kind = "commands") -> Job:
    """Write the files of every tool."""
    folder.mkdir(parents=True)
    job = Job(folder, machine, tasks, kind)
    (folder / "files").mkdir()
    for number in range(tasks):
        (folder / f"files/{number}.conf").write_text(f"# file {number}\n" + "setting = value\n" * 20)
        (folder / f"files/{number}.j2").write_text(f"# file {number}\n" + "setting = {{ 1 + 1 }}\n" * 20)
    _write_playbook(job)
    _write_inventory(job)
    _write_pyinfra(job)
    _write_fabric(job)
    _write_ssh(job)
    return job


def _commands(job: Job) -> list[str]:
    return [f"echo task {number}" for number in range(job.tasks)]


def _kind_of(job: Job, number: int) -> tuple[Kind, int]:
    """The kind of a task, and its number among those of that kind."""
    if job.kind != "modules":
        return job.kind, number
    each = job.tasks // len(MODULES)
    return MODULES[number // each], number % each


def _task(job: Job, number: int) -> dict[str, Any]:
    kind, number = _kind_of(job, number)
    target = f"{job.target}/{kind}{number}.conf"
    match kind:
        case "copies":
            return {"copy": {"src": f"files/{number}.conf", "dest": target, "mode": "0644"}}
        case "templates":
            return {"template": {"src": f"files/{number}.j2", "dest": target, "mode": "0644"}}
        case "lines":
            return {"lineinfile": {"path": f"{job.target}/lines", "line": f"setting{number} = value", "create": True}}
        case "packages":
            return {"apt": {"name": INSTALLED[number % len(INSTALLED)], "state": "present"}}
        case _:
            return {"shell": _commands(job)[number]}


def _write_playbook(job: Job) -> None:
    tasks = [{"name": f"Task {number}", **_task(job, number)} for number in range(job.tasks)]
    # JSON is YAML: both ansible-core and smolrun read this very file.
    (job.folder / "play.yml").write_text(
        json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}], indent=1)
    )


def _write_inventory(job: Job) -> None:
    machine = job.machine
    options = f"-o UserKnownHostsFile={machine.known_hosts} -o IdentitiesOnly=yes"
    (job.folder / "hosts").write_text(
        "".join(f"guest{n} ansible_host={address}\n" for n, address in enumerate(machine.addresses, 1))
        + f"[all:vars]\nansible_port={machine.port}\nansible_user={machine.user}\n"
        f"ansible_ssh_private_key_file={machine.key}\nansible_ssh_common_args='{options}'\n"
        "ansible_python_interpreter=/usr/bin/python3\n"
    )
    for name, strategy in (("ansible", ""), ("mitogen", "strategy = mitogen_linear\n")):
        (job.folder / f"{name}.cfg").write_text(
            f"[defaults]\ninventory = hosts\nforks = 20\nnocows = 1\nretry_files_enabled = False\n{strategy}"
            "[ssh_connection]\npipelining = True\n"
            f"ssh_args = -o ControlMaster=auto -o ControlPersist=60s\ncontrol_path_dir = {job.folder}/control\n"
        )


def _write_pyinfra(job: Job) -> None:
    machine = job.machine
    hosts = [
        (
            address,
            {
                "ssh_port": machine.port,
                "ssh_user": machine.user,
                "ssh_key": str(machine.key),
                "ssh_known_hosts_file": str(machine.known_hosts),
            },
        )
        for address in machine.addresses
    ]
    (job.folder / "inventory.py").write_text(f"guests = {hosts!r}\n")
    lines = [_operation(job, number) for number in range(job.tasks)]
    (job.folder / "deploy.py").write_text(
        "from pyinfra.operations import apt, files, server\n" + "\n".join(lines) + "\n"
    )


def _operation(job: Job, number: int) -> str:
    """The same task as a line of a pyinfra deploy."""
    name = f"name='Task {number}'"
    kind, number = _kind_of(job, number)
    target = f"{job.target}/{kind}{number}.conf"
    match kind:
        case "copies":
            return f"files.put({name}, src='files/{number}.conf', dest={target!r}, mode='0644')"
        case "templates":
            return f"files.template({name}, src='files/{number}.j2', dest={target!r}, mode='0644')"
        case "lines":
            return f"files.line({name}, path='{job.target}/lines', line='setting{number} = value')"
        case "packages":
            return f"apt.packages({name}, packages=[{INSTALLED[number % len(INSTALLED)]!r}])"
        case _:
            return f"server.shell({name}, commands=[{_commands(job)[number]!r}])"


def _write_fabric(job: Job) -> None:
    machine = job.machine
    (job.folder / "fabfile_run.py").write_text(
        "from fabric import Connection, ThreadingGroup\n"
        f"commands = {_commands(job)!r}\n"
        f"group = ThreadingGroup(*{list(machine.addresses)!r}, user={machine.user!r}, port={machine.port},\n"
        f"    connect_kwargs={{'key_filename': {str(machine.key)!r}}})\n"
        "for command in commands:\n    group.run(command, hide=True, in_stream=False)\n"
    )


def _write_ssh(job: Job) -> None:
    machine = job.machine
    (job.folder / "script.sh").write_text("set -e\n" + "\n".join(_commands(job)) + "\n")
    (job.folder / "ssh.sh").write_text(
        "\n".join(
            f"ssh -F none -o BatchMode=yes -o UserKnownHostsFile={machine.known_hosts} -i {machine.key} "
            f"-p {machine.port} {machine.user}@{address} sh -s < script.sh &"
            for address in machine.addresses
        )
        + "\nwait\n"
    )
