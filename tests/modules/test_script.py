"""``script``: the guest runs a file of ours, and keeps nothing of it."""

from pathlib import Path

import pytest

from smolrun.errors import OperationTimeoutError
from tests.modules.guest import Guest
from tests.modules.test_jobs import background


def left_behind(guest: Guest) -> list[str]:
    return [path.name for path in (guest.root / "tmp").glob(".smolrun-*")]


@pytest.mark.parametrize("mode", [None, "login", "raw"])
def test_runs_with_its_arguments_and_leaves_nothing(guest: Guest, mode: str | None) -> None:
    guest.source("it's.sh", "printf '%s|' \"$@\"; cat; exit 3\n")
    before = set(left_behind(guest))
    result = guest.do("script", {"cmd": '"it\'s.sh" \'a b\' "$((1 + 1))" c'}, mode=mode)
    assert result.command is not None
    assert result.command.stdout == "a b|2|c|"
    assert result.command.exit_code == 3
    assert result.failed
    assert set(left_behind(guest)) <= before


def test_the_first_line_says_what_interprets_it(guest: Guest) -> None:
    guest.source("tool", "#!/bin/sed -n\n2p\n# sed reads its own program from another place\n")
    result = guest.do("script", {"cmd": "tool"})
    assert result.command is not None
    assert "sed" in result.command.stderr
    guest.source("tool", "#! /usr/bin/env sh\necho $(basename $0)\n")
    result = guest.do("script", {"cmd": "tool"})
    assert result.command is not None
    assert result.command.output == "tool"


def test_a_missing_interpreter_is_a_failure(guest: Guest) -> None:
    guest.source("tool", "#!/bin/no-such-thing\n")
    result = guest.do("script", {"cmd": "tool"})
    assert result.failed
    assert result.command is not None
    assert "no-such-thing" in result.command.stderr


def test_executable_replaces_the_first_line(guest: Guest) -> None:
    guest.source("tool", "#!/bin/no-such-thing\necho ok\n")
    result = guest.do("script", {"cmd": "tool", "executable": "sh -e"})
    assert result.command is not None
    assert result.command.output == "ok"


def test_a_program_is_run_as_it_is(guest: Guest) -> None:
    guest.source("echo", Path("/bin/busybox").read_bytes())
    result = guest.do("script", {"cmd": "echo hello"})
    assert result.command is not None
    assert result.command.output == "hello"


def test_conditions_and_folder(guest: Guest) -> None:
    guest.source("tool", "touch ran\n")
    arguments = {"cmd": "tool", "chdir": guest.folder, "creates": "ran"}
    assert guest.do("script", arguments, check_mode=True).changed
    assert not guest.here("ran").exists()
    assert guest.do("script", arguments).changed
    assert guest.here("ran").exists()
    assert not guest.do("script", arguments).changed
    assert guest.do("script", {"cmd": "tool"}, check_mode=True).skipped


def test_a_script_larger_than_a_command_line_may_be(guest: Guest) -> None:
    guest.source("big", "# " + "x" * 300_000 + "\necho ok\n")
    result = guest.do("script", {"cmd": "big"})
    assert result.command is not None
    assert result.command.output == "ok"


def test_a_missing_script_is_named(local: Guest) -> None:
    assert "nope.sh" in local.fails("script", {"cmd": "nope.sh -x"})


@pytest.mark.parametrize("where", ["local", "busybox", "debian"])
@pytest.mark.parametrize("mode", [None, "login"])
def test_a_script_that_is_killed_leaves_nothing_either(
    where: str, mode: str | None, request: pytest.FixtureRequest
) -> None:
    """One that ignores TERM, and so its shell too, gets KILL, which no trap can catch."""
    guest: Guest = request.getfixturevalue(where)
    guest.source("stubborn.sh", "trap '' TERM\necho $0\nsleep 600\n")
    with pytest.raises(OperationTimeoutError) as caught:
        guest.do("script", {"cmd": "stubborn.sh"}, mode=mode, timeout=1)
    assert caught.value.killed
    folder = guest.root / Path(caught.value.stdout.strip()).parent.relative_to("/")
    assert folder.name.startswith(".smolrun-")
    assert not folder.exists()


@pytest.mark.parametrize("where", ["local", "busybox", "debian"])
@pytest.mark.parametrize("mode", [None, "login"])
def test_a_script_whose_shell_somebody_else_kills_leaves_nothing(
    where: str, mode: str | None, request: pytest.FixtureRequest
) -> None:
    """As the kernel does where memory is short (OOM)."""
    guest: Guest = request.getfixturevalue(where)
    guest.source("victim.sh", "echo $0\nkill -KILL $PPID\n")
    result = guest.do("script", {"cmd": "victim.sh"}, mode=mode)
    assert result.failed
    assert result.command is not None
    folder = guest.root / Path(result.command.output).parent.relative_to("/")
    assert folder.name.startswith(".smolrun-")
    assert not folder.exists()


def test_a_script_in_the_background_whose_shell_is_killed_leaves_nothing(local: Guest) -> None:
    local.source("victim.sh", "echo $0\nkill -KILL $PPID\n")
    result = local.do("script", {"cmd": "victim.sh"}, **background(local, poll=1))
    assert result.failed
    assert result.command is not None
    folder = Path(result.command.output).parent
    assert folder.name.startswith(".smolrun-")
    assert not folder.exists()
