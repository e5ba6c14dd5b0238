"""Throw-away users of this machine."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import kill


@dataclass(frozen=True, slots=True)
class User:
    """A login.

    Attributes:
        password: None where it has none that is known.
    """

    name: str
    uid: int
    gid: int
    home: Path
    shell: str
    password: str | None = None

    @classmethod
    def current(cls) -> "User":
        entry = pwd.getpwuid(os.geteuid())
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir), entry.pw_shell)


def add_user(shell: str, homes: Path, password: str | None = None) -> User:
    """Create a user with a name that no other test run has.

    Args:
        shell: the path of its login shell.
        homes: the folder to make its home in; others must be able to enter it.
        password: one to log in with by password; a random one if None.
    """
    name = f"st-{Path(shell).name[:8]}-{secrets.token_hex(5)}"
    password = password or secrets.token_urlsafe(12)
    home = homes / name
    # An account whose password field is '!' counts as locked, so always set one.
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True, check=True
    ).stdout.strip()
    _with_database(["useradd", "--no-log-init", "-M", "-d", str(home), "-s", shell, "-p", hashed, "-U", name])
    entry = pwd.getpwnam(name)
    home.mkdir(mode=0o755)
    os.chown(home, entry.pw_uid, entry.pw_gid)
    return User(name, entry.pw_uid, entry.pw_gid, home, shell, password)


def remove_user(user: User) -> None:
    """Kill what runs as `user`, then remove it and its home."""
    kill(_processes_of(user.uid))
    with contextlib.suppress(subprocess.CalledProcessError):
        _with_database(["userdel", "--force", user.name])
    shutil.rmtree(user.home, ignore_errors=True)


def _processes_of(uid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == uid:
                found.append(int(folder.name))
    return found


def _with_database(command: list[str]) -> None:
    """Run a user command again while another test process holds the lock on the user database."""
    limit = time.monotonic() + 30
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        locked = "lock" in done.stderr or done.returncode == 10
        if done.returncode == 0:
            return
        if not locked or time.monotonic() > limit:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        time.sleep(0.05)
