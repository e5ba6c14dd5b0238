"""The attributes of chattr(1) and the SELinux contexts of files: seldom asked for, in round trips of their own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from smolrun.errors import ModuleError
from smolrun.modules.base import Diff, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.files.arguments import AttributeArguments
from smolrun.modules.files.state import facts_in
from smolrun.modules.files.writing import checked
from smolrun.modules.guest import script_text

A = TypeVar("A", bound=AttributeArguments)
PARTS = ("seuser", "serole", "setype", "selevel")
DEFAULT = "_default"
_FIXED = frozenset("eEhINV")
"""Attributes that a file system sets by itself; chattr(1) cannot take them away from a file."""


def labelled(run: Callable[[A, TaskContext], ModuleResult]) -> Callable[[A, TaskContext], ModuleResult]:
    """The module `run`, after which the file that it tells of has its attributes and its context, too."""

    def run_and_label(arguments: A, task: TaskContext) -> ModuleResult:
        result = run(arguments, task)
        if not asked(arguments) or result.failed or result.skipped or result.values.get("state") == "absent":
            return result
        path = result.values.get("dest") or result.values.get("path")
        return label(arguments, task, [str(path)], result) if path else result

    return run_and_label


def asked(arguments: AttributeArguments) -> bool:
    """Whether there is anything to do."""
    return arguments.attributes is not None or any(getattr(arguments, part) is not None for part in PARTS)


def label(arguments: AttributeArguments, task: TaskContext, paths: Sequence[str], result: ModuleResult) -> ModuleResult:
    """The paths have the attributes and the SELinux context that are asked for.

    Args:
        paths: absolute; those that are not there (in check mode) count as changed.
        result: of what was done before, which this is added to.

    Raises:
        ModuleError: a tool is missing, or cannot do it.
    """
    wanted = {part: value for part in PARTS if (value := getattr(arguments, part)) is not None}
    commands: list[list[str]] = []
    before, after = [], []
    for found in _read(arguments, task, paths, wanted):
        for command, shown in (_flags(arguments.attributes, found), _context(wanted, found)):
            if command:
                commands.append(command)
                before.append(f"{shown}: {found.get('flags' if shown == 'attributes' else 'context', '')}\n")
                after.append(f"{shown}: {' '.join(command[1:-2])}\n")
    if not commands:
        return result
    if not task.check_mode:
        lines = "".join(f"{command_line(words)} || refuse label {quoted(words[-1])}\n" for words in commands)
        checked(task, task.guest.script(f"{script_text('state', 'attributes')}\n{lines}"), paths[0])
    diffs = (Diff("".join(before), "".join(after), paths[0], paths[0]),) if task.diff_mode else ()
    return replace(result, changed=True, diffs=(*result.diffs, *diffs))


def _read(
    arguments: AttributeArguments, task: TaskContext, paths: Iterable[str], wanted: dict[str, str]
) -> list[dict[str, str]]:
    settings = {
        "flags": arguments.attributes is not None,
        "context": bool(wanted),
        "default": DEFAULT in wanted.values(),
    }
    text = "".join(f"{name}={'yes' if value else ''}\n" for name, value in settings.items())
    lines = "".join(f"tell_label {quoted(path)}\n" for path in paths)
    told = task.guest.script(f"{text}{script_text('state', 'attributes', 'labels')}\n{lines}")
    facts = facts_in(told)
    if dict(facts).get("problem") == "missing":
        raise ModuleError(f"`{dict(facts)['about']}` is not installed on {task.host}")
    if not told.ok:
        raise ModuleError(f"the attributes of files on {task.host} cannot be read: {told.stderr.strip()}")
    found: list[dict[str, str]] = []
    for name, value in facts:
        if name == "label":
            found.append({})
        found[-1][name] = value
    return found


def _flags(wanted: str | None, found: dict[str, str]) -> tuple[list[str], str]:
    """The command that changes attributes, if any has to be; a file that is not there yet will need it."""
    if wanted is None:
        return [], "attributes"
    sign, letters = (wanted[0], wanted[1:]) if wanted[:1] in ("-", "+", "=") else ("=", wanted)
    has = set(found.get("flags", "")) - {"-"}
    if "there" in found:
        as_wanted = {
            "=": has - _FIXED == set(letters) - _FIXED,
            "+": set(letters) <= has,
            "-": not has & set(letters),
        }[sign]
        if as_wanted:
            return [], "attributes"
    return ["chattr", f"{sign}{letters}", "--", found["label"]], "attributes"


def _context(wanted: dict[str, str], found: dict[str, str]) -> tuple[list[str], str]:
    """The command that changes the context, if it has to be; there is none to be changed without SELinux."""
    if "context" not in found:
        return [], "context"
    has = dict(zip(PARTS, found["context"].split(":", 3), strict=False))
    usual = dict(zip(PARTS, found.get("default", "").split(":", 3), strict=False))
    options = []
    for part, value in wanted.items():
        due = usual.get(part, "") if value == DEFAULT else value
        if due and has.get(part) != due:
            options += [{"seuser": "-u", "serole": "-r", "setype": "-t", "selevel": "-l"}[part], due]
    return (["chcon", "-h", *options, "--", found["label"]] if options else []), "context"
