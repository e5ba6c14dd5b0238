"""Names of files and variables in a playbook that only its run will make: what the check has to pass over."""

from pathlib import Path

from smolrun.location import Location
from smolrun.playbook.keywords import INCLUDES
from smolrun.playbook.models import Playbook, Task
from smolrun.playbook.set_by_task import brings_in_unknown, set_by_task
from smolrun.playbook.surroundings import Surroundings, surroundings_of
from smolrun.playbook.unknowns import Unknowns
from smolrun.playbook.walk import tasks_of
from smolrun.playbook.written import has_open, is_open
from smolrun.source.containers import location_at
from smolrun.source.text import location_of
from smolrun.source.vault import VaultSecrets


def find_unknowns(playbook: Playbook, vault: VaultSecrets | None, unknowns: Unknowns) -> None:
    """Collects what cannot be known of a playbook before it runs."""
    folder = Path(playbook.path).parent
    for play in playbook.plays:
        for entry in play.vars_files:
            if has_open(entry):
                unknowns.add("variables", str(entry), location_of(entry) or play.location)
        for visit, task in tasks_of(play):
            _of_task(task, surroundings_of(visit.parents, folder), vault, unknowns)


def _of_task(task: Task, around: Surroundings, vault: VaultSecrets | None, unknowns: Unknowns) -> None:
    if task.module in INCLUDES:
        if brings_in_unknown(task):
            unknowns.add("tasks", *_named(task, "file", "name", "role"))
    elif task.module == "template":
        if is_open(around.known(task.arguments.get("src"))):
            unknowns.add("templates", *_named(task, "src"))
    elif task.found is None or task.found.module.returns_any_facts:
        return  # the warning about the module tells
    elif set_by_task(task, around, vault) is None:
        unknowns.add("variables", *_named(task, "file", "dir"))


def _named(task: Task, *arguments: str) -> tuple[str, Location | None]:
    """How the task names what is not known, and where; itself where it names nothing."""
    for argument in arguments:
        value = task.arguments.get(argument)
        if isinstance(value, str):
            return " ".join(str(value).split()), location_at(task.arguments, [argument]) or task.location
    return task.module, task.module_location or task.location
