"""The variables that one task sets for the rest of the run, besides what it registers."""

from smolrun.errors import LoadError
from smolrun.playbook.keywords import INCLUDES
from smolrun.playbook.models import Task
from smolrun.playbook.search import find
from smolrun.playbook.surroundings import Surroundings
from smolrun.playbook.vars_files import read_variables
from smolrun.playbook.written import is_open
from smolrun.source.vault import VaultSecrets


def set_by_task(task: Task, around: Surroundings, vault: VaultSecrets | None) -> frozenset[str] | None:
    """The names of those variables; None where they cannot be known before the run.

    Args:
        around: where the task stands.
    """
    found = task.found
    if found is None or found.module.returns_any_facts or brings_in_unknown(task):
        return None  # a module that we cannot look into may return facts of any name
    control = task.loop.control if task.loop is not None else None
    if control is not None and (is_open(control.loop_var) or is_open(control.index_var)):
        return None  # the loop's variable may have any name, and what is included sees it
    if task.module == "include_vars":
        return _of_files(task, around, vault)
    if task.module in ("set_fact", "add_host"):
        if task.arguments_template is not None or any(is_open(key) for key in task.arguments):
            return None
        return frozenset(map(str, task.arguments))
    return frozenset()


def brings_in_unknown(task: Task) -> bool:
    """Whether an include's file cannot be known, so that its tasks may set anything."""
    if task.module not in INCLUDES or task.included is not None:
        return False
    named = task.arguments.get("file", task.arguments.get("name", task.arguments.get("role")))
    return not isinstance(named, str) or is_open(named) or task.arguments_template is not None


def _of_files(task: Task, around: Surroundings, vault: VaultSecrets | None) -> frozenset[str] | None:
    """What ``include_vars`` reads; None where its files depend on the run."""
    within = task.arguments.get("name")
    if within is not None:
        return None if is_open(within) else frozenset({str(within)})
    name = around.known(task.arguments.get("file"))
    if not isinstance(name, str) or is_open(name):
        return None
    path = find("vars", str(name), around.search)
    try:
        return None if path is None else frozenset(map(str, read_variables(path, vault=vault)))
    except LoadError:
        return None  # the task itself will tell
