"""What a play and its blocks hand down to a task.

The nearest word wins; tags, conditions, environments and notifications add up, the outermost first
(docs.ansible.com, "Playbook Keywords" and "Blocks"). Variables are not merged here: they have their own precedence.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from smolrun.playbook.models import Block, Keywords, Meta, Play, Task
from smolrun.playbook.written import Conditions, Templated, WrittenText, WrittenTexts
from smolrun.source.coercions import Boolean

T = TypeVar("T")

_OWN = frozenset({"location", "name", "vars"})
_ADDED_UP = frozenset({"environment", "tags", "module_defaults"})
_NEAREST = tuple(name for name in Keywords.model_fields if name not in _OWN | _ADDED_UP)


class Effective(Keywords):
    """The keywords of a task together with all that it inherits; `name` and `vars` are the task's own."""

    when: Conditions = ()
    notify: WrittenTexts = ()
    delegate_to: WrittenText | None = None
    delegate_facts: Templated[Boolean] | None = None


def effective(node: Task | Meta | Block, parents: Sequence[Play | Block]) -> Effective:
    """What holds for `node`.

    Parameters:
        parents: the play and the blocks around it, the outermost first.
    """
    chain: list[Keywords] = [*parents, node]
    values: dict[str, Any] = {"location": node.location, "name": node.name, "vars": node.vars}
    for name in (*_NEAREST, "delegate_to", "delegate_facts"):
        values[name] = _nearest(chain, name)
    for name in ("environment", "when", "module_defaults"):
        values[name] = tuple(_all(chain, name))
    for name in ("tags", "notify"):
        values[name] = tuple(dict.fromkeys(_all(chain, name)))
    return Effective.model_construct(**values)


def _nearest(chain: Sequence[Keywords], name: str) -> Any:
    for keywords in reversed(chain):
        value = getattr(keywords, name, None)
        if value is not None:
            return value
    return None


def _all(chain: Iterable[Keywords], name: str) -> Iterable[Any]:
    return (item for keywords in chain for item in getattr(keywords, name, ()))
