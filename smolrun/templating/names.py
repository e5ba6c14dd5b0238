"""The variables that a syntax tree names, without those it sets itself, and whether each may be undefined."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from jinja2 import nodes

from smolrun.templating.environment import TemplateEnvironment

_OWN: Final = frozenset({"omit", "vars", "self", "super", "loop", "caller", "varargs", "kwargs"})
_TOLERANT_FILTERS: Final = frozenset({"default", "d", "type_debug"})
_DEFINEDNESS: Final = frozenset({"defined", "undefined"})
_NONE: Final[frozenset[str]] = frozenset()


class Found(NamedTuple):
    """One use of a variable.

    Attributes:
        name: the variable.
        line: of the template, from 1.
        guarded: whether it may be undefined here without harm.
    """

    name: str
    line: int
    guarded: bool


def find_names(environment: TemplateEnvironment, tree: nodes.Node, *, expression: bool = False) -> list[Found]:
    """Every use of a variable in `tree`.

    Args:
        expression: templates within quotes are rendered, as they are in conditions.
    """
    return list(_Walk(environment, expression).visit(tree, set(), _NONE))


def base(node: nodes.Node | None) -> str | None:
    """The variable that a chain of attributes and items begins with."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def _bases(node: nodes.Node | None) -> frozenset[str]:
    name = base(node)
    return frozenset({name}) if name is not None else _NONE


def _excused(node: nodes.Node | None) -> frozenset[str]:
    """The variables that may be undefined in what `default` stands behind, however it is chosen among several."""
    match node:
        case nodes.CondExpr():
            return _excused(node.expr1) | _excused(node.expr2)
        case nodes.Filter() if _short(node.name) in _TOLERANT_FILTERS:
            return _excused(node.node).union(*map(_excused, node.args))
        case _:
            return _bases(node)


def true_names(test: nodes.Node) -> frozenset[str]:
    """The variables that must be defined where `test` is true."""
    match test:
        case nodes.Test(name="defined"):
            return _bases(test.node)
        case nodes.Not():
            return false_names(test.node)
        case nodes.And():
            return true_names(test.left) | true_names(test.right)
        case nodes.Or():
            return true_names(test.left) & true_names(test.right)
        case nodes.Compare(expr=nodes.Const(value=str() as name), ops=[nodes.Operand(op="in")]):
            return frozenset({name}) if base(test.ops[0].expr) == "vars" else _NONE
        case nodes.Filter() | nodes.Compare() | nodes.Test():
            # `x | default(false)`, `(x | default('')) == 'on'`: true only, as a rule, where x is defined.
            return frozenset().union(*(_bases(found.node) for found in _tolerant(test)))
        case _:
            return _NONE


def _tolerant(node: nodes.Node) -> Iterator[nodes.Filter]:
    if isinstance(node, nodes.Filter) and _short(node.name) in _TOLERANT_FILTERS:
        yield node
    yield from (found for found in node.find_all(nodes.Filter) if _short(found.name) in _TOLERANT_FILTERS)


def false_names(test: nodes.Node) -> frozenset[str]:
    """The variables that must be defined where `test` is false."""
    match test:
        case nodes.Test(name="undefined"):
            return _bases(test.node)
        case nodes.Not():
            return true_names(test.node)
        case nodes.And():
            return false_names(test.left) & false_names(test.right)
        case nodes.Or():
            return false_names(test.left) | false_names(test.right)
        case _:
            return _NONE


def _short(name: str) -> str:
    return name.removeprefix("ansible.builtin.")


