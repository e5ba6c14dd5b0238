"""Packages of Red Hat's family: what is due is found out by ``rpm``, and done by ``dnf`` or ``yum``."""

import re
from collections.abc import Sequence

from smolrun.errors import ModuleError
from smolrun.modules.base import Diff, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.packages.dnf_arguments import RpmArguments
from smolrun.modules.packages.dnf_command import BACKENDS, command
from smolrun.modules.packages.lock import patiently
from smolrun.modules.packages.rpm_versions import compare
from smolrun.modules.system.asking import ask, missing, said
from smolrun.ssh.result import CommandResult

_NOTHING = re.compile(r"^\s*Nothing to do\.?\s*$", re.M)
_SECTION = re.compile(
    r"^(Install|Upgrad|Downgrad|Remov|Reinstall)\w*(?: dependencies| weak dependencies| dependent packages)?:\n"
    r"((?: .+\n)+)",
    re.M,
)
_UNKNOWN = re.compile(r"^(?:No match for argument:|No package) (\S+)", re.M)
_FORMAT = "%{name}|%{arch}|%{epoch}|%{release}|%{version}|%{repoid}\n"
_KEYS = ("name", "arch", "epoch", "release", "version", "repo")


def manage(arguments: RpmArguments, task: TaskContext) -> ModuleResult:
    """The packages are as they are wanted."""
    lines = "".join(f"tell_package {quoted(name)}\n" for name in arguments.name)
    root = "" if arguments.installroot == "/" else arguments.installroot
    given = {"backends": BACKENDS[arguments.use_backend], "root": root}
    raw = ask(task, arguments=given, setup=f"{script_text('rpm_state')}\n{lines}")
    tool = raw.text("tool")
    if not tool:
        raise missing(task, given["backends"].partition(" ")[0] if arguments.use_backend != "auto" else "dnf")
    if arguments.listing is not None:
        return _listed(arguments, task, tool)
    actions = _actions(arguments, raw)
    if not actions:
        if arguments.update_cache and not task.check_mode:
            actions = [["makecache", *(["--refresh"] if tool != "yum" else [])]]
        else:
            return ModuleResult(
                msg="Cache updated" if arguments.update_cache else "Nothing to do", values={"results": [], "rc": 0}
            )
    return _change(arguments, task, tool, root, actions)


def _actions(arguments: RpmArguments, raw: RawFacts) -> list[list[str]]:
    """What the package manager has to do, if anything: a verb and its objects each."""
    packages = list(raw.groups("word", frozenset({"installed", "name", "version"})))
    if arguments.wanted == "absent":
        due = [found["word"] for found in packages if "installed" in found or found["word"].startswith("@")]
        return [["remove", *due]] if due else [["autoremove"]] if arguments.autoremove and not packages else []
    if arguments.wanted == "present":
        due = [found["word"] for found in packages if _missing(found, arguments)]
        return [["install", *due]] if due else []
    there = [found["word"] for found in packages if "installed" in found]
    others = [found["word"] for found in packages if "installed" not in found and found["word"] != "*"]
    actions = [["upgrade"]] if any(found["word"] == "*" for found in packages) else []
    if there and not actions:
        actions.append(["upgrade", *there])
    return actions + ([["install", *others]] if others and not arguments.update_only else [])


def _missing(found: dict[str, str], arguments: RpmArguments) -> bool:
    if "installed" in found:
        return False
    if arguments.allow_downgrade or "version" not in found:
        return True
    asked = found["word"][len(found["name"]) + 1 :]
    return compare(found["version"], asked) < 0


