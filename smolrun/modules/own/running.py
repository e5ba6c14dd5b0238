"""Runs a module in ``sh`` on a guest, and understands what it tells."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.own.arguments import arguments_model, shell_variables
from smolrun.modules.own.declaration import Declaration
from smolrun.modules.registry import OWN
from smolrun.modules.system.asking import missing
from smolrun.shortening import beginning
from smolrun.ssh.result import CommandResult

_JSON_KEYS = frozenset({"changed", "failed", "skipped", "msg", "diff", "warnings", "ansible_facts"})


def shell_module(name: str, declaration: Declaration, text: str) -> Module[Any]:
    """A module in ``sh``.

    Args:
        name: of the module.
        declaration: what its header says.
        text: the script.
    """
    check_mode: Literal["full", "skip", "always"] = "full" if declaration.check_mode is True else "skip"
    if declaration.check_mode == "always":
        check_mode = "always"
    return Module(
        arguments_model(name, declaration),
        _runner(name, declaration, text),
        collection=OWN,
        check_mode=check_mode,
        returns_any_facts=declaration.output == "json",
    )


def _runner(name: str, declaration: Declaration, text: str) -> Callable[[Arguments, TaskContext], ModuleResult]:
    understand = _from_json if declaration.output == "json" else _from_functions

    def run(arguments: Arguments, task: TaskContext) -> ModuleResult:
        given = shell_variables(arguments, declaration)
        plain = {each: value for each, (value, secret) in given.items() if not (secret or task.no_log)}
        secrets = {each: value for each, (value, _) in given.items() if each not in plain}
        plain |= {"check_mode": _word(task.check_mode), "diff_mode": _word(task.diff_mode)}
        absent = [each for each in declaration.arguments if each not in given]
        script = _prologue(absent, declaration) + text
        result = task.guest.script(script, plain, secrets=secrets)
        if result.exit_code == 127 and (tool := RawFacts.parse(result.stdout_bytes).text("missing")):
            raise missing(task, tool)
        return understand(name, result, task)

    return run


def _word(value: bool) -> str:
    return "true" if value else "false"


def _prologue(absent: Iterable[str], declaration: Declaration) -> str:
    names = " ".join(absent)
    lines = f"unset {names}\n" if names else ""  # the environment may have such a name
    lines += script_text("own")
    if declaration.needs:
        lines += f"need {command_line(declaration.needs)} || exit\n"
    if declaration.output == "json":
        lines += "exec 1>&3 3>&-\n"
    return lines


# --- what it tells -----------------------------------------------------------------------------------------


def _from_functions(name: str, result: CommandResult, task: TaskContext) -> ModuleResult:
    told = RawFacts.parse(result.stdout_bytes).pairs
    failed = result.exit_code != 0 or bool(result.signal)
    message = _last(told, "msg") or (_failure(name, result) if failed else "")
    before, after = _last(told, "before"), _last(told, "after")
    return ModuleResult(
        changed=any(word == "changed" for word, _ in told),
        failed=failed,
        msg=message,
        values=_values(result) | {word[6:]: value for word, value in told if word.startswith("value.")},
        diffs=(Diff(before, after),) if task.diff_mode and before != after and not task.no_log else (),
        warnings=tuple(value for word, value in told if word == "warning"),
    )


def _last(told: Iterable[tuple[str, str]], name: str) -> str:
    return ([value for word, value in told if word == name] or [""])[-1]


def _failure(name: str, result: CommandResult) -> str:
    reason = result.stderr.strip()
    return f"the module '{name}' ended with {result.exit_code}" + (f": {reason}" if reason else "")


def _values(result: CommandResult) -> dict[str, Any]:
    return {"rc": result.exit_code, "stderr": result.stderr, "stderr_lines": result.stderr.splitlines()}


def _from_json(name: str, result: CommandResult, task: TaskContext) -> ModuleResult:
    told = _object(name, result)
    facts = told.get("ansible_facts")
    facts = {str(key): value for key, value in facts.items()} if isinstance(facts, Mapping) else {}
    warnings = told.get("warnings")
    diff = told.get("diff")
    failed = bool(told.get("failed")) or result.exit_code != 0
    return ModuleResult(
        changed=bool(told.get("changed")),
        failed=failed,
        skipped=bool(told.get("skipped")),
        msg=str(told.get("msg") or (_failure(name, result) if failed else "")),
        values=_values(result) | {key: value for key, value in told.items() if key not in _JSON_KEYS},
        facts=facts,
        ansible_facts={key.removeprefix("ansible_"): value for key, value in facts.items()},
        diffs=_diffs(diff) if task.diff_mode and not task.no_log else (),
        warnings=tuple(map(str, warnings)) if isinstance(warnings, list) else (),
    )


def _object(name: str, result: CommandResult) -> dict[str, Any]:
    try:
        told = json.loads(result.stdout)
    except ValueError:
        if result.exit_code != 0:
            return {}
        raise ModuleError(
            f"the module '{name}' printed no JSON: {beginning(result.output, 200) or 'nothing'}"
        ) from None
    if not isinstance(told, dict):
        raise ModuleError(f"the module '{name}' printed JSON that is no object: {beginning(result.output, 200)}")
    return told


def _diffs(diff: Any) -> tuple[Diff, ...]:
    return tuple(
        Diff(
            str(each.get("before", "")),
            str(each.get("after", "")),
            str(each.get("before_header", "")),
            str(each.get("after_header", "")),
        )
        for each in (diff if isinstance(diff, list) else [diff])
        if isinstance(each, Mapping)
    )
