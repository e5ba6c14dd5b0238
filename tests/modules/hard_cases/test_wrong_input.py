"""Every argument of every module, given what it cannot be: the message names the argument and says what it takes."""

from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from smolrun.modules import registry
from smolrun.modules.base import Arguments

WRONG: dict[type, tuple[object, str]] = {
    bool: ("perhaps", "true or false"),
    int: ("many", "number"),
    float: ("soon", "number"),
    str: ({"a": 1}, "text|string|name|mode"),
    list: ({"a": 1}, "list|whole number"),
    tuple: ({"a": 1}, "list"),
    dict: ("a,b", "mapping|dictionary|pairs"),
}


def models() -> Iterator[tuple[str, type[Arguments]]]:
    for name in registry.names():
        found = registry.find(name)
        assert found is not None
        yield name, found.module.arguments


def kinds(annotation: Any) -> Iterator[Any]:
    """The types that an argument may have, without None and what stands around them."""
    origin = get_origin(annotation)
    if origin is Literal:
        yield annotation
    elif origin in (list, dict, tuple) or isinstance(annotation, type):
        yield origin or annotation
    elif origin is Union or str(origin) == "<class 'types.UnionType'>":
        for one in get_args(annotation):
            yield from kinds(one)
    elif get_args(annotation):
        yield from kinds(get_args(annotation)[0])


def names_of(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    if alias is None:
        return name
    return str(alias if isinstance(alias, str) else alias.choices[0])  # type: ignore[union-attr]  # choices, all of them


@pytest.mark.parametrize(("module", "arguments"), list(models()), ids=registry.names())
def test_wrong_types_are_told(module: str, arguments: type[Arguments]) -> None:
    for name, field in arguments.model_fields.items():
        possible = [kind for kind in kinds(field.annotation) if kind is not type(None)]
        if not possible or Any in possible or module == "set_stats":  # which takes any word for a boolean, as Ansible
            continue
        literal = possible[0] if get_origin(possible[0]) is Literal else None
        if literal is None and (len(possible) > 1 or possible[0] not in WRONG):
            continue
        value, expected = ("no-such-word", "") if literal else WRONG[possible[0]]
        with pytest.raises(ValidationError) as caught:
            arguments.model_validate({names_of(name, field): value})
        told = [
            error["msg"] for error in caught.value.errors() if str(error["loc"][0]) in (name, names_of(name, field))
        ]
        assert told, f"{module}.{name} takes {value!r}"
        if literal:
            assert all(str(word) in told[0] for word in get_args(literal)), (name, told)
        else:
            assert any(word in told[0].lower() for word in expected.split("|")), (name, told)


def test_the_table_knows_what_it_looks_at() -> None:
    assert list(kinds(bool | None)) == [bool, type(None)]
    assert TypeAdapter(Literal["a"]).validate_python("a") == "a"
