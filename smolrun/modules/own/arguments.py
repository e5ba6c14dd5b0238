"""From the declared arguments of a module in ``sh`` to a model of them, and from their values to shell variables."""

import json
import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, create_model

from smolrun.modules.base import Arguments
from smolrun.modules.own.declaration import Declaration, DeclaredArgument
from smolrun.source.coercions import Boolean, Integer, Number, SecretText, Text, to_integer, to_list, to_text

_TYPES: Mapping[str, Any] = {
    "str": Text,
    "int": Integer,
    "float": Number,
    "bool": Boolean,
    "list": Annotated[list[Any], BeforeValidator(to_list)],
    "dict": dict[str, Any],
}
_FIELD = "argument_"
"""Goes before names, some of which (``copy``, ``json``) a model has a use for itself."""


def arguments_model(name: str, declaration: Declaration) -> type[Arguments]:
    """The model of the arguments of the module `name`."""
    fields: dict[str, Any] = {_FIELD + each: _field(each, said) for each, said in declaration.arguments.items()}
    return create_model(f"{name}_arguments", __base__=Arguments, __doc__=declaration.description, **fields)


def _field(name: str, said: DeclaredArgument) -> Any:
    kind = type_of(said)
    words = AliasChoices(name, *said.aliases)
    about = said.description or None
    if said.required:
        return kind, Field(validation_alias=words, description=about)
    if said.default is None:
        return kind | None, Field(None, validation_alias=words, description=about)
    return kind, Field(said.default, validate_default=True, validation_alias=words, description=about)


def type_of(said: DeclaredArgument) -> Any:
    """The type of an argument, as an annotation."""
    if said.secret:
        return SecretText
    if said.choices is None and said.elements is not None:
        items: Any = _TYPES[said.elements]
        return Annotated[list[items], BeforeValidator(to_list)]
    if said.choices is None:
        return _TYPES[said.type]
    convert = to_integer if said.type == "int" else to_text
    chosen: Any = Annotated[Literal[tuple(convert(choice) for choice in said.choices)], BeforeValidator(convert)]
    return Annotated[list[chosen], BeforeValidator(to_list)] if said.type == "list" else chosen


def shell_variables(arguments: Arguments, declaration: Declaration) -> dict[str, tuple[str, bool]]:
    """The value of each argument that is given, as the text of a shell variable, and whether it is secret."""
    given = {name: getattr(arguments, _FIELD + name) for name in declaration.arguments}
    return {name: (_text(value), isinstance(value, SecretStr)) for name, value in given.items() if value is not None}


def _text(value: Any) -> str:
    """``true`` and ``false``; lists and mappings as words quoted for the shell: ``eval "set -- $value"``."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list):
        return " ".join(shlex.quote(_word(item)) for item in value)
    if isinstance(value, Mapping):
        return " ".join(shlex.quote(f"{key}={_word(item)}") for key, item in value.items())
    return _word(value)


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value)
