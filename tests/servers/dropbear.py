"""Dropbear, on this machine's files or inside a root folder that has nothing but BusyBox."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.endpoint import Endpoint
from tests.servers.keys import KeyPair, make_key
from tests.servers.processes import ServerProcess, free_port
from tests.servers.users import User

DROPBEAR = "/usr/sbin/dropbear"


def _dropbear_key(key: KeyPair, target: Path) -> None:
    subprocess.run(
        ["dropbearconvert", "openssh", "dropbear", str(key.path), str(target)], check=True, capture_output=True
    )


def _authorize(home: Path, key: KeyPair, user: User) -> None:
    folder = home / ".ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "authorized_keys"
    file.write_text(key.public + "\n")
    file.chmod(0o600)
    for path in (folder, file):
        os.chown(path, user.uid, user.gid)


class DropbearServer:
    """Dropbear on a free loopback port, for one user with a home of its own."""

    def __init__(self, folder: Path, user: User) -> None:
        self.port = free_port()
        self.folder = folder
        self.user = user
        self.login_key = make_key(folder / "login_key")
        self.host_key = make_key(folder / "host_ed25519")
        _dropbear_key(self.host_key, folder / "host_key")
        _authorize(user.home, self.login_key, user)
        self.process = ServerProcess(
            [DROPBEAR, *arguments(self.port, str(folder / "host_key"), str(folder / "pid"))], self.port, folder / "log"
        )

    def endpoint(self) -> Endpoint:
        return Endpoint(
            host="127.0.0.1",
            port=self.port,
            user=self.user.name,
            key_path=self.login_key.path,
            host_key=self.host_key,
            log=self.process.log,
            server=self,
            password=self.user.password,
            home=self.user.home,
        )

    def start(self) -> None:
        self.process.start()

    def restart(self) -> None:
        self.process.stop_listening()
        self.process.start()

    def kill_connections(self) -> None:
        self.process.kill_connections()

    def stop(self) -> None:
        self.process.stop()


class BusyBoxGuest:
    """Dropbear in a root folder with BusyBox and nothing else: ``ash``, no bash, no Python, no SFTP."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.root = folder / "root"
        self.login_key = make_key(folder / "login_key")
        self.host_key = make_key(folder / "host_ed25519")
        build_busybox_root(self.root)
        _dropbear_key(self.host_key, self.root / "etc/host_key")
        _authorize(self.root / "root", self.login_key, User("root", 0, 0, Path("/root"), "/bin/sh"))
        inside = ["chroot", str(self.root), "/bin/dropbear", *arguments(self.port, "/etc/host_key", "/run/pid")]
        # A mount name space of its own: its /proc vanishes with it, whatever happens to the tests.
        mount = 'mount -t proc proc "$0/proc" && exec "$@"'
        self.process = ServerProcess(
            ["unshare", "--mount", "sh", "-c", mount, str(self.root), *inside],
            self.port,
            folder / "log",
            environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )

    def endpoint(self) -> Endpoint:
        return Endpoint(
            host="127.0.0.1",
            port=self.port,
            user="root",
            key_path=self.login_key.path,
            host_key=self.host_key,
            log=self.process.log,
            server=self,
            home=self.root / "root",
            root=self.root,
        )

    def start(self) -> None:
        self.process.start()

    def restart(self) -> None:
        self.process.stop_listening()
        self.process.start()

    def kill_connections(self) -> None:
        self.process.kill_connections()

    def stop(self) -> None:
        self.process.stop()


def arguments(port: int, host_key: str, pid_file: str) -> list[str]:
    return ["-F", "-E", "-r", host_key, "-p", f"127.0.0.1:{port}", "-P", pid_file]


def build_busybox_root(root: Path) -> None:
    """Lay out a root folder with BusyBox, Dropbear and the libraries that Dropbear needs; root only."""
    for name in ("bin", "etc", "proc", "dev", "run", "root", "tmp", "var", "home"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    (root / "root").chmod(0o700)
    for link in ("sbin", "usr/bin", "usr/sbin"):
        (root / link).parent.mkdir(parents=True, exist_ok=True)
        (root / link).symlink_to("/bin")
    _copy_program("/bin/busybox", root)
    _copy_program(DROPBEAR, root)
    subprocess.run(["chroot", str(root), "/bin/busybox", "--install", "-s", "/bin"], check=True)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000:guest:/home/guest:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\nguest:x:1000:\n")
    (root / "etc/shadow").write_text("root:*:19000:0:99999:7:::\nguest:*:19000:0:99999:7:::\n")
    (root / "etc/shells").write_text("/bin/sh\n/bin/ash\n")
    (root / "etc/profile").write_text("export PATH=/bin\n")
    (root / "home/guest").mkdir()
    os.chown(root / "home/guest", 1000, 1000)
    for name, major, minor in (("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("urandom", 1, 9), ("tty", 5, 0)):
        os.mknod(root / "dev" / name, 0o020666, os.makedev(major, minor))
        (root / "dev" / name).chmod(0o666)


def _copy_program(path: str, root: Path) -> None:
    shutil.copy2(path, root / "bin")
    copy_libraries(Path(path), root)


def copy_libraries(program: Path, root: Path, environment: Mapping[str, str] | None = None) -> None:
    """Bring the shared libraries of a program to where it finds them in a root folder."""
    for library in _libraries(str(program), environment or {}):
        target = root / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(library, target)


def _libraries(path: str, environment: Mapping[str, str]) -> Sequence[str]:
    """The shared libraries of a program; none if it is static."""
    listed = subprocess.run(
        ["ldd", path], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    ).stdout
    return [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
