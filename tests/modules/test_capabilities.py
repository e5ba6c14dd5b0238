"""``capabilities``: compared by what they mean, however they are written."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.capabilities import CapabilitiesArguments, capabilities_in
from tests.modules.guest import Guest, SystemGuest

EP = frozenset("ep")


@pytest.fixture
def program(local: Guest) -> Path:
    path = local.here("a = program")
    path.write_text("")
    if shutil.which("setcap") is None or subprocess.run(["setcap", "cap_kill=p", path], check=False).returncode != 0:
        pytest.skip("capabilities cannot be set here")
    subprocess.run(["setcap", "-r", path], check=True)
    return path


def capabilities(path: Path) -> str:
    told = subprocess.run(["getcap", path], check=True, capture_output=True, text=True).stdout
    return told.removeprefix(str(path)).strip()


@pytest.mark.parametrize("written", ["cap_net_raw=ep", "cap_net_raw+pe", " CAP_NET_RAW=EP "])
def test_one_is_given_once(local: Guest, program: Path, written: str) -> None:
    given = {"path": str(program), "capability": written}
    foreseen = local.do("capabilities", given, check_mode=True, diff_mode=True)
    assert (foreseen.changed, foreseen.diffs[0].after) == (True, "cap_net_raw=ep\n")
    assert capabilities(program) == ""
    done = local.do("capabilities", given)
    assert (done.changed, done.msg, done.values["state"]) == (True, "capabilities changed", "present")
    assert capabilities(program) == "cap_net_raw=ep"
    assert not local.do("capabilities", given, diff_mode=True).changed
    assert local.round_trips(lambda: local.do("capabilities", given)) == 1


def test_others_stay(local: Guest, program: Path) -> None:
    subprocess.run(["setcap", "cap_kill,cap_chown=ep", program], check=True)
    path = str(program)
    assert local.do("capabilities", {"key": path, "cap": "cap_net_raw,cap_kill+ep"}).changed
    assert set(capabilities(program).partition("=")[0].split(",")) == {"cap_kill", "cap_chown", "cap_net_raw"}
    away = {"path": path, "capability": "cap_chown", "state": "absent"}
    assert local.do("capabilities", away).changed
    assert not local.do("capabilities", away).changed
    assert local.do("capabilities", {"path": path, "capability": "cap_kill-ep"}).changed
    assert capabilities(program) == "cap_net_raw=ep"
    assert local.do("capabilities", {"path": path, "capability": "cap_net_raw=ep", "state": "absent"}).changed
    assert capabilities(program) == "="
    assert not local.do("capabilities", {"path": path, "capability": "cap_net_raw", "state": "absent"}).changed
    assert local.do("capabilities", {"path": path, "capability": "all=p"}).changed
    assert not local.do("capabilities", {"path": path, "capability": "=p"}).changed


def test_what_cannot_be_is_told(local: Guest, program: Path) -> None:
    local.here("link").symlink_to(program)
    for name in ("link", "none", ""):
        message = local.fails("capabilities", {"path": local.path(name), "capability": "cap_kill=p"})
        assert message == f"{local.path(name)} is no file on web1, and only files have capabilities"
    message = local.fails("capabilities", {"path": str(program), "capability": "cap_nonsense=p"})
    assert message.startswith(f"changing the capabilities of {program} failed on web1: fatal error: Invalid argument")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"capability": "cap_kill"}, "`capability` needs =, \\+ or -"),
        ({"capability": "cap_kill=ep cap_chown=p"}, "`capability` is such as cap_net_raw=ep, not"),
        ({"capability": "cap_kill=x"}, "`capability` is such as"),
    ],
)
def test_arguments_that_mean_nothing(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        CapabilitiesArguments.model_validate({"path": "/x", **given})


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("", {}),
        (" =", {}),
        (" = cap_chown,cap_kill+ep", {"cap_chown": EP, "cap_kill": EP}),
        (" cap_chown,cap_kill=ep cap_fowner=i", {"cap_chown": EP, "cap_kill": EP, "cap_fowner": frozenset("i")}),
        (" =ep", {"all": EP}),
    ],
)
def test_what_releases_of_the_tool_tell(told: str, meant: dict[str, frozenset[str]]) -> None:
    assert capabilities_in(told) == meant


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    given = {"path": "/bin/sh", "capability": "cap_kill=p"}
    assert busybox.fails("capabilities", given) == "`getcap` is not installed on web1"


@pytest.mark.slow
def test_a_real_guest(tooled: SystemGuest) -> None:
    tooled.sh("cp /bin/true /tmp/program")
    tooled.twice("capabilities", {"path": "/tmp/program", "capability": "cap_net_raw+ep"})
    assert tooled.sh("getcap /tmp/program") == "/tmp/program cap_net_raw=ep\n"
    tooled.twice("capabilities", {"path": "/tmp/program", "capability": "cap_net_raw", "state": "absent"})
