"""The arguments of modules that only look, and of those that run commands: what they tell is compared."""

from typing import Any

from tests.twin.spaces import PLACES, Space, each, ways


def stat(places: tuple[str, ...] = (*PLACES, "folder/inner/file", "sub/-x y")) -> Space:
    yield from each(
        [{"path": place} for place in places],
        ways("follow", True),
        ways("get_checksum", False),
        ways("checksum_algorithm", "sha256", "md5"),
        ways("get_mime", False),
        ways("get_attributes", False),
    )


def slurp() -> Space:
    yield from ({"src": f"@{place}"} for place in (*PLACES, "folder/inner/file", "sub/-x y", "sub/bytes"))


def find() -> Space:
    for arguments in each(
        [{"paths": "@"}, {"paths": "@sub"}, {"paths": ["@folder", "@sub"]}, {"paths": "@missing"},
         {"paths": "@present"}],
        ways("recurse", True),
        ways("file_type", "any", "directory", "link"),
        [{}, {"patterns": "*e*"}, {"patterns": ["p*", "*y"]}, {"patterns": "^.*n.*$", "use_regex": True},
         {"excludes": "*e*"}, {"contains": ".*line"}, {"contains": "old", "read_whole_file": True}],
        [{}, {"hidden": True}, {"follow": True}, {"size": "10"}, {"size": "-10b"}, {"mode": "0755"},
         {"mode": "u=x", "exact_mode": False}, {"get_checksum": True}, {"depth": 1}],
    ):  # fmt: skip
        # Ansible passes over a folder with a file that is no UTF-8.
        if "contains" not in arguments or "sub" not in str(arguments["paths"]):
            yield arguments


def getent() -> Space:
    yield from each(
        [{"database": name} for name in ("passwd", "group", "hosts", "shadow", "nonsense")],
        ways("key", "root", "daemon", "nobody-here", "localhost"),
        ways("fail_key", False),
    )


def command() -> Space:
    for arguments in each(
        [{"cmd": "echo a  'b  c' \"$HOME\""}, {"argv": ["printf", "%s|", "a b", "$HOME", ""]}, {"cmd": "false"},
         {"cmd": "cat"}, {"cmd": "sh -c 'echo out; echo err >&2; exit 3'"}, {"cmd": "no-such-program"},
         {"argv": ["printf", "a\\n\\nb\\n\\n"]}, {"cmd": "pwd"}],
        ways("chdir", "@folder", "@missing"),
        ways("creates", "@present", "@mis*"),
        ways("removes", "@link", "@missing"),
        [{}, {"stdin": "line"}, {"stdin": "line", "stdin_add_newline": False}, {"strip_empty_ends": False},
         {"expand_argument_vars": False}],
    ):  # fmt: skip
        # A program that does not read it: Ansible fails where it has ended by then.
        if "stdin" not in arguments or arguments.get("cmd") == "cat":
            yield arguments


def shell() -> Space:
    yield from each(
        [{"cmd": "echo a | tr a b; echo $HOME"}, {"cmd": "echo ${BASH_VERSION:+bash}; exit 2"},
         {"cmd": "cat <<END\n  x\nEND\n"}, {"cmd": "echo 'ü ☃' >&2; pwd"}, {"cmd": "umask; ls -a"}],
        [{"chdir": "@sub"}, {"chdir": "@folder"}],
        ways("creates", "@present", "@mis*"),
        ways("executable", "/bin/bash"),
        ways("removes", "@dangling", "@missing"),
    )  # fmt: skip


ALL: dict[str, Any] = {
    "stat": stat, "slurp": slurp, "find": find, "getent": getent, "command": command, "shell": shell
}  # fmt: skip