class _Walk:
    """Goes through a tree in the order in which it is evaluated.

    `bound` are the names that the template itself has set so far, `safe` the variables that are guarded here.
    """

    def __init__(self, environment: TemplateEnvironment, expression: bool) -> None:
        self._environment = environment
        self._expression = expression

    def visit(self, node: nodes.Node, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        special = getattr(self, f"_{type(node).__name__.lower()}", None)
        if special is not None:
            yield from special(node, bound, safe)
        else:
            yield from self._all(node.iter_child_nodes(), bound, safe)

    def _all(self, children: Iterable[nodes.Node], bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        for child in children:
            yield from self.visit(child, bound, safe)

    # --- expressions -------------------------------------------------------------------------------

    def _name(self, node: nodes.Name, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        if node.ctx == "load" and node.name not in bound | _OWN and node.name not in self._environment.globals:
            yield Found(node.name, node.lineno, node.name in safe)
        elif node.ctx in ("store", "param"):
            bound.add(node.name)

    def _const(self, node: nodes.Const, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        if not self._expression or not isinstance(node.value, str) or "{{" not in node.value:
            return
        for found in find_names(self._environment, self._environment.parse(node.value)):
            if found.name not in bound:
                yield Found(found.name, node.lineno, found.guarded or found.name in safe)

    def _filter(self, node: nodes.Filter, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        inner = safe
        if node.node is not None and _short(node.name) in _TOLERANT_FILTERS:
            inner = safe | _excused(node.node)
        elif node.node is not None and _asks_for_definedness(node):
            inner = safe | {name.name for name in _names_in(node.node)}
        if node.node is not None:
            yield from self.visit(node.node, bound, inner)
        yield from self._all(_arguments(node), bound, safe)

    def _test(self, node: nodes.Test, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        inner = safe | _bases(node.node) if _short(node.name) in _DEFINEDNESS else safe
        yield from self.visit(node.node, bound, inner)
        yield from self._all(_arguments(node), bound, safe)

    def _and(self, node: nodes.And, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.left, bound, safe)
        yield from self.visit(node.right, bound, safe | true_names(node.left))

    def _or(self, node: nodes.Or, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.left, bound, safe)
        yield from self.visit(node.right, bound, safe | false_names(node.left))

    def _condexpr(self, node: nodes.CondExpr, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.test, bound, safe)
        yield from self.visit(node.expr1, bound, safe | true_names(node.test))
        if node.expr2 is not None:
            yield from self.visit(node.expr2, bound, safe | false_names(node.test))

    # --- statements --------------------------------------------------------------------------------

    def _if(self, node: nodes.If, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.test, bound, safe)
        yield from self._all(node.body, bound, safe | true_names(node.test))
        otherwise = safe | false_names(node.test)
        for branch in node.elif_:
            yield from self.visit(branch, bound, otherwise)
            otherwise |= false_names(branch.test)
        yield from self._all(node.else_, bound, otherwise)

    def _for(self, node: nodes.For, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.iter, bound, safe)
        inside = set(bound)
        yield from self.visit(node.target, inside, safe)
        inner = safe
        if node.test is not None:
            yield from self.visit(node.test, inside, safe)
            inner = safe | true_names(node.test)
        yield from self._all(node.body, inside, inner)
        yield from self._all(node.else_, set(bound), safe)

    def _assign(self, node: nodes.Assign, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.node, bound, safe)
        yield from self.visit(node.target, bound, safe)

    def _assignblock(self, node: nodes.AssignBlock, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self._all(node.body, set(bound), safe)
        if node.filter is not None:
            yield from self.visit(node.filter, bound, safe)
        yield from self.visit(node.target, bound, safe)

    def _with(self, node: nodes.With, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self._all(node.values, bound, safe)
        inside = set(bound)
        yield from self._all(node.targets, inside, safe)
        yield from self._all(node.body, inside, safe)

    def _macro(self, node: nodes.Macro, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        bound.add(node.name)
        yield from self._callable(node, bound, safe)

    def _callblock(self, node: nodes.CallBlock, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.call, bound, safe)
        yield from self._callable(node, bound, safe)

    def _callable(self, node: nodes.Macro | nodes.CallBlock, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self._all(node.defaults, bound, safe)
        inside = set(bound)
        yield from self._all(node.args, inside, safe)
        # A macro is called later, when more may be set, and with arguments that may be anything.
        yield from self._all(node.body, inside, safe)

    def _block(self, node: nodes.Block, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self._all(node.body, set(bound), safe)

    def _import(self, node: nodes.Import, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.template, bound, safe)
        bound.add(node.target)

    def _fromimport(self, node: nodes.FromImport, bound: set[str], safe: frozenset[str]) -> Iterator[Found]:
        yield from self.visit(node.template, bound, safe)
        bound.update(name if isinstance(name, str) else name[1] for name in node.names)


def _arguments(node: nodes.Filter | nodes.Test) -> Iterator[nodes.Node]:
    yield from node.args
    yield from node.kwargs
    yield from (child for child in (node.dyn_args, node.dyn_kwargs) if child is not None)


def _asks_for_definedness(node: nodes.Filter) -> bool:
    """``[a, b] | select('defined')`` and ``[a, b] | map('default', c)`` cope with what is undefined."""
    first = node.args[0] if node.args else None
    if not isinstance(first, nodes.Const):
        return False
    if _short(node.name) in ("select", "reject"):
        return first.value in _DEFINEDNESS
    return _short(node.name) == "map" and first.value in _TOLERANT_FILTERS


def _names_in(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)