def _change(
    arguments: RpmArguments, task: TaskContext, tool: str, root: str, actions: Sequence[Sequence[str]]
) -> ModuleResult:
    lines = [command(arguments, tool, *action, simulate=task.check_mode) for action in actions]
    first = f"{command_line(command(arguments, tool, 'makecache'))} </dev/null || return\n"
    refresh = first if arguments.update_cache and tool == "yum" and not task.check_mode else ""
    # Told to do nothing, it ends with 1 where something would have been done.
    ending = "|| :" if task.check_mode else "|| return"
    body = refresh + "".join(f"{command_line(words)} </dev/null {ending}\n" for words in lines)
    text = f"{script_text('system')}\nwork() {{\n{body}}}\n{script_text('rpm_change')}"

    def attempt() -> tuple[CommandResult, str]:
        result = task.guest.script(text, {"root": root})
        return result, "" if result.ok else f"{result.stdout.partition(chr(0))[0]}\n{result.stderr}"

    result = patiently(task, arguments.lock_timeout, attempt)
    output, _, rest = result.stdout.partition("\0")
    line = command_line(lines[-1])
    if not result.ok:
        return _failed(line, output, result)
    if task.check_mode:
        results = [f"{verb}: {name}" for verb, name in _foreseen(output)]
        unknown = _UNKNOWN.search(f"{output}{result.stderr}") and not arguments.skip_broken
        if not results and (unknown or not _NOTHING.search(output)):
            return _failed(line, output, result)
    else:
        results = _done(RawFacts.parse(rest.encode("utf-8", "surrogateescape")))
    shown = "".join(f"{each}\n" for each in results)
    diffs = (Diff("", shown, after_header="packages"),) if shown and task.diff_mode else ()
    return ModuleResult(
        changed=bool(results) or (arguments.download_only and not task.check_mode and not _NOTHING.search(output)),
        msg="" if results else "Nothing to do",
        command_line=line,
        values={"results": results, "rc": 0, "stdout": output, "stderr": result.stderr},
        diffs=diffs,
    )


def _failed(line: str, output: str, result: CommandResult) -> ModuleResult:
    unknown = _UNKNOWN.findall(f"{output}\n{result.stderr}")
    failures = [f"No package {name} available." for name in unknown]
    text = result.stderr.strip() or output.strip() or said(result)
    msg = (
        f"Failed to install some of the specified packages: {' '.join(failures)}"
        if failures
        else f"`{line}` failed: {text}"
    )
    values = {
        "failures": failures,
        "results": [],
        "rc": result.exit_code or 1,
        "stdout": output,
        "stderr": result.stderr,
    }
    return ModuleResult(failed=True, msg=msg, command_line=line, values=values)


def _done(told: RawFacts) -> list[str]:
    before, after = set(told.text("before").splitlines()), set(told.text("after").splitlines())
    return [f"Installed: {name}" for name in sorted(after - before)] + [
        f"Removed: {name}" for name in sorted(before - after)
    ]


def _foreseen(output: str) -> list[tuple[str, str]]:
    """What the table of a transaction announces."""
    found = []
    for match in _SECTION.finditer(output):
        verb = "Removed" if match[1] == "Remov" else "Installed"
        for row in match[2].splitlines():
            words = row.split()
            if len(words) >= 3 and not row.startswith("     "):  # what it replaces stands further in
                found.append((verb, f"{words[0]}-{words[2].rpartition(':')[2]}.{words[1]}"))
    return found


def _listed(arguments: RpmArguments, task: TaskContext, tool: str) -> ModuleResult:
    """Ansible's ``list``: what is installed, what could be, or the repositories."""
    wanted = arguments.listing or ""
    if wanted in ("repos", "repositories"):
        result = _query(task, command(arguments, tool, "-q", "repolist", "--enabled"))
        ids = [line.split()[0] for line in result.splitlines()[1:] if line.strip()]
        return ModuleResult(values={"results": [{"repoid": each, "state": "enabled"} for each in ids], "rc": 0})
    ways = {
        "installed": ["--installed"],
        "updates": ["--upgrades"],
        "upgrades": ["--upgrades"],
        "available": ["--available"],
    }
    chosen = ways.get(wanted)
    questions = [chosen] if chosen is not None else [["--installed", wanted], ["--available", wanted]]
    results = []
    for options in questions:
        state = "installed" if options[0] == "--installed" else "available"
        told = _query(task, command(arguments, tool, "-q", "repoquery", *options, "--qf", _FORMAT))
        results += [_package(line, state) for line in told.splitlines() if line.count("|") == len(_KEYS) - 1]
    return ModuleResult(values={"results": results, "rc": 0})


def _query(task: TaskContext, words: Sequence[str]) -> str:
    result = task.guest.script(f"{script_text('system')}\n{command_line(words)} </dev/null")
    if not result.ok:
        raise ModuleError(f"`{command_line(words)}` failed on {task.host}: {said(result)}")
    return result.stdout


def _package(line: str, state: str) -> dict[str, str]:
    package = dict(zip(_KEYS, line.split("|"), strict=True))
    epoch = package["epoch"] if package["epoch"] not in ("", "(none)") else "0"
    nevra = f"{package['name']}-{epoch}:{package['version']}-{package['release']}.{package['arch']}"
    repo = "installed" if state == "installed" else package["repo"]
    return {**package, "epoch": epoch, "repo": repo, "nevra": nevra, "envra": nevra, "yumstate": state}
