"""What can be said of a template without running it: its syntax, the names in it, and unknown functions."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from difflib import get_close_matches
from functools import cache
from typing import Final

from jinja2 import nodes

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.templating.calling import PREFIXES
from smolrun.templating.environment import TemplateEnvironment
from smolrun.templating.functions import environment_with_functions
from smolrun.templating.locate import locate, locate_offset
from smolrun.templating.names import Found, find_names, true_names
from smolrun.templating.plugins import why_unavailable
from smolrun.templating.syntax import SyntaxMistake, parse

_LOOKUP_FUNCTIONS: Final = frozenset({"lookup", "query", "q"})


@dataclass(frozen=True)
class UsedName:
    """A variable that a template names.

    Attributes:
        name: the variable.
        guarded: whether the template copes with its being undefined.
        text: the template.
        line: of the template, from 1.
        occurrence: which one of those of this name on that line, from 0.
    """

    name: str
    guarded: bool
    text: str = field(repr=False)
    line: int
    occurrence: int

    @property
    def location(self) -> Location | None:
        """Where, as far as it is known: worked out only for the few that are spoken of, since it reads the text."""
        return locate(self.text, self.name, self.line, self.occurrence)


@dataclass(frozen=True)
class Unknown:
    """A filter, a test or a lookup that there is not.

    Attributes:
        name: as written.
        location: where, as far as it is known.
        hint: what may have been meant, or why it is not there.
    """

    name: str
    location: Location | None
    hint: str | None


@dataclass(frozen=True)
class UsedLookup:
    """A call of a lookup whose name is written out.

    Attributes:
        name: its short name.
        term: its first term, where that is written out, too; else None.
        location: where the call stands.
    """

    name: str
    term: str | None
    location: Location | None


@dataclass(frozen=True)
class Analysis:
    """What is known of a template.

    Attributes:
        error: what is wrong with its syntax; then nothing else is known.
        names: the variables it names, without those it sets itself.
        defines: the variables that are defined where this, as a condition, holds.
        unknown_filters, unknown_tests, unknown_lookups: what would fail when it is reached.
        lookups: the lookups it calls.
    """

    error: Diagnostic | None = None
    names: tuple[UsedName, ...] = ()
    defines: frozenset[str] = frozenset()
    unknown_filters: tuple[Unknown, ...] = ()
    unknown_tests: tuple[Unknown, ...] = ()
    unknown_lookups: tuple[Unknown, ...] = ()
    lookups: tuple[UsedLookup, ...] = field(default=())


@cache
def _environment() -> TemplateEnvironment:
    return environment_with_functions()


def analyse(text: str, *, expression: bool = False, environment: TemplateEnvironment | None = None) -> Analysis:
    """Look at a template, or at a bare expression.

    Args:
        text: a `SourceText` where places are wanted.
        expression: it is an expression without braces, as in ``when``.
        environment: reads the text, where that is not the usual one (a template file with its own marks).
    """
    environment = environment or _environment()
    tree = parse(environment, str(text), expression=expression)
    if isinstance(tree, SyntaxMistake):
        return Analysis(error=syntax_error(text, tree, expression=expression))
    filters, tests, called = _functions(tree)
    return Analysis(
        names=_used(text, find_names(environment, tree, expression=expression)),
        defines=_defines(tree) if expression else frozenset(),
        unknown_filters=tuple(
            _unknown(text, node, environment.filters) for node in filters if _lacks(node.name, environment.filters)
        ),
        unknown_tests=tuple(
            _unknown(text, node, environment.tests) for node in tests if _lacks(node.name, environment.tests)
        ),
        unknown_lookups=tuple(
            _unknown_lookup(text, node, environment.lookups)
            for node in called
            if _lacks(_lookup_name(node) or "", environment.lookups)
        ),
        lookups=tuple(_used_lookup(text, node) for node in called),
    )


def _functions(tree: nodes.Template) -> tuple[list[nodes.Filter], list[nodes.Test], list[nodes.Call]]:
    """The filters, the tests and the calls of lookups in a template."""
    filters: list[nodes.Filter] = []
    tests: list[nodes.Test] = []
    lookups: list[nodes.Call] = []
    for node in tree.find_all((nodes.Filter, nodes.Test, nodes.Call)):  # once: large templates have 100,000 nodes
        if isinstance(node, nodes.Filter):
            filters.append(node)
        elif isinstance(node, nodes.Test):
            tests.append(node)
        elif isinstance(node, nodes.Call) and _lookup_name(node) is not None:
            lookups.append(node)
    return filters, tests, lookups


def syntax_error(text: str, mistake: SyntaxMistake, *, expression: bool) -> Diagnostic:
    """The diagnostic of a mistake in the syntax of `text`."""
    what, code = ("expression", "bad-expression") if expression else ("template", "bad-template")
    location = locate_offset(text, mistake.offset, mistake.length)
    hint = None
    if expression and "{{" in text:
        hint = "an expression needs no '{{ }}': write the names without braces"
    return Diagnostic(Severity.ERROR, code, f"not a valid {what}: {mistake.message}", location, hint)


def _defines(tree: nodes.Template) -> frozenset[str]:
    output = tree.body[0]
    assert isinstance(output, nodes.Output)
    return true_names(output.nodes[0])


def _used(text: str, found: Iterable[Found]) -> tuple[UsedName, ...]:
    seen: dict[tuple[str, int], int] = {}
    result = []
    for name, line, guarded in found:
        occurrence = seen.get((name, line), 0)
        seen[name, line] = occurrence + 1
        result.append(UsedName(name, guarded, text, line, occurrence))
    return tuple(result)


def _lacks(name: str, known: Mapping[str, object]) -> bool:
    return name not in known or why_unavailable(known[name]) is not None


def _unknown(text: str, node: nodes.Filter | nodes.Test, known: Mapping[str, object]) -> Unknown:
    return Unknown(node.name, locate(text, node.name, node.lineno), near_function(node.name, known))


def near_function(name: str, known: Mapping[str, object]) -> str | None:
    """A hint for a name that cannot be used: why it cannot, or which other may have been meant."""
    reason = why_unavailable(known[name]) if name in known else None
    if reason is not None:
        return reason
    short = name.rpartition(".")[2]
    candidates = [other for other in known if not other.startswith(PREFIXES) and other.isidentifier()]
    near = get_close_matches(short, candidates, n=1, cutoff=0.7)
    return f"did you mean '{near[0]}'?" if near else None


def _lookup_name(node: nodes.Call) -> str | None:
    """The name of the lookup that `node` calls, if it calls one and the name is written out."""
    if not isinstance(node.node, nodes.Name) or node.node.name not in _LOOKUP_FUNCTIONS or not node.args:
        return None
    first = node.args[0]
    return first.value if isinstance(first, nodes.Const) and isinstance(first.value, str) else None


def _unknown_lookup(text: str, node: nodes.Call, known: Mapping[str, object]) -> Unknown:
    name = _lookup_name(node) or ""
    return Unknown(name, locate(text, name, node.lineno), near_function(name, known))


def _used_lookup(text: str, node: nodes.Call) -> UsedLookup:
    name = _lookup_name(node) or ""
    short = name.rpartition(".")[2] if name.startswith(PREFIXES) else name
    term = node.args[1] if len(node.args) > 1 else None
    literal = term.value if isinstance(term, nodes.Const) and isinstance(term.value, str) else None
    return UsedLookup(short, literal, locate(text, literal or name, node.lineno))
