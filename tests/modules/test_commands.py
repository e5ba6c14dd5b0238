"""``run``, ``command``, ``shell``, ``raw``: what reaches the guest, when, and what comes of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.modules.guest import Guest

NASTY = ["a b", "it's", '"', "$HOME", "`id`", "a\nb", "-n", "*", "", "~", "☃", "\\n", "a;b|c&d>e", "!x", "{a,b}"]


@pytest.mark.parametrize("mode", ["login", "raw"])
def test_every_word_of_a_list_arrives_as_it_is(guest: Guest, mode: str) -> None:
    result = guest.do("run", {"cmd": ["printf", "%s|", *NASTY]}, mode=mode)
    assert result.command is not None
    assert result.command.stdout == "".join(f"{word}|" for word in NASTY)


def test_lists_in_a_list_are_flattened_and_numbers_are_text(guest: Guest) -> None:
    result = guest.do("run", {"argv": ["echo", ["nginx", ["curl"]], [], 5, 1.5]})
    assert result.command is not None
    assert result.command.output == "nginx curl 5 1.5"


@pytest.mark.parametrize("word", [True, None, {"a": 1}])
def test_a_list_cannot_hold_what_is_no_word(local: Guest, word: Any) -> None:
    with pytest.raises(ValidationError, match="cannot be a word of a command"):
        local.do("run", {"cmd": ["echo", [word]]})


@pytest.mark.parametrize("arguments", [{}, {"cmd": "x", "argv": ["x"]}, {"cmd": " "}, {"cmd": []}, {"argv": [[]]}])
def test_run_needs_exactly_one_command(local: Guest, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"either `cmd` or `argv`|no command to run"):
        local.do("run", arguments)


def test_run_is_a_login_shell_unless_it_is_raw(busybox: Guest) -> None:
    (busybox.root / "etc/profile").write_text("export PATH=/bin\nexport FROM_PROFILE=yes\n")
    results = [busybox.do("run", {"cmd": "echo $FROM_PROFILE"}, mode=mode) for mode in (None, "login", "raw")]
    assert [result.command and result.command.output for result in results] == ["yes", "yes", ""]


def test_shell_and_command_see_no_profile_unless_asked(busybox: Guest) -> None:
    (busybox.root / "etc/profile").write_text("export PATH=/bin\nexport FROM_PROFILE=yes\n")
    for module in ("shell", "command"):
        for mode, seen in ((None, ""), ("login", "yes")):
            result = busybox.do(module, {"cmd": "sh -c 'echo \"$FROM_PROFILE\"'"}, mode=mode)
            assert result.command is not None
            assert result.command.output == seen, (module, mode)


def test_the_environment_of_the_task_reaches_the_command(guest: Guest) -> None:
    for module in ("run", "shell", "command"):
        result = guest.do(module, {"cmd": "env"}, environment={"GREETING": "it's\n$x"})
        assert result.command is not None
        assert "GREETING=it's\n$x" in result.command.stdout


@pytest.mark.parametrize("module", ["run", "shell", "command"])
def test_a_failure_is_told_with_its_exit_code(guest: Guest, module: str) -> None:
    result = guest.do(module, {"cmd": "ls /nope"})
    assert result.failed
    assert result.changed
    assert result.msg == "non-zero return code"
    assert result.command is not None
    assert result.command.exit_code != 0
    assert "nope" in result.command.stderr


@pytest.mark.parametrize("module", ["run", "shell", "command"])
@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ({"creates": "exists"}, False),
        ({"creates": "ex*s"}, False),
        ({"creates": "nope"}, True),
        ({"creates": "nope*"}, True),
        ({"removes": "exists"}, True),
        ({"removes": "nope"}, False),
        ({"creates": "dangling"}, False),
        ({"creates": "-rf it's"}, False),
    ],
)
def test_creates_and_removes_decide(guest: Guest, module: str, condition: dict[str, str], runs: bool) -> None:
    guest.here("exists").touch()
    guest.here("-rf it's").touch()
    guest.here("dangling").symlink_to("nowhere")
    arguments = {"cmd": "touch ran", "chdir": guest.folder, **condition}
    if module == "run":
        arguments = {key: guest.path(value) if key in condition else value for key, value in arguments.items()}

    foreseen = guest.do(module, arguments, check_mode=True)
    assert not guest.here("ran").exists()
    assert (foreseen.changed, foreseen.skipped) == (runs, False)

    result = guest.do(module, arguments)
    assert result.changed is runs
    assert guest.here("ran").exists() is runs
    assert result.command is not None
    assert result.command.exit_code == 0
    if not runs:
        assert result.command.stdout.startswith("skipped, since")


@pytest.mark.parametrize("module", ["run", "shell", "command"])
def test_check_mode_cannot_judge_a_bare_command(guest: Guest, module: str) -> None:
    trips = guest.round_trips(lambda: guest.do(module, {"cmd": "touch ran"}, check_mode=True))
    assert guest.do(module, {"cmd": "touch ran"}, check_mode=True).skipped
    assert trips == 0


@pytest.mark.parametrize("module", ["run", "shell", "command"])
@pytest.mark.parametrize("name", ["a b", "-x", "it's; $(x)", "a\nb"])
def test_chdir_into_any_folder(guest: Guest, module: str, name: str) -> None:
    guest.here(name).mkdir()
    result = guest.do(module, {"cmd": "pwd", "chdir": guest.path(name)})
    assert result.command is not None
    assert result.command.stdout.rstrip("\n") == guest.path(name)


@pytest.mark.parametrize("module", ["run", "shell", "command"])
def test_a_folder_that_is_missing_is_a_failure_and_nothing_runs(guest: Guest, module: str) -> None:
    result = guest.do(module, {"cmd": f"touch {guest.path('ran')}", "chdir": guest.path("nope")})
    assert result.failed
    assert not guest.here("ran").exists()


def test_condition_folder_and_command_are_one_round_trip(guest: Guest) -> None:
    arguments = {"cmd": "true", "chdir": "/", "creates": "/nope"}
    assert guest.round_trips(lambda: guest.do("shell", arguments)) == 1
    assert guest.round_trips(lambda: guest.do("command", arguments)) == 1


def test_stdin_reaches_the_command_whole(guest: Guest) -> None:
    text = "line one\nit's $two \\n" * 5000
    for module in ("shell", "command"):
        result = guest.do(module, {"cmd": "cat", "stdin": text, "strip_empty_ends": False})
        assert result.command is not None
        assert result.command.stdout == text + "\n"
    bare = guest.do("command", {"cmd": "cat", "stdin": "x", "stdin_add_newline": "no", "strip_empty_ends": False})
    run = guest.do("run", {"cmd": "cat", "stdin": "x"})
    assert [result.command and result.command.stdout for result in (bare, run)] == ["x", "x"]


def test_no_shell_interprets_the_words_of_command(guest: Guest) -> None:
    words = [word for word in NASTY if word not in ("$HOME", "~")]
    result = guest.do("command", {"argv": ["printf", "%s|", *words]})
    assert result.command is not None
    assert result.command.stdout == "".join(f"{word}|" for word in words)


@pytest.mark.parametrize(
    ("cmd", "words"),
    [
        ("echo 'a b' \"c d\" e\\ f", ["echo", "a b", "c d", "e f"]),
        ("echo a;b | c > d && e", ["echo", "a;b", "|", "c", ">", "d", "&&", "e"]),
        ("echo '' x", ["echo", "", "x"]),
    ],
)
def test_a_command_line_is_split_as_a_shell_would(guest: Guest, cmd: str, words: list[str]) -> None:
    result = guest.do("command", {"cmd": cmd})
    assert result.values["cmd"] == words
    assert result.command is not None
    assert result.command.stdout == " ".join(words[1:])


def test_command_expands_home_and_variables_as_ansible_does(local: Guest) -> None:
    environment = {"HOME": "/home/x y", "A": "$HOME `id`"}
    argv = ["printf", "%s|", "~", "~/b", "$A", "a${A}b", "$NOPE", "${NOPE}", "x~", "~root/c"]
    result = local.do("command", {"argv": argv}, environment=environment)
    assert result.command is not None
    home = environment["HOME"]
    assert result.command.stdout == f"{home}|{home}/b|$HOME `id`|a$HOME `id`b|$NOPE|${{NOPE}}|x~|/root/c|"
    plain = local.do("command", {"argv": argv, "expand_argument_vars": False}, environment=environment)
    assert plain.command is not None
    assert plain.command.stdout == "".join(f"{word}|" for word in argv[2:])


def test_a_missing_program_is_named(guest: Guest) -> None:
    result = guest.do("command", {"argv": ["no-such-program", "x"]})
    assert result.failed
    assert "no-such-program" in result.msg
    assert result.command is not None
    assert result.command.exit_code == 2


def test_an_open_quote_is_explained(local: Guest) -> None:
    assert "cannot be split into words" in local.fails("command", {"cmd": "echo 'x"})


def test_executable_interprets_the_text(local: Guest) -> None:
    result = local.do("shell", {"cmd": 'echo "${BASH_VERSION:+bash}" $0', "executable": "/bin/bash"})
    assert result.command is not None
    assert result.command.stdout == "bash /bin/bash"
    result = local.do("raw", {"cmd": 'echo "${BASH_VERSION:+bash}"', "executable": "/bin/bash"})
    assert result.command is not None
    assert result.command.output == "bash"


def test_output_is_stripped_of_line_ends_as_ansible_does(guest: Guest) -> None:
    cmd = r"printf 'a\n\n\r\n'; printf 'b\n' >&2"
    stripped = guest.do("shell", {"cmd": cmd}).command
    kept = guest.do("shell", {"cmd": cmd, "strip_empty_ends": "no"}).command
    assert stripped is not None
    assert kept is not None
    assert (stripped.stdout, stripped.stderr) == ("a", "b")
    assert (kept.stdout, kept.stderr) == ("a\n\n\r\n", "b\n")


def test_values_have_ansibles_names(guest: Guest) -> None:
    values = guest.do("shell", {"cmd": "true"}).values
    assert values.keys() == {"cmd", "start", "end", "delta"}
    assert values["cmd"] == "true"


def test_raw_sends_the_line_byte_for_byte(guest: Guest) -> None:
    result = guest.do("raw", {"cmd": "printf '%s' 'a  b'; exit 3"})
    assert result.command is not None
    assert (result.command.stdout, result.command.exit_code, result.failed) == ("a  b", 3, True)
    assert result.command_line == "printf '%s' 'a  b'; exit 3"


def test_raw_mode_refuses_chdir(local: Guest) -> None:
    assert "mode: raw" in local.fails("run", {"cmd": "x", "chdir": "/tmp"}, mode="raw")


def test_output_is_streamed_without_words_of_ours(guest: Guest) -> None:
    seen: list[bytes] = []
    guest.do("shell", {"cmd": "echo one; echo two"}, on_output=lambda stream, piece: seen.append(piece))
    assert b"".join(seen) == b"one\ntwo\n"


def test_ping_answers_and_crashes(guest: Guest) -> None:
    assert guest.do("ping").values["ping"] == "pong"
    assert guest.do("ping", {"data": "it's ☃"}).values["ping"] == "it's ☃"
    assert "crash" in guest.fails("ping", {"data": "crash"})
