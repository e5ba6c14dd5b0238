"""Validates what was written against a model, and says each mistake at its place and in plain words."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from smolrun.location import Location
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.suggestion import did_you_mean
from smolrun.source.coercions import describe
from smolrun.source.containers import location_at

M = TypeVar("M", bound=BaseModel)

_WORDS = {
    "string_type": "expected text, found {found}",
    "list_type": "expected a list, found {found}",
    "tuple_type": "expected a list, found {found}",
    "dict_type": "expected a mapping, found {found}",
    "mapping_type": "expected a mapping, found {found}",
    "bool_type": "expected true or false, found {found}",
    "int_type": "expected a whole number, found {found}",
    "float_type": "expected a number, found {found}",
}


def build(model: type[M], values: Mapping[str, Any], written: object, mistakes: Mistakes) -> M | None:
    """The model of `values`; after noting what is wrong with them, that of the others, so that more can be checked.

    Parameters:
        values: by field or alias.
        written: the mapping they come from, for the places.

    Returns:
        None where nothing can be made of the others.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        note(error, written, mistakes)
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    try:
        return model.model_validate({key: value for key, value in values.items() if key not in wrong})
    except ValidationError:
        return None


def note(error: ValidationError, written: object, mistakes: Mistakes, code: str = "wrong-type") -> None:
    """Notes every mistake of a validation at its place in `written`."""
    for detail in error.errors(include_url=False, include_context=True):
        path = _path(detail["loc"], written)
        subject = f"'{path[0]}': " if path else ""
        mistakes.error(code, subject + words(detail), location_at(written, path) or _own_place(written), meant(detail))


@cache
def field_adapter(model: type[BaseModel], field: str) -> TypeAdapter[Any]:
    """Validates values of one field of a model by itself."""
    info = model.model_fields[field]
    annotation: Any = info.annotation
    for constraint in info.metadata:
        annotation = Annotated[annotation, constraint]
    return TypeAdapter(annotation, config=None if _has_config(annotation) else {"arbitrary_types_allowed": True})


def _has_config(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def words(detail: Mapping[str, Any]) -> str:
    """One mistake that Pydantic found, in plain words."""
    kind, found = detail["type"], describe(detail.get("input"))
    if kind == "literal_error":
        return f"expected {_one_of(detail['ctx']['expected'])}, found {found}"
    if kind in _WORDS:
        return _WORDS[kind].format(found=found)
    message = str(detail["msg"]).removeprefix("Value error, ")
    if kind == "argument":
        return message  # the module's own words
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _one_of(expected: str) -> str:
    """``'a', 'b' or 'c'`` as Pydantic writes it, without its quotes."""
    return expected.replace("'", "")


def meant(detail: Mapping[str, Any]) -> str | None:
    """The hint where one of some words was expected and a near one was written."""
    found = detail.get("input")
    if detail["type"] != "literal_error" or not isinstance(found, str):
        return None
    return did_you_mean(found, re.findall(r"'([^']*)'", detail["ctx"]["expected"]))


def _path(steps: Iterable[str | int], written: object) -> tuple[str | int, ...]:
    """The steps of Pydantic's path that exist in what was written; those of its unions and functions do not."""
    path: list[str | int] = []
    node: Any = written
    for step in steps:
        there = step in node if isinstance(node, Mapping) else isinstance(node, list) and step in range(len(node))
        if there:
            node = node[step]
            path.append(step)
    return tuple(path)


def _own_place(written: object) -> Location | None:
    return location_at(written, ())
