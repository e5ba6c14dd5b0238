"""Templates and conditions: their syntax, the filters and tests they use, and variables that nothing could set."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from smolrun.diagnostic import Diagnostic, Severity
from smolrun.playbook.analyses import Analyses, KnownTexts
from smolrun.playbook.certainty import is_certain
from smolrun.playbook.check_names import NameCheck, Scope
from smolrun.playbook.known_names import KnownNames, of_node, of_play, set_by, written_in
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Block, Playbook, Task
from smolrun.playbook.surroundings import surroundings_of
from smolrun.playbook.template_files import TEMPLATE_NAMES, template_file_of
from smolrun.playbook.texts import Text, texts_of
from smolrun.playbook.unknowns import Unknowns
from smolrun.playbook.walk import Visit, walk
from smolrun.source.text import SourceText

if TYPE_CHECKING:
    from smolrun.templating.analysis import Analysis

_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


def check_templates(
    playbook: Playbook,
    from_outside: KnownNames,
    mistakes: Mistakes,
    unknowns: Unknowns | None = None,
    texts: KnownTexts | None = None,
) -> None:
    """Notes what is wrong in every template and condition of a playbook.

    Args:
        unknowns: is told of variables that only something unknown could set.
        texts: what is known of texts that other playbooks have, too.
    """
    set_anywhere = from_outside | set_by(playbook, from_outside.vault)
    analyses = (texts or KnownTexts()).read_with(playbook.extensions.functions)
    anywhere = set_anywhere | written_in(playbook, from_outside.vault)
    names = NameCheck(anywhere, mistakes, unknowns)
    for play in playbook.plays:
        in_play = set_anywhere | of_play(play, playbook, from_outside.vault)
        for text in texts_of(play):
            _check(text, None, Scope(in_play, anywhere), analyses, names)
        for visit in walk(play):
            scope = Scope(in_play | KnownNames(_around(visit)), anywhere)
            for text in texts_of(visit.node):
                _check(text, visit, scope, analyses, names)
            if isinstance(visit.node, Task):
                in_file = Scope(scope.here | KnownNames(TEMPLATE_NAMES), anywhere)
                around = surroundings_of(visit.parents, Path(playbook.path).parent)
                for text in template_file_of(visit.node, around):
                    _check(text, visit, in_file, analyses, names)


def _around(visit: Visit) -> frozenset[str]:
    names = of_node(visit.node)
    return names.union(*(of_node(parent) for parent in visit.parents if isinstance(parent, Block)))


def _check(text: Text, visit: Visit | None, scope: Scope, analyses: Analyses, names: NameCheck) -> None:
    certain = text.evaluated == "load" or (visit is not None and is_certain(visit, text.evaluated))
    mistakes = names.mistakes
    source, expression = text.text, text.expression
    if expression and source.is_template:
        inner = _braces(source, certain, mistakes)
        if inner is None:
            return
        source = inner
    found = analyses.of(source, expression=expression)
    if found.error is not None:
        _add(found.error, certain, mistakes)
        return
    for diagnostic in _unknown_words(found):
        _add(diagnostic, certain, mistakes)
    names.check(found, text, visit, scope, certain=certain)


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


def _unknown_words(found: "Analysis") -> Iterable[Diagnostic]:
    for kind, words in (
        ("filter", found.unknown_filters),
        ("test", found.unknown_tests),
        ("lookup", found.unknown_lookups),
    ):
        for word in words:
            message = f"there is no {kind} '{word.name}'"
            yield Diagnostic(Severity.ERROR, f"unknown-{kind}", message, word.location, word.hint)
