"""``make``: asks make itself whether there is anything to do."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.make import MakeArguments
from tests.modules.guest import Guest, SystemGuest

MAKEFILE = """\
out: in
\tcp in out && echo "made for $(WHO) with $(EXTRA)"
broken:
\techo before; echo reason >&2; false
install: ; touch installed
.PHONY: install
"""


@pytest.fixture
def folder(local: Guest) -> str:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    local.here("a b").mkdir()
    local.here("a b/Makefile").write_text(MAKEFILE)
    local.here("a b/in").write_text("x")
    return local.path("a b")


def test_it_runs_where_there_is_something_to_do(local: Guest, folder: str) -> None:
    given = {"chdir": folder, "params": {"WHO": "it's me", "-s": None}}
    foreseen = local.do("make", given, check_mode=True, diff_mode=True)
    assert (foreseen.changed, foreseen.warnings) == (True, ())
    assert "cp in out" in foreseen.diffs[0].after
    assert not (Path(folder) / "out").exists()
    done = local.do("make", given)
    assert done.changed
    assert done.command is not None
    assert done.command.stdout == "made for it's me with "
    assert done.values["command"].removeprefix("g") == "make 'WHO=it'\"'\"'s me' -s"
    assert (done.values["chdir"], done.values["params"]) == (folder, {"WHO": "it's me", "-s": None})
    assert not local.do("make", given, check_mode=True).changed
    assert not local.do("make", given).changed
    assert local.round_trips(lambda: local.do("make", given)) == 1


def test_targets_and_another_makefile(local: Guest, folder: str) -> None:
    (Path(folder) / "Makefile").rename(Path(folder) / "Other")
    given = {"chdir": folder, "file": "Other", "jobs": 2, "make": "/usr/bin/make"}
    assert local.do("make", {**given, "targets": ["out", "install"]}).values["command"] == (
        "/usr/bin/make -j 2 -f Other out install"
    )
    assert (Path(folder) / "installed").exists()
    assert local.do("make", {**given, "target": "install"}).changed
    assert not local.do("make", {**given, "target": "out"}).changed


def test_what_went_wrong_is_told(local: Guest, folder: str) -> None:
    result = local.do("make", {"chdir": folder, "target": "broken"})
    assert (result.failed, result.changed) == (True, False)
    assert result.msg.replace("gmake", "make").startswith("reason\nmake: *** [Makefile:4: broken] Error 1")
    assert result.command is not None
    assert (result.command.exit_code, "before" in result.command.stdout) == (2, True)
    assert "No rule to make target 'none'" in local.fails("make", {"chdir": folder, "target": "none"})
    unsure = local.do("make", {"chdir": folder, "target": "none"}, check_mode=True)
    assert unsure.changed
    assert unsure.warnings[0].startswith("make cannot tell: ")
    assert local.fails("make", {"chdir": local.path("no")}).startswith(f"the folder {local.path('no')} does not exist")


@pytest.mark.parametrize(
    ("given", "said"),
    [({"target": "a", "targets": ["b"]}, "cannot be given together"), ({"params": {"A": [1]}}, "expected text")],
)
def test_arguments_that_mean_nothing(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MakeArguments.model_validate({"chdir": "/x", **given})


def test_a_guest_without_it_is_told(busybox: Guest) -> None:
    assert busybox.fails("make", {"chdir": "/tmp"}) == "`make` is not installed on web1"
    assert busybox.fails("make", {"chdir": "/tmp", "make": "/opt/make"}) == "`/opt/make` is not installed on web1"


@pytest.mark.slow
def test_a_real_guest(tooled: SystemGuest) -> None:
    tooled.sh("mkdir -p /srv/src && printf 'out:\\n\\tid -un >out\\n' >/srv/src/Makefile")
    tooled.twice("make", {"chdir": "/srv/src"})
    assert tooled.sh("cat /srv/src/out") == "root\n"
