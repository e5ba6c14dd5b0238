"""A module's arguments as written: free form, ``k=v`` words, a mapping, ``args``; and their check when loading."""

from functools import cache
from typing import Any, get_args

from pydantic import AliasChoices, AliasPath, ValidationError
from pydantic.fields import FieldInfo

from smolrun.location import Location
from smolrun.modules.base import Arguments, Module
from smolrun.modules.registry import FoundModule
from smolrun.playbook.lost_text import note_decimal_mode, note_lost_argument
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.suggestion import did_you_mean
from smolrun.playbook.validation import field_adapter, words
from smolrun.playbook.written import has_open, is_open
from smolrun.source.coercions import FileMode, describe, to_file_mode
from smolrun.source.containers import LocatedDict, location_at
from smolrun.source.key_value import KeyValueError, parse_key_values
from smolrun.source.text import SourceText, location_of


def read_arguments(
    found: FoundModule | None, name: str, value: Any, place: Location | None, mistakes: Mistakes
) -> LocatedDict | None:
    """The arguments that stand beside a module's name, one mapping whatever their form; None where they are wrong.

    Parameters:
        found: the module; None where it is one that we do not have.
        name: its name as written.
        value: what stands beside it.
        place: where that is.
    """
    if value is None:
        return LocatedDict(location=place)
    if isinstance(value, LocatedDict):
        return _with_free_form_named(found, value)
    module = found.module if found else None
    free_form = module.free_form if module else "_raw_params"
    if isinstance(value, SourceText) and not (module and is_only_free_form(module)):
        return _words(module, name, value, mistakes)
    if free_form is not None:
        return _single(free_form, value, place)
    mistakes.error("wrong-type", f"'{name}': expected a mapping of arguments, found {describe(value)}", place)
    return None


def is_only_free_form(module: Module[Any]) -> bool:
    """Whether the whole text is the free form: no word of it can be an option (`run`)."""
    return module.free_form is not None and not module.free_form_options


def _words(module: Module[Any] | None, name: str, value: SourceText, mistakes: Mistakes) -> LocatedDict | None:
    try:
        options, free_form = parse_key_values(value, module.free_form_options if module and module.free_form else None)
    except KeyValueError as error:
        mistakes.error("arguments", f"'{name}': {error}", value.location)
        return None
    if free_form is None:
        return options
    if module is None or module.free_form:
        key = module.free_form if module and module.free_form else "_raw_params"
        options[key] = free_form
        if free_form.location:
            options.key_locations[key] = options.value_locations[key] = free_form.location
    elif is_open(value) and not options:
        return _single("_template", value, value.location)
    else:
        message = f"'{name}' takes arguments by name, and this has none: {describe(free_form)}"
        mistakes.error("arguments", message, value.location, f"write '{name}: {{argument: value}}'")
        return None
    return options


def _single(key: str, value: Any, place: Location | None) -> LocatedDict:
    places = {key: place} if place else {}
    return LocatedDict({key: value}, place, places, places)


def _with_free_form_named(found: FoundModule | None, written: LocatedDict) -> LocatedDict:
    free_form = found.module.free_form if found else None
    if free_form is None or "_raw_params" not in written:
        return written
    renamed = LocatedDict(location=written.location)
    for key, value in written.items():
        name = free_form if key == "_raw_params" else key
        renamed[name] = value
        renamed.key_locations[name] = written.key_locations[key]
        renamed.value_locations[name] = written.value_locations[key]
    return renamed


def joined(first: LocatedDict, second: LocatedDict) -> LocatedDict:
    """Both mappings in one; what `first` says wins."""
    result = LocatedDict({**second, **first}, first.location or second.location)
    result.key_locations.update({**second.key_locations, **first.key_locations})
    result.value_locations.update({**second.value_locations, **first.value_locations})
    return result


# --- the check ------------------------------------------------------------------------------------------


def check_arguments(found: FoundModule, written: LocatedDict, place: Location | None, mistakes: Mistakes) -> None:
    """Notes unknown, wrong, doubled and missing arguments; what holds a template is left for the run.

    Parameters:
        place: where the module's name stands, for what is missing.
    """
    model: type[Arguments] = found.module.arguments
    fields = _fields_by_word(model)
    before = len(mistakes)
    given: dict[str, str] = {}
    for key, value in written.items():
        field = fields.get(str(key))
        if field is not None:
            _note_double(found.name, given, field, str(key), written, mistakes)
            _check_value(model, field, key, value, written, mistakes)
        elif not found.module.takes_any_argument:
            hint = did_you_mean(str(key), fields) or _known(fields)
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
    if other != key:
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
        mistakes.error("wrong-type", f"'{key}': {words(detail)}", place)
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
def _fields_by_word(model: type[Arguments]) -> dict[str, str]:
    """The field that each word means, aliases included."""
    return {word: name for name, info in model.model_fields.items() for word in words_of_field(name, info)}


def words_of_field(name: str, info: FieldInfo) -> list[str]:
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        choices = [choice for choice in alias.choices if isinstance(choice, str)]
    else:
        choices = [] if alias is None or isinstance(alias, AliasPath) else [alias]
    return choices or [name]


@cache
def _is_file_mode(model: type[Arguments], field: str) -> bool:
    """Whether the field's type, alone or in a union with None, is `FileMode`."""
    info = model.model_fields[field]
    in_a_union = FileMode in get_args(info.annotation)
    return in_a_union or any(getattr(constraint, "func", None) is to_file_mode for constraint in info.metadata)
