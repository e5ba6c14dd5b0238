"""Module arguments before the run: unknown, wrong, doubled and missing ones."""

from functools import cache
from typing import Any, get_args

from pydantic import ValidationError

from smolrun.location import Location
from smolrun.modules.base import Arguments
from smolrun.modules.registry import FoundModule
from smolrun.playbook.arguments import fields_by_word, words_of_field
from smolrun.playbook.certainty import is_certain
from smolrun.playbook.lost_text import note_decimal_mode, note_lost_argument
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Play
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.validation import field_adapter, meant, words
from smolrun.playbook.walk import tasks_of
from smolrun.playbook.written import has_open, is_open
from smolrun.source.coercions import FileMode, to_file_mode
from smolrun.source.containers import LocatedDict, location_at
from smolrun.source.text import location_of

_ALWAYS_ERRORS = frozenset({"unknown-argument", "double-argument"})
"""What we do not know we never ignore; what is only wrong fails, as in Ansible, when the task runs."""


def check_arguments_of(play: Play, mistakes: Mistakes) -> None:
    """Notes what is wrong with the arguments of every task; a warning where the run may never come to it."""
    for visit, task in tasks_of(play):
        found = task.found
        if found is None or task.arguments_template is not None or not isinstance(task.arguments, LocatedDict):
            continue
        own = Mistakes()
        check_arguments(found, task.arguments, task.module_location, own)
        given_elsewhere = any(keywords.module_defaults for keywords in (*visit.parents, task))
        for diagnostic in own.in_order():
            if given_elsewhere and diagnostic.code in ("missing-argument", "arguments"):
                continue
            is_error = diagnostic.is_error and (diagnostic.code in _ALWAYS_ERRORS or is_certain(visit))
            note = mistakes.error if is_error else mistakes.warning
            note(diagnostic.code, diagnostic.message, diagnostic.location, diagnostic.hint)


def check_arguments(found: FoundModule, written: LocatedDict, place: Location | None, mistakes: Mistakes) -> None:
    """Notes unknown, wrong, doubled and missing arguments; what holds a template is left for the run.

    Parameters:
        place: where the module's name stands, for what is missing.
    """
    model: type[Arguments] = found.module.arguments
    fields = fields_by_word(model)
    before = len(mistakes)
    given: dict[str, str] = {}
    for key, value in written.items():
        field = fields.get(str(key))
        if field is not None:
            _note_double(found.name, given, field, str(key), written, mistakes)
            _check_value(model, field, key, value, written, mistakes)
        elif key in found.module.lacks:
            message = f"the argument '{key}' of '{found.name}' is not implemented: {found.module.lacks[key]}"
            mistakes.error("lacking-argument", message, written.key_locations.get(key) or place)
        elif not found.module.takes_any_argument:
            hint = did_you_mean(str(key), (*fields, *found.module.lacks)) or _known(fields)
            message = f"the module '{found.name}' has no argument '{key}'"
            mistakes.error("unknown-argument", message, written.key_locations.get(key) or place, hint)
    for name, info in model.model_fields.items():
        if info.is_required() and name not in given:
            word = words_of_field(name, info)[0]
            message = f"the module '{found.name}' needs the argument '{word}'"
            mistakes.error("missing-argument", message, place, info.description)
    if len(mistakes) == before and not has_open(written):
        _check_whole(found, written, place, mistakes)


def _note_double(
    module: str, given: dict[str, str], field: str, key: str, written: LocatedDict, mistakes: Mistakes
) -> None:
    other = given.setdefault(field, key)
    if other != key and not any(is_open(written[name]) and "omit" in str(written[name]) for name in (key, other)):
        message = f"'{key}' and '{other}' are two names of the same argument of '{module}'"
        mistakes.error("double-argument", message, written.key_locations.get(key), "remove one of them")


def _check_value(
    model: type[Arguments], field: str, key: Any, value: Any, written: LocatedDict, mistakes: Mistakes
) -> None:
    if has_open(value):
        return
    try:
        validated = field_adapter(model, field).validate_python(value)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        path = [key, *(step for step in detail["loc"] if isinstance(step, int))]
        place = location_at(written, path) or location_of(value)
        mistakes.error("wrong-type", f"'{key}': {words(detail)}", place, meant(detail))
        return
    note_lost = note_decimal_mode if _is_file_mode(model, field) else note_lost_argument
    note_lost(str(key), value, validated, written.value_locations.get(key), mistakes)


def _check_whole(found: FoundModule, written: LocatedDict, place: Location | None, mistakes: Mistakes) -> None:
    """What only the arguments together can show: that two exclude each other, or that one needs another."""
    try:
        found.module.arguments.model_validate(dict(written))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            at = location_at(written, detail["loc"][:1]) if detail["loc"] else place
            mistakes.error("arguments", f"'{found.name}': {words(detail)}", at or place)


def _known(fields: dict[str, str]) -> str | None:
    if not fields:
        return "it takes none"
    return "it takes " + ", ".join(sorted(fields)) if len(fields) <= 12 else None


@cache
def _is_file_mode(model: type[Arguments], field: str) -> bool:
    """Whether the field's type, alone or in a union with None, is `FileMode`."""
    info = model.model_fields[field]
    in_a_union = FileMode in get_args(info.annotation)
    return in_a_union or any(getattr(constraint, "func", None) is to_file_mode for constraint in info.metadata)
