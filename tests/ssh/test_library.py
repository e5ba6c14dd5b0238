"""The one door to paramiko."""

import ast
import subprocess
import sys
from pathlib import Path

import smolrun


def in_a_fresh_interpreter(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_package_imports_no_paramiko() -> None:
    assert (
        in_a_fresh_interpreter("import sys, smolrun, smolrun.ssh.result; print('paramiko' in sys.modules)") == "False"
    )


def test_only_one_file_imports_paramiko() -> None:
    folder = Path(smolrun.__file__).parent
    importers = set()
    for path in (folder / "ssh").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            if any(name.split(".")[0] == "paramiko" for name in names):
                importers.add(path.name)
    assert importers == {"library.py"}


def test_invoke_is_not_read_until_it_is_used() -> None:
    program = "import sys, smolrun.ssh.library; print(sorted(n for n in sys.modules if n.startswith('invoke')))"
    assert in_a_fresh_interpreter(program) == "[]"


def test_match_exec_of_paramiko_still_works() -> None:
    program = (
        "from smolrun.ssh.library import paramiko\n"
        "c = paramiko.SSHConfig.from_text('Match exec \"true\"\\n  User found\\n')\n"
        "print(c.lookup('any')['user'])"
    )
    assert in_a_fresh_interpreter(program) == "found"


def test_paramiko_logs_nothing_by_itself() -> None:
    program = (
        "import logging, smolrun.ssh.library\n"
        "logging.getLogger('paramiko.transport').error('x')\n"
        "print(logging.getLogger('paramiko').getEffectiveLevel() > logging.ERROR, logging.getLogger().handlers)"
    )
    assert in_a_fresh_interpreter(program) == "True []"
