"""The tools that are compared: how each is installed and started."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.jobs import Job

PEERS = ("ansible-core==2.19.3", "mitogen==0.3.54", "pyinfra==3.10.0", "fabric==3.2.3")


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        name: as shown in the tables.
        command: what does a job, run in the job's folder.
        help_command: what prints its help, for the start-up comparison.
        environment: variables added to the process's own.
        states: whether it has a notion of something already being as it should.
    """

    name: str
    command: Callable[[Job], list[str]]
    help_command: tuple[str, ...] = ()
    environment: Callable[[Job], dict[str, str]] = lambda _: {}
    states: bool = True

    def run(self, job: Job) -> None:
        """Do the job once. Raises `RuntimeError` with the end of its output when it does not succeed."""
        environment = {**_environment(), **self.environment(job), "NO_COLOR": "1"}
        done = subprocess.run(
            self.command(job), cwd=job.folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise RuntimeError(f"{self.name} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")


def _environment() -> dict[str, str]:
    """This process's own, but with compiled Python kept: installed peers were compiled by pip, a checkout was not."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def install_peers() -> Path:
    """The folder of the peers' programs, installed on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "smolrun-benchmarks"
    programs = cache / "peers" / "bin"
    stamp = cache / "installed"
    if not stamp.exists() or stamp.read_text().split() != list(PEERS):
        subprocess.run([sys.executable, "-m", "venv", str(cache / "peers")], check=True)
        subprocess.run([str(programs / "pip"), "install", "-q", *PEERS], check=True)
        stamp.write_text("\n".join(PEERS))
    return programs


def _mitogen_plugins(programs: Path) -> str:
    found = subprocess.run(
        [str(programs / "python"), "-c", "import ansible_mitogen as m; print(m.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip() + "/plugins/strategy"


def smolrun() -> Tool:
    program = str(Path(sys.executable).with_name("smolrun"))
    return Tool(
        "smolrun",
        lambda _: [program, "run", "play.yml", "-i", "hosts", "-f", "20"],
        (program, "--help"),
    )


def peers(wanted: list[str] | None = None) -> list[Tool]:
    """The peers by name; all where none is named."""
    programs = install_peers()
    plugins = _mitogen_plugins(programs)
    tools = [
        Tool(
            "ansible-core",
            lambda _: [str(programs / "ansible-playbook"), "play.yml"],
            (str(programs / "ansible-playbook"), "--help"),
            lambda job: {"ANSIBLE_CONFIG": str(job.folder / "ansible.cfg")},
        ),
        Tool(
            "mitogen",
            lambda _: [str(programs / "ansible-playbook"), "play.yml"],
            environment=lambda job: {
                "ANSIBLE_CONFIG": str(job.folder / "mitogen.cfg"),
                "ANSIBLE_STRATEGY_PLUGINS": plugins,
            },
        ),
        Tool("pyinfra", lambda _: [str(programs / "pyinfra"), "-y", "inventory.py", "deploy.py"]),
        Tool("fabric", lambda _: [str(programs / "python"), "fabfile_run.py"], states=False),
        Tool("ssh script", lambda _: ["sh", "ssh.sh"], states=False),
    ]
    return [tool for tool in tools if wanted is None or tool.name in wanted]
