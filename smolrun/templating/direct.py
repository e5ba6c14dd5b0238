"""Simple templates, evaluated from their syntax tree.

Turning a template into Python code costs about a millisecond; most templates of a playbook name a variable or
compare two, and are evaluated once. What is not listed in `_SIMPLE` is compiled.
"""

import operator
from collections.abc import Callable
from typing import Any, Final

from jinja2 import nodes

from smolrun.lazy_dataclass import dataclass
from smolrun.templating.bindings import Names
from smolrun.templating.environment import NamesContext, TemplateEnvironment

_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda item, container: item in container,
    "notin": lambda item, container: item not in container,
}
_INTERCEPTED: Final[dict[type[nodes.Node], str]] = {nodes.Add: "+", nodes.Mul: "*", nodes.Mod: "%"}
"""What the sandbox looks at before it is done, as `TemplateEnvironment.intercepted_binops` says."""
_SIMPLE: Final[tuple[type[nodes.Node], ...]] = (
    nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Keyword, nodes.List,
    *_INTERCEPTED, nodes.Sub,
)  # fmt: skip


@dataclass(frozen=True)
class DirectTemplate:
    """A template of which every node is simple.

    Attributes:
        parts: text, and expressions.
    """

    parts: tuple[nodes.Expr, ...]

    def values(self, environment: TemplateEnvironment, names: Names) -> list[Any]:
        """What the template yields, in order."""
        context = NamesContext(environment, names, None, {})  # type: ignore[arg-type]
        return [_value(part, environment, context) for part in self.parts]


def direct(environment: TemplateEnvironment, tree: nodes.Template) -> DirectTemplate | None:
    """`tree` for direct evaluation; None where something in it is not simple, or not known."""
    if not all(isinstance(node, nodes.Output) for node in tree.body):
        return None
    if not all(_is_simple(node, environment) for node in tree.find_all(nodes.Node)):
        return None
    return DirectTemplate(tuple(part for node in tree.body for part in node.nodes))  # type: ignore[attr-defined]


def _is_simple(node: nodes.Node, environment: TemplateEnvironment) -> bool:
    if not isinstance(node, _SIMPLE):
        return False
    if isinstance(node, nodes.Filter):
        return node.name in environment.filters and node.node is not None and not (node.dyn_args or node.dyn_kwargs)
    if isinstance(node, nodes.Test):
        return node.name in environment.tests and not (node.dyn_args or node.dyn_kwargs)
    return True


def _value(node: Any, environment: TemplateEnvironment, context: NamesContext) -> Any:  # noqa: C901 - one kind a branch
    def value(inner: Any) -> Any:
        return _value(inner, environment, context)

    match node:
        case nodes.TemplateData():
            return node.data
        case nodes.Const():
            return node.value
        case nodes.Name():
            return context.resolve_or_missing(node.name)
        case nodes.Getattr():
            return environment.getattr(value(node.node), node.attr)
        case nodes.Getitem():
            return environment.getitem(value(node.node), value(node.arg))
        case nodes.List():
            return [value(item) for item in node.items]
        case nodes.Not():
            return not value(node.node)
        case nodes.And():
            return value(node.left) and value(node.right)
        case nodes.Or():
            return value(node.left) or value(node.right)
        case nodes.Compare():
            return _compare(node, value)
        case nodes.Add() | nodes.Mul() | nodes.Mod():
            return environment.call_binop(context, _INTERCEPTED[type(node)], value(node.left), value(node.right))
        case nodes.Sub():
            return value(node.left) - value(node.right)
        case nodes.Filter() | nodes.Test():
            call = environment.call_filter if isinstance(node, nodes.Filter) else environment.call_test
            args = [value(argument) for argument in node.args]
            keywords = {str(keyword.key): value(keyword.value) for keyword in node.kwargs}
            return call(node.name, value(node.node), args, keywords, context)
        case _:
            raise TypeError(f"{type(node).__name__} is not simple")


def _compare(node: nodes.Compare, value: Callable[[Any], Any]) -> Any:
    left, result = value(node.expr), True
    for operand in node.ops:
        right = value(operand.expr)
        result = _COMPARE[operand.op](left, right)
        if not result:
            return result
        left = right
    return result
