"""What is done: the same job written down for every tool."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import Machine


@dataclass(frozen=True)
class Job:
    """One job in one folder, its files written for every tool.

    Attributes:
        folder: where the files are.
        machine: the guests it is done on.
        tasks: how many tasks on each guest.
        copies: the tasks copy files, instead of running a trivial command.
    """

    folder: Path
    machine: Machine
    tasks: int
    copies: bool

    @property
    def target(self) -> Path:
        """The folder on the guests that files are copied to."""
        return self.folder / "target"


def write_job(folder: Path, machine: Machine, tasks: int, *, copies: bool = False) -> Job:
    """Write the files of every tool."""
    folder.mkdir(parents=True)
    job = Job(folder, machine, tasks, copies)
    if copies:
        (folder / "files").mkdir()
        for number in range(tasks):
            (folder / f"files/{number}.conf").write_text(f"# file {number}\n" + "setting = value\n" * 20)
    _write_playbook(job)
    _write_inventory(job)
    _write_pyinfra(job)
    _write_fabric(job)
    _write_ssh(job)
    return job


def _commands(job: Job) -> list[str]:
    return [f"echo task {number}" for number in range(job.tasks)]


def _write_playbook(job: Job) -> None:
    if job.copies:
        tasks = [
            {"name": f"File {n}", "copy": {"src": f"files/{n}.conf", "dest": f"{job.target}/{n}.conf", "mode": "0644"}}
            for n in range(job.tasks)
        ]
    else:
        tasks = [{"name": f"Task {n}", "shell": command} for n, command in enumerate(_commands(job))]
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
    if job.copies:
        lines = [
            f'files.put(name="File {n}", src="files/{n}.conf", dest="{job.target}/{n}.conf", mode="0644")'
            for n in range(job.tasks)
        ]
    else:
        lines = [f"server.shell(name='Task {n}', commands=[{c!r}])" for n, c in enumerate(_commands(job))]
    (job.folder / "deploy.py").write_text("from pyinfra.operations import files, server\n" + "\n".join(lines) + "\n")


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
