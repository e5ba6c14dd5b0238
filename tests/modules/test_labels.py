"""Attributes of chattr(1) and SELinux contexts, as arguments of the modules for files."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.file import FileArguments
from tests.modules.guest import Guest

SELINUX = {
    "ls": r"""#!/bin/sh
[ "$1" = -Zd ] || exec /bin/ls "$@"
shift
[ "$1" != -- ] || shift
cat "$1.context" 2>/dev/null || echo "system_u:object_r:tmp_t:s0 $1"
""",
    "chcon": r"""#!/bin/sh
for file; do :; done
echo "$*" >>"$file.log"
type=$(echo "$*" | sed -n 's/.*-t \([^ ]*\).*/\1/p')
echo "system_u:object_r:$type:s0 $file" >"$file.context"
""",
    "selinuxenabled": "#!/bin/sh\nexit 0\n",
    "matchpathcon": "#!/bin/sh\necho system_u:object_r:etc_t:s0\n",
}


@pytest.fixture
def flagged(local: Guest) -> Guest:
    """A guest whose file system knows attributes."""
    probe = local.here("probe")
    probe.touch()
    tried = subprocess.run(["chattr", "+d", probe], capture_output=True, check=False)
    if os.geteuid() != 0 or tried.returncode != 0:
        pytest.skip("the file system of this machine's temporary folder has no attributes, or this is not root")
    return local


def flags(path: Path) -> set[str]:
    told = subprocess.run(["lsattr", "-d", path], capture_output=True, text=True, check=True).stdout
    return set(told.split()[0]) - set("-e")


@pytest.mark.parametrize(
    ("module", "given"),
    [("file", {"state": "touch", "modification_time": "preserve", "access_time": "preserve"}),
     ("copy", {"content": "x"}), ("lineinfile", {"line": "x", "create": True}),
     ("blockinfile", {"block": "x", "create": True})],
)  # fmt: skip
def test_attributes(flagged: Guest, module: str, given: dict[str, Any]) -> None:
    name = "path" if module != "copy" else "dest"
    arguments = {**given, name: flagged.path("f"), "attributes": "+d"}
    assert flagged.do(module, arguments, check_mode=True).changed
    assert flagged.do(module, arguments).changed
    assert flags(flagged.here("f")) == {"d"}
    assert not flagged.do(module, arguments).changed
    other = flagged.do(module, {**arguments, "attributes": "A"}, diff_mode=True)
    assert other.changed
    assert "attributes: " in other.diffs[-1].after
    assert flags(flagged.here("f")) == {"A"}
    assert not flagged.do(module, {**arguments, "attributes": "=A"}).changed
    assert flagged.do(module, {**arguments, "attributes": "-A"}).changed
    assert not flagged.do(module, {**arguments, "attributes": "-A"}).changed
    assert flags(flagged.here("f")) == set()


def test_all_that_is_in_a_folder(flagged: Guest) -> None:
    flagged.here("d/e").mkdir(parents=True)
    flagged.here("d/e/it's").touch()
    arguments = {"path": flagged.path("d"), "state": "directory", "recurse": True, "attributes": "+d"}
    assert flagged.do("file", arguments).changed
    assert flags(flagged.here("d/e/it's")) == {"d"}
    assert not flagged.do("file", arguments).changed


def test_without_selinux_its_arguments_do_nothing(guest: Guest) -> None:
    arguments = {"content": "x", "dest": guest.path("f"), "setype": "etc_t", "seuser": "_default"}
    assert guest.do("copy", arguments).changed
    assert not guest.do("copy", arguments).changed


def test_contexts(local: Guest) -> None:
    """The kernel here has no SELinux: stand-ins answer as its tools do."""
    tools = local.here("tools")
    tools.mkdir()
    for name, text in SELINUX.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    path = local.path("it's")
    local.here("it's").touch()
    environment = {"PATH": f"{tools}:{os.environ['PATH']}"}
    arguments = {"path": path, "state": "file", "setype": "web_t", "seuser": "system_u"}
    assert local.do("file", arguments, check_mode=True, environment=environment).changed
    assert local.do("file", arguments, environment=environment).changed
    assert local.here("it's.log").read_text() == f"-h -t web_t -- {path}\n"
    assert not local.do("file", arguments, environment=environment).changed
    usual = {**arguments, "setype": "_default"}
    assert local.do("file", usual, environment=environment).changed
    assert not local.do("file", usual, environment=environment).changed


def test_a_missing_tool_is_told(busybox: Guest) -> None:
    environment = {"PATH": "/nowhere:/tmp/few"}
    (busybox.root / "tmp/few").mkdir(exist_ok=True)
    for name in ("ls", "stat", "sha256sum", "readlink", "cat", "wc", "mv", "rm", "chmod", "chown"):
        link = busybox.root / "tmp/few" / name
        if not link.is_symlink():
            link.symlink_to("/bin/busybox")
    busybox.here("f").touch()
    given = {"path": busybox.path("f"), "attributes": "+i"}
    assert busybox.fails("file", given, environment=environment) == "`chattr` is not installed on web1"


def test_a_folder_that_is_copied_cannot_have_them(local: Guest) -> None:
    local.source("d/x", "x")
    assert "single files" in local.fails("copy", {"src": "d", "dest": local.folder, "setype": "x_t"})


def test_letters_are_looked_at_when_loading() -> None:
    with pytest.raises(ValidationError, match="are no attributes"):
        FileArguments.model_validate({"path": "/x", "attributes": "i; rm"})
