"""A module's arguments as written: free form, ``k=v`` words, a mapping, ``args``."""

from functools import cache
from typing import Any

from pydantic import AliasChoices, AliasPath
from pydantic.fields import FieldInfo

from smolrun.location import Location
from smolrun.modules.base import Arguments, Module
from smolrun.modules.registry import FoundModule
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict
from smolrun.source.key_value import KeyValueError, parse_key_values
from smolrun.source.text import SourceText


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


@cache
def fields_by_word(model: type[Arguments]) -> dict[str, str]:
    """The field that each word means, aliases included."""
    return {word: name for name, info in model.model_fields.items() for word in words_of_field(name, info)}


def words_of_field(name: str, info: FieldInfo) -> list[str]:
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        choices = [choice for choice in alias.choices if isinstance(choice, str)]
    else:
        choices = [] if alias is None or isinstance(alias, AliasPath) else [alias]
    return choices or [name]
