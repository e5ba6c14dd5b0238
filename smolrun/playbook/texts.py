"""Every template and every expression in a play, a block or a task, and when it is evaluated."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.loops import FORGIVING
from smolrun.playbook.models import READ_APART, Keywords, Loop, Play, Task
from smolrun.source.text import SourceText

When = Literal["load", "first", "condition", "loop", "execution", "lazy"]


@dataclass(frozen=True)
class Text:
    """A template or an expression.

    Attributes:
        text: as written.
        expression: it is a bare expression, or meant to be one.
        evaluated: ``load``: before any task: the hosts of a play; ``first``: the condition that decides first, always
            evaluated; ``condition``: one behind it; ``loop``: what is looped over; ``execution``: each time the module
            runs; ``lazy``: perhaps never, or what is undefined in it does no harm.
    """

    text: SourceText
    expression: bool
    evaluated: When


_EXPRESSIONS = ("until", "failed_when", "changed_when")
_HARMLESS = frozenset({"name", "vars", "tags", "notify", "listen"})
_APART = frozenset({"when", "loop", "block", "rescue", "always", "role", *_EXPRESSIONS}) | READ_APART - {
    "arguments_template"
}
_PLAY_LISTS = frozenset({"roles", "pre_tasks", "tasks", "post_tasks", "handlers", "hosts", "vars_files"})


def texts_of(node: Keywords) -> Iterator[Text]:
    """The texts of a node itself, without those of the tasks in it."""
    for number, condition in enumerate(getattr(node, "when", ())):
        if isinstance(condition, SourceText):
            yield Text(condition, expression=True, evaluated="condition" if number else "first")
    for name in type(node).model_fields:
        if name not in _APART and name not in _PLAY_LISTS:
            value = getattr(node, name)
            if value is not None and value != ():
                yield from _templates(value, "lazy" if name in _HARMLESS else "execution")
    if isinstance(node, Task):
        yield from _of_task(node)
    if isinstance(node, Play):
        yield from _templates(node.hosts, "load")


def _of_task(task: Task) -> Iterator[Text]:
    for name in _EXPRESSIONS:
        yield from _expressions(getattr(task, name) or (), "execution")
    if task.loop is not None:
        yield from _of_loop(task.loop)
    found = task.found
    raw = found.module.raw_arguments if found else frozenset()
    # `debug: var` forgives what is undefined; it is there to find that out.
    evaluated: When = "lazy" if task.module == "debug" else "execution"
    for name, value in task.arguments.items():
        if name in raw:
            yield from _expressions(value if isinstance(value, list) else [value], evaluated)
        else:
            yield from _templates(name, "execution")
            yield from _templates(value, "execution")


def _of_loop(loop: Loop) -> Iterator[Text]:
    yield from _templates(loop.terms, "lazy" if (loop.lookup or "").rpartition(".")[2] == FORGIVING else "loop")
    if loop.control is not None:
        yield from _expressions(loop.control.break_when, "execution")
        for name in ("loop_var", "index_var", "label", "pause", "extended"):
            yield from _templates(getattr(loop.control, name), "execution")


def _expressions(values: Iterable[Any], evaluated: When) -> Iterator[Text]:
    for value in values:
        if isinstance(value, SourceText):
            yield Text(value, expression=True, evaluated=evaluated)


def _templates(value: Any, evaluated: When) -> Iterator[Text]:
    if isinstance(value, SourceText):
        if value.is_template:
            yield Text(value, expression=False, evaluated=evaluated)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _templates(key, evaluated)
            yield from _templates(item, evaluated)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _templates(item, evaluated)
