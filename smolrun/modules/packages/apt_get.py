"""One run of ``apt-get``, real or simulated."""

import re
from collections.abc import Callable, Mapping, Sequence

from smolrun.errors import ModuleError
from smolrun.modules.base import Diff, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.guest import script_text
from smolrun.modules.packages.apt_arguments import AptArguments
from smolrun.modules.packages.lock import patiently
from smolrun.modules.system.asking import missing, said
from smolrun.ssh.result import CommandResult

_SUMMARY = re.compile(
    r"^(\d+) upgraded, (\d+) newly installed, (?:(\d+) reinstalled, )?(?:(\d+) downgraded, )?(\d+) to remove", re.M
)
_UNFINISHED = re.compile(r"^[1-9]\d* not fully installed or removed", re.M)
_UNKNOWN = re.compile(r"^E: (?:Unable to locate package|Couldn't find any package by \w+|Package) '?([^\s']+)", re.M)
_NO_VERSION = re.compile(r"^E: Version '([^']+)' for '([^']+)' was not found", re.M)
_SECTION = re.compile(r"^The following .*:\n(?:  .*\n)+", re.M)


def command(arguments: AptArguments, *action: str, simulate: bool = False) -> list[str]:
    """The words of the command, with the options that the arguments ask for."""
    words = ["apt-get", "-y", "-q"]
    for option in arguments.dpkg_options:
        words += ["-o", f"Dpkg::Options::=--{option}"]
    if arguments.install_recommends is not None:
        words += ["-o", f"APT::Install-Recommends={'yes' if arguments.install_recommends else 'no'}"]
    flags = {
        "--allow-unauthenticated": arguments.allow_unauthenticated or arguments.force,
        "--allow-downgrades": arguments.allow_downgrade or arguments.force,
        "--allow-change-held-packages": arguments.allow_change_held_packages or arguments.force,
        "--allow-remove-essential": arguments.force,
        "--no-remove": arguments.fail_on_autoremove,
        "--only-upgrade": arguments.only_upgrade,
        "--auto-remove": arguments.autoremove and action[0] != "autoremove",
        "--purge": arguments.purge,
        "--simulate": simulate,
    }
    words += [flag for flag, there in flags.items() if there]
    return [*words, *release(arguments), *action]


def release(arguments: AptArguments) -> list[str]:
    return ["-t", arguments.default_release] if arguments.default_release else []


def work(
    arguments: AptArguments, task: TaskContext, lines: str, scripts: Sequence[str], variables: Mapping[str, str]
) -> CommandResult:
    """Run a function `work` of ``sh`` while nobody else has the package manager's lock."""
    policy = "" if arguments.policy_rc_d is None or task.check_mode else str(arguments.policy_rc_d)
    text = f"{script_text('system')}\nown_file=\n{lines}\n{script_text(*scripts, 'apt_change')}"

    def attempt() -> tuple[CommandResult, str]:
        result = task.guest.script(text, {**variables, "policy_rc_d": policy})
        return result, "" if result.ok else result.stderr

    result = patiently(task, arguments.lock_timeout, attempt)
    if result.exit_code == 127 and "apt-get" in result.stderr:
        raise missing(task, "apt-get")
    return result


def run_apt_get(
    arguments: AptArguments, task: TaskContext, actions: Sequence[Sequence[str]], values: Mapping[str, object]
) -> ModuleResult:
    """Run `apt-get` with each action until one fails; simulated in check mode."""
    lines = [command(arguments, *action, simulate=task.check_mode) for action in actions]
    body = "".join(f"{command_line(words)} </dev/null || return\n" for words in lines)
    result = work(arguments, task, f"work() {{\n{body}}}\n", (), {})
    return outcome(task, lines[0], result, values, changes)


def changes(output: str) -> bool:
    """Whether what apt-get says, done or simulated, is a change."""
    counts = [int(count or 0) for groups in _SUMMARY.findall(output) for count in groups]
    return any(counts) or bool(_UNFINISHED.search(output)) or bool(re.search(r"^Del ", output, re.M))


def outcome(
    task: TaskContext,
    words: Sequence[str],
    result: CommandResult,
    values: Mapping[str, object],
    judge: Callable[[str], bool],
) -> ModuleResult:
    """What a run of apt-get came to."""
    line = command_line(words)
    if not result.ok:
        return ModuleResult(failed=True, msg=_why(line, result), command=result, command_line=line, values=values)
    changed = judge(result.stdout)
    shown = "".join(_SECTION.findall(result.stdout)) if task.diff_mode and changed else ""
    diffs = (Diff("", shown, after_header="packages"),) if shown else ()
    return ModuleResult(changed=changed, command=result, command_line=line, values=values, diffs=diffs)


def _why(line: str, result: CommandResult) -> str:
    text = said(result)
    if no_version := _NO_VERSION.search(text):
        return f"no available installation candidate for {no_version[2]}={no_version[1]}"
    if unknown := _UNKNOWN.search(text):
        return f"No package matching '{unknown[1]}' is available"
    return f"`{line}` failed: {text}"


def refuse_update(task: TaskContext, text: str) -> ModuleError:
    return ModuleError(f"the package index of {task.host} cannot be refreshed: {text.strip()}")
