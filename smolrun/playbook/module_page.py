"""What is known of a module, made from its model and its docstring: for pages, for the terminal."""

import inspect
import json
import re
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Module
from smolrun.modules.registry import FoundModule
from smolrun.playbook.arguments import words_of_field
from smolrun.source import coercions

_EXAMPLE = re.compile(r"^Example:\n(?: *\n)*    ```yaml\n(?P<text>.*?)^    ```\n?", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^(?P<name>Returns|The guest needs): ", re.MULTILINE)
_TYPES: dict[Callable[..., Any], str] = {
    coercions.to_boolean: "boolean",
    coercions.to_integer: "whole number",
    coercions.to_number: "number",
    coercions.to_seconds: "seconds",
    coercions.to_text: "text",
    coercions.to_list: "list",
    coercions.to_single_list: "list",
    coercions.to_file_mode: "file mode",
}
_PLAIN = {bool: "boolean", int: "whole number", float: "number", str: "text", dict: "mapping", list: "list"}


@dataclass(frozen=True)
class ArgumentHelp:
    """One argument.

    Attributes:
        aliases: its other names.
        choices: the only values, if there are such.
        default: as it is written in YAML; empty for none.
    """

    name: str
    aliases: tuple[str, ...]
    type: str
    required: bool
    choices: tuple[str, ...]
    default: str
    description: str


@dataclass(frozen=True)
class ModulePage:
    """One module.

    Attributes:
        full_name: with the collection that Ansible keeps it in.
        summary: one sentence or two.
        about: the further paragraphs.
        example: YAML, a list of tasks or plays.
        needs: what the guest must have.
        check_mode: what ``--check`` does with it.
    """

    name: str
    full_name: str
    summary: str
    about: str
    example: str
    returns: str
    needs: str
    check_mode: str
    free_form: str
    any_argument: bool
    arguments: tuple[ArgumentHelp, ...]


_CHECK_MODE = {
    "full": "tells what would change, and changes nothing",
    "skip": "skips it",
    "always": "runs it, since it changes nothing",
}


def module_page(found: FoundModule) -> ModulePage:
    """All that there is to tell of a module."""
    module = found.module
    text = inspect.getdoc(module.arguments) or ""
    example = _EXAMPLE.search(text)
    rest = text[: example.start()] + text[example.end() :] if example else text
    sections = _sections(rest)
    summary, _, about = sections[""].partition("\n\n")
    return ModulePage(
        name=found.name,
        full_name=f"{module.collection}.{found.name}",
        summary=_joined(summary),
        about=about.strip(),
        example=inspect.cleandoc("\n" + example["text"]) + "\n" if example else "",
        returns=_joined(sections.get("Returns", "")),
        needs=_sentence(_joined(sections.get("The guest needs", ""))),
        check_mode=_CHECK_MODE[module.check_mode],
        free_form=module.free_form or "",
        any_argument=module.takes_any_argument,
        arguments=_arguments(module),
    )


def _sections(text: str) -> dict[str, str]:
    parts = _SECTION.split(text)
    return {"": parts[0].strip(), **dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))}


def _joined(text: str) -> str:
    return " ".join(text.split())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _arguments(module: Module[Any]) -> tuple[ArgumentHelp, ...]:
    """Those that have to be given first, then as they stand in the model, its bases' last."""
    model = module.arguments
    own = [name for name in model.model_fields if name in model.__annotations__]
    names = [*own, *(name for name in model.model_fields if name not in own)]
    found = [_argument(name, model.model_fields[name]) for name in names]
    return tuple(sorted(found, key=lambda argument: not argument.required))


def _argument(name: str, field: FieldInfo) -> ArgumentHelp:
    first, *others = words_of_field(name, field)
    return ArgumentHelp(
        name=first,
        aliases=tuple(word for word in others if word != name),
        type=_type(field.annotation, field.metadata),
        required=field.is_required(),
        choices=_choices(field.annotation),
        default=_default(field),
        description=_joined(field.description or ""),
    )


def _type(annotation: Any, metadata: typing.Sequence[Any] = ()) -> str:
    for each in metadata:
        if isinstance(each, BeforeValidator) and each.func in _TYPES:
            return _TYPES[each.func]
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _type(inner, more)
    if origin in (Union, types.UnionType):
        kinds = dict.fromkeys(_type(each) for each in get_args(annotation) if each is not type(None))
        return " or ".join(kinds)
    if origin is Literal:
        return "one of"
    return _PLAIN.get(origin or annotation, "any")


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    found = (choice for each in get_args(annotation) for choice in _choices(each))
    return tuple(dict.fromkeys(found)) if get_origin(annotation) in (Annotated, Union, types.UnionType) else ()


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined or value in ([], {}, "", ()):
        return ""
    if isinstance(value, str):
        return value if re.fullmatch(r"[\w./ -]+", value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, default=str, ensure_ascii=False)
