"""``apt``: packages of Debian and its descendants."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.packages.apt_arguments import AptArguments
from smolrun.modules.packages.apt_get import changes, command, outcome, refuse_update, release, run_apt_get, work
from smolrun.modules.packages.debian_names import Installed, Wanted, matching, parse_policy
from smolrun.modules.packages.debian_versions import DebianVersion
from smolrun.modules.packages.dpkg_listing import kept_listing
from smolrun.modules.packages.lock import patiently
from smolrun.modules.system.asking import ask
from smolrun.ssh.result import CommandResult

UPGRADES = {"yes": ("upgrade", "--with-new-pkgs"), "safe": ("upgrade", "--with-new-pkgs")}
CLEAN = 'for file in /var/cache/apt/archives/*.deb; do [ ! -e "$file" ] || fact deb "$file"; done\n'


@dataclass(frozen=True)
class State:
    """What the guest tells of its packages and its index.

    Attributes:
        updated: the index was refreshed, or in check mode would be.
        time: when it was refreshed, in seconds since 1970.
    """

    packages: list[Installed]
    names: list[str]
    policy: Mapping[str, tuple[str, str]]
    updated: bool
    time: int

    @property
    def values(self) -> dict[str, object]:
        return {"cache_updated": self.updated, "cache_update_time": self.time}


def run(arguments: AptArguments, task: TaskContext) -> ModuleResult:
    state = _read(arguments, task)
    if arguments.clean:
        cleaned = _clean(arguments, task, state)
        if cleaned.failed or not (arguments.name or arguments.deb or arguments.upgrade != "no"):
            return cleaned
    if arguments.deb is not None:
        return _install_file(arguments, task, state)
    if arguments.upgrade != "no" or (arguments.name == ["*"] and arguments.state == "latest"):
        action = UPGRADES.get(arguments.upgrade, ("dist-upgrade",)) if arguments.upgrade != "no" else ("dist-upgrade",)
        return run_apt_get(arguments, task, [action], state.values)
    actions = _actions(arguments, state, check_mode=task.check_mode)
    if actions:
        result = run_apt_get(arguments, task, actions, state.values)
        if result.failed and task.check_mode and state.updated and "No package matching" in result.msg:
            return ModuleResult(changed=True, values=state.values, msg="the refreshed index will know more packages")
        return result
    only_index = not (arguments.name or arguments.autoremove or arguments.autoclean)
    return ModuleResult(changed=state.updated and only_index, values=state.values)


def _read(arguments: AptArguments, task: TaskContext) -> State:
    words = [word for word in arguments.wanted if word.name]
    names = [f"{word.name}:{word.architecture}" if word.architecture else word.name for word in words]
    latest = arguments.state == "latest" or any(word.sign == ">=" for word in words)
    patterns = any(word.is_pattern for word in words) and arguments.state != "absent"
    variables = {
        "names": "\n".join(names),
        "all_names": "yes" if patterns else "",
        "policy": "yes" if latest and not patterns else "",
        "options": "\n".join(release(arguments)),
        "clock": "yes" if arguments.updates else "",
        "update": "yes" if arguments.updates and not task.check_mode else "",
        "valid": str(arguments.cache_valid_time),
    }
    kept = kept_listing(task.guest.connection)
    question = kept.question() if words else {}
    raw = _refreshed(arguments, task, {**variables, **question})
    before, now = raw.number("before") or 0, raw.number("now") or 0
    after = raw.number("after")
    due = arguments.updates and now - before >= arguments.cache_valid_time
    return State(
        packages=kept.answer(raw, question, words) if words else [],
        names=raw.text("all_names").split(),
        policy=parse_policy(raw.text("policy")),
        updated=due if task.check_mode else after is not None and after != before,
        time=raw.number("touched") or before,
    )


def _refreshed(arguments: AptArguments, task: TaskContext, variables: Mapping[str, str]) -> RawFacts:
    pause = 1.0

    def attempt() -> tuple[RawFacts, str]:
        raw = ask(task, "apt_state", arguments=variables, reads=not variables["update"])
        return raw, raw.text("update_said") if raw.text("update_code") not in ("", "0") else ""

    for left in range(arguments.update_cache_retries, -1, -1):
        raw = patiently(task, arguments.lock_timeout, attempt)
        if raw.text("update_code") in ("", "0"):
            return raw
        if left == 0:
            raise refuse_update(task, raw.text("update_said"))
        task.progress(f"the package index could not be refreshed; {left} more attempts")
        task.sleep(min(pause, arguments.update_cache_retry_max_delay))
        pause *= 2
    raise refuse_update(task, "")


def _actions(arguments: AptArguments, state: State, *, check_mode: bool) -> list[list[str]]:
    """What apt-get has to do; empty where all is as it should be."""
    actions: list[list[str]] = []
    if arguments.state == "fixed":
        actions.append(["install", "--fix-broken", *_due(arguments, state)])
    elif arguments.state == "build-dep" and arguments.name:
        actions.append(["build-dep", *arguments.name])
    elif arguments.name:
        due = _to_remove(arguments, state) if arguments.state == "absent" else _due(arguments, state)
        if due:
            actions.append(["remove" if arguments.state == "absent" else "install", *due])
    if arguments.autoremove and not arguments.name:
        actions.append(["autoremove"])
    if arguments.autoclean:
        actions.append(["autoclean"])
    return actions


def _to_remove(arguments: AptArguments, state: State) -> list[str]:
    found = [package for word in arguments.wanted for package in matching(word, state.packages) if _fits(word, package)]
    return list(
        dict.fromkeys(
            f"{package.name}:{package.architecture}" if package.architecture != "all" else package.name
            for package in found
            if package.is_there or (arguments.purge and package.status == "config-files")
        )
    )


def _fits(word: Wanted, package: Installed) -> bool:
    return not word.sign or word.allows(package.version)


def _due(arguments: AptArguments, state: State) -> list[str]:
    """What to hand to ``apt-get install``."""
    due: list[str] = []
    for word in arguments.wanted:
        if word.is_pattern:
            due += _due_of_pattern(arguments, word, state)
        elif _is_due(arguments, word, state):
            due.append(_argument(word, state))
    return list(dict.fromkeys(due))


def _due_of_pattern(arguments: AptArguments, word: Wanted, state: State) -> list[str]:
    names = [name for name in state.names if fnmatchcase(name, word.name)]
    if not names:
        raise ModuleError(f"No package(s) matching '{word.name}' available")
    there = {package.name for package in state.packages if package.is_there}
    latest = arguments.state == "latest"
    suffix = f"={word.version}" if word.sign == "=" else ""
    return [f"{name}{suffix}" for name in names if latest or suffix or name not in there]


def _is_due(arguments: AptArguments, word: Wanted, state: State) -> bool:
    there = [package for package in matching(word, state.packages) if package.is_there]
    if not there:
        return not (arguments.only_upgrade and not word.sign)
    if not any(package.status == "installed" and word.allows(package.version) for package in there):
        return True
    if arguments.state != "latest" or word.sign == "=":
        return False
    installed, candidate = state.policy.get(word.name, ("", ""))
    return bool(candidate) and installed != candidate


def _argument(word: Wanted, state: State) -> str:
    if word.sign != ">=":
        return word.word
    candidate = state.policy.get(word.name, ("", ""))[1]
    if not candidate or DebianVersion(candidate) < DebianVersion(word.version):
        raise ModuleError(f"no available installation candidate for {word.word}")
    name = f"{word.name}:{word.architecture}" if word.architecture else word.name
    return f"{name}={candidate}"


def _clean(arguments: AptArguments, task: TaskContext, state: State) -> ModuleResult:
    body = f"work() {{\nneed apt-get\n{CLEAN}"
    body += "}\n" if task.check_mode else "apt-get -q clean\n}\n"
    result = work(arguments, task, body, (), {})
    return outcome(task, ["apt-get", "clean"], result, state.values, lambda output: "deb=" in output)


def _install_file(arguments: AptArguments, task: TaskContext, state: State) -> ModuleResult:
    words = command(arguments, "install", simulate=task.check_mode)
    variables = {
        "deb": arguments.deb or "",
        "downgrade": "yes" if arguments.allow_downgrade or arguments.force else "",
        "command": "\n".join(words),
    }
    result = work(arguments, task, "", ("apt_deb",), variables)
    if not result.ok:
        return outcome(task, [*words, arguments.deb or ""], result, state.values, changes)
    raw = RawFacts.parse(result.stdout_bytes)
    if raw.text("problem"):
        raise ModuleError(f"{arguments.deb} is no package file that {task.host} can read: {result.stderr.strip()}")
    if raw.text("due"):
        done = CommandResult(raw.number("code") or 0, raw.text("output").encode(), result.stderr_bytes)
        return outcome(task, [*words, arguments.deb or ""], done, state.values, changes)
    newer = raw.text("newer")
    msg = f"version {newer} is installed already, which is newer" if newer else ""
    return ModuleResult(values=state.values, msg=msg)


MODULE = Module(AptArguments, run)
