"""Templates and conditions: their syntax, the filters and tests they use, and variables that nothing could set."""

import re
from collections.abc import Iterable
from pathlib import Path

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.certainty import is_certain
from smolrun.playbook.known_names import MAGIC, KnownNames, of_node, of_play, set_by, written_in
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Playbook, Task
from smolrun.playbook.suggestion import near
from smolrun.playbook.surroundings import surroundings_of
from smolrun.playbook.template_files import TEMPLATE_NAMES, template_file_of
from smolrun.playbook.texts import Text, texts_of
from smolrun.playbook.walk import Visit, walk
from smolrun.source.text import SourceText
from smolrun.templating.analysis import Analysis, analyse
from smolrun.templating.environment import TemplateEnvironment
from smolrun.templating.functions import environment_with_functions

_WORD = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


@dataclass(frozen=True)
class _Scope:
    """What templates may name.

    Attributes:
        here: the variables that may be there for one node.
        anywhere: those that may be there where a variable is rendered.
        environment: the functions; None for ours alone.
    """

    here: KnownNames
    anywhere: KnownNames
    environment: TemplateEnvironment | None


def check_templates(playbook: Playbook, from_outside: KnownNames, mistakes: Mistakes) -> None:
    """Notes what is wrong in every template and condition of a playbook."""
    set_anywhere = from_outside | set_by(playbook, from_outside.vault)
    own = playbook.extensions.functions
    environment = environment_with_functions(own) if own else None
    anywhere = set_anywhere | written_in(playbook, from_outside.vault)
    for play in playbook.plays:
        in_play = set_anywhere | of_play(play, playbook, from_outside.vault)
        for text in texts_of(play):
            _check(text, None, _Scope(in_play, anywhere, environment), mistakes)
        for visit in walk(play):
            scope = _Scope(in_play | KnownNames(_around(visit)), anywhere, environment)
            for text in texts_of(visit.node):
                _check(text, visit, scope, mistakes)
            if isinstance(visit.node, Task):
                in_file = _Scope(scope.here | KnownNames(TEMPLATE_NAMES), anywhere, environment)
                around = surroundings_of(visit.parents, Path(playbook.path).parent)
                for text in template_file_of(visit.node, around.search):
                    _check(text, visit, in_file, mistakes)


def _around(visit: Visit) -> frozenset[str]:
    names = of_node(visit.node)
    return names.union(*(of_node(parent) for parent in visit.parents if isinstance(parent, Block)))


def _check(text: Text, visit: Visit | None, scope: _Scope, mistakes: Mistakes) -> None:
    certain = visit is not None and is_certain(visit, text.evaluated)
    source, expression = text.text, text.expression
    if expression and source.is_template:
        inner = _braces(source, certain, mistakes)
        if inner is None:
            return
        source = inner
    found = analyse(source, expression=expression, environment=scope.environment)
    if found.error is not None:
        _add(found.error, certain, mistakes)
        return
    for diagnostic in _unknown_words(found):
        _add(diagnostic, certain, mistakes)
    _check_names(found, text, visit, scope, certain, mistakes)


def _add(diagnostic: Diagnostic, certain: bool, mistakes: Mistakes) -> None:
    """Notes an error as a warning where the run may never come to it."""
    note = mistakes.error if certain and diagnostic.is_error else mistakes.warning
    note(diagnostic.code, diagnostic.message, diagnostic.location, diagnostic.hint)


def _braces(source: SourceText, certain: bool, mistakes: Mistakes) -> SourceText | None:
    """What is inside of the braces of a condition; None where there is nothing to look into after noting them."""
    bare = _QUOTED.sub("", source).strip()
    if "{{" not in bare:
        message = "'{{ }}' inside of a text in a condition is not rendered as a part of it"
        mistakes.warning("braces-in-condition", message, source.location, "write the variable outside of the quotes")
        return source
    if bare.startswith("{{") and bare.endswith("}}") and bare.count("{{") == 1:
        code = source.strip()[2:-2].strip("- \n\t")
        message = "a condition is an expression already, without '{{ }}'"
        mistakes.warning("braces-in-condition", message, source.location, f"write: {code}")
        return SourceText(code, source.location)
    plain = source.replace("{{", "").replace("}}", "")
    message = "a condition is an expression already: '{{ }}' cannot stand in it"
    hint = "write: " + " ".join(plain.split()) if "{%" not in source and "{#" not in source else None
    _add(Diagnostic(Severity.ERROR, "braces-in-condition", message, source.location, hint), certain, mistakes)
    return None


def _unknown_words(found: Analysis) -> Iterable[Diagnostic]:
    for kind, words in (
        ("filter", found.unknown_filters),
        ("test", found.unknown_tests),
        ("lookup", found.unknown_lookups),
    ):
        for word in words:
            message = f"there is no {kind} '{word.name}'"
            yield Diagnostic(Severity.ERROR, f"unknown-{kind}", message, word.location, word.hint)


def _check_names(
    found: Analysis, text: Text, visit: Visit | None, scope: _Scope, certain: bool, mistakes: Mistakes
) -> None:
    """Notes variables that nothing sets; where something unknown may set more, only those that look misspelt."""
    known = scope.anywhere if text.evaluated == "lazy" else scope.here
    guards = _guarding(text, visit)
    note = mistakes.error if certain and not known.unknown_sources else mistakes.warning
    for name, location, guarded in found.names:
        if guarded or name in known or name in guards:
            continue
        meant = near(name, known.names | MAGIC)
        if known.unknown_sources and meant is None:
            continue
        no_loop = name == "item" and text.evaluated != "lazy"
        message = "'item' is set by a loop, and this has none" if no_loop else f"nothing sets the variable '{name}'"
        note("undefined-variable", message, location, f"did you mean '{meant}'?" if meant else None)


def _guarding(text: Text, visit: Visit | None) -> frozenset[str]:
    """The words in the conditions that are decided before: what they speak of, they may be guarding."""
    if visit is None:
        return frozenset()
    conditions = [condition for parent in visit.parents for condition in getattr(parent, "when", ())]
    if text.evaluated != "first":
        conditions += [condition for condition in getattr(visit.node, "when", ()) if condition is not text.text]
    return frozenset(word for condition in conditions for word in _WORD.findall(str(condition)))
