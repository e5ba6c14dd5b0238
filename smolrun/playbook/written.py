"""The types of keywords: a type of Ansible's, with a template or a vaulted value admitted wherever a value stands."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema, WrapValidator
from pydantic_core import PydanticCustomError, core_schema

from smolrun.source.coercions import describe
from smolrun.source.text import SourceText, is_template
from smolrun.source.vault import VaultText

T = TypeVar("T")

TEMPLATE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": r"\{[{%#]", "description": "a template"}


def is_open(value: object) -> bool:
    """Whether `value` is known only when the task runs: a template, or a vaulted value."""
    return isinstance(value, VaultText) or is_template(value)


def has_open(value: object) -> bool:
    """Whether there is a template or a vaulted value anywhere in `value`, keys included."""
    if isinstance(value, str | VaultText):
        return is_open(value)
    if isinstance(value, Mapping):
        return any(has_open(key) or has_open(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(has_open(item) for item in value)
    return False


class _Admit:
    """Marks a union of a type, `SourceText` and `VaultText`: templates stay as written, the rest has the type."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        inner = [kind for kind in get_args(source) if kind not in (SourceText, VaultText)]
        typed = handler(Union[tuple(inner)])  # noqa: UP007 - a union that is made at run time
        return core_schema.no_info_wrap_validator_function(_admit_open, typed)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), TEMPLATE_SCHEMA]}


def _admit_open(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
    return value if is_open(value) else handler(value)


Templated: TypeAlias = Annotated[T | SourceText | VaultText, _Admit()]
"""A value of type `T`, or a template or vaulted value of one."""


def _to_written_text(value: Any) -> Any:
    if isinstance(value, SourceText | VaultText):
        return value
    if isinstance(value, str | bool | int | float | date):
        return SourceText(str(value))
    found = describe(value)
    raise PydanticCustomError("text", "expected {expected}, found {found}", {"expected": "text", "found": found})


def _to_written_list(value: Any) -> Any:
    if isinstance(value, Mapping) or value is None:
        expected, found = "a list, or text with commas", describe(value)
        raise PydanticCustomError("list", "expected {expected}, found {found}", {"expected": expected, "found": found})
    if isinstance(value, SourceText) and not value.is_template:
        return [SourceText(item.strip(), value.location) for item in value.split(",") if item.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]


def _to_conditions(value: Any) -> Any:
    """The conditions; an empty one always holds, as if it were not there."""
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if item is not None and item != ""]


def _to_condition(value: Any) -> Any:
    if isinstance(value, bool | SourceText):
        return value
    expected, found = "an expression, true or false", describe(value)
    raise PydanticCustomError("condition", "expected {expected}, found {found}", {"expected": expected, "found": found})


def _keep_mapping(value: Any, _handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        expected, found = "a mapping of names to values", describe(value)
        details = {"expected": expected, "found": found}
        raise PydanticCustomError("mapping", "expected {expected}, found {found}", details)
    return value


def _to_environment(value: Any) -> Any:
    items: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    for item in items:
        if not (item is None or isinstance(item, Mapping) or is_open(item)):
            expected, found = "a mapping, a list of mappings, or a template of one", describe(item)
            details = {"expected": expected, "found": found}
            raise PydanticCustomError("environment", "expected {expected}, found {found}", details)
    return tuple(item for item in items if item is not None)


_TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}
VARIABLES_SCHEMA: dict[str, Any] = {
    "type": ["object", "null"],
    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
}

WrittenText = Annotated[SourceText | VaultText, BeforeValidator(_to_written_text), WithJsonSchema(_TEXT_SCHEMA)]
"""Text as it was written; it may be a template, or vaulted."""

WrittenTexts = Annotated[
    tuple[WrittenText, ...],
    BeforeValidator(_to_written_list),
    WithJsonSchema({"anyOf": [{"type": "array", "items": _TEXT_SCHEMA}, _TEXT_SCHEMA]}),
]
"""Several texts: a list, or one text with commas between them."""

Condition: TypeAlias = bool | SourceText
"""A bare Jinja expression, or a literal boolean."""

Conditions = Annotated[
    tuple[Annotated[Condition, BeforeValidator(_to_condition)], ...],
    BeforeValidator(_to_conditions),
    WithJsonSchema(
        {"anyOf": [{"type": ["string", "boolean"]}, {"type": "array", "items": {"type": ["string", "boolean"]}}]}
    ),
]
"""Conditions that must all hold: one, or a list."""

Variables = Annotated[Mapping[str, Any], WrapValidator(_keep_mapping), WithJsonSchema(VARIABLES_SCHEMA)]
"""Variables as they were written, places and all."""

Environment = Annotated[
    tuple[Any, ...],
    BeforeValidator(_to_environment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["object", "null"]},
                TEMPLATE_SCHEMA,
                {"type": "array", "items": {"type": ["object", "string"]}},
            ]
        }
    ),
]
"""Mappings of environment variables, or templates of mappings."""
