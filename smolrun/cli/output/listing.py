"""``--list-hosts``, ``--list-tasks``, ``--list-tags``, ``--syntax-check``: what would run, in Ansible's form."""

from collections.abc import Iterator

from smolrun.cli.loading.loading import Loaded
from smolrun.cli.options.flags import SelectionFlags
from smolrun.engine.options import RunOptions
from smolrun.engine.plan import PlannedBlock, PlannedMeta, PlannedNode, PlannedTask
from smolrun.engine.plan_builder import PlanBuilder
from smolrun.engine.tags import split
from smolrun.errors import SmolVMError
from smolrun.playbook.models import Play
from smolrun.report.escaping import escape_line
from smolrun.templating.templar import Templar


def listing(loaded: Loaded, limit: str | None, selection: SelectionFlags) -> Iterator[str]:
    """The lines, a part for each playbook and each of its plays."""
    for playbook in loaded.playbooks:
        yield f"\nplaybook: {escape_line(playbook.path)}"
        if not (selection.list_hosts or selection.list_tasks or selection.list_tags):
            continue
        for number, play in enumerate(playbook.plays, 1):
            yield from _play(loaded, play, number, limit, selection)


def _play(loaded: Loaded, play: Play, number: int, limit: str | None, selection: SelectionFlags) -> Iterator[str]:
    templar = Templar()

    def render(value: object) -> str:
        try:
            return templar.render_text(value, loaded.extra_variables)
        except SmolVMError:
            return str(value)  # known only when it runs

    hosts = [render(pattern) for pattern in play.hosts]
    name = str(play.name) if play.name else ",".join(hosts)
    options = RunOptions(
        tags=selection.tags or ("all",), skip_tags=selection.skip_tags, start_at_task=selection.start_at_task
    )
    body = PlanBuilder(play, name, number, options, render).build(gather=False).body
    tasks = list(_written(body))
    tags = f"    TAGS: [{', '.join(sorted(map(str, play.tags)))}]"
    yield ""
    yield escape_line(f"  play #{number} ({','.join(hosts)}): {name}{tags}")
    if selection.list_hosts:
        chosen = loaded.inventory.select(hosts, limit)
        yield escape_line(f"    pattern: {hosts}")
        yield f"    hosts ({len(chosen)}):"
        yield from (escape_line(f"      {host.name}") for host in chosen)
    if selection.list_tasks:
        yield "    tasks:"
        yield from (escape_line(f"      {_name(task)}    TAGS: [{', '.join(sorted(_tags(task)))}]") for task in tasks)
    if selection.list_tags:
        words = sorted({tag for task in tasks for tag in _tags(task)})
        yield escape_line(f"      TASK TAGS: [{', '.join(words)}]")


def _written(node: PlannedNode) -> Iterator[PlannedTask | PlannedMeta]:
    """What somebody wrote, in its order: not the flush that ends a section."""
    if isinstance(node, PlannedBlock):
        for section in node.sections():
            for child in section:
                yield from _written(child)
    elif isinstance(node, PlannedTask) or node.reference is not None:
        yield node


def _name(task: PlannedTask | PlannedMeta) -> str:
    """The name with its role; of what has no name the module alone, as in Ansible."""
    if isinstance(task, PlannedMeta) or task.task.name is None:
        return task.reference.module if task.reference is not None else ""
    return task.reference.title


def _tags(task: PlannedTask | PlannedMeta) -> frozenset[str]:
    if isinstance(task, PlannedTask):
        return task.tags
    return split(str(tag) for tag in task.keywords.tags) if task.keywords is not None else frozenset()
