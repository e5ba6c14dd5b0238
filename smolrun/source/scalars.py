"""Plain scalars as YAML 1.1 resolves them, which is what Ansible does: ``yes`` is true, ``0755`` is 493."""

import binascii
from typing import Any

from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from smolrun.shortening import beginning

_STANDARD = "tag:yaml.org,2002:"
_RESOLVERS: dict[str, list[tuple[str, Any]]] = Resolver.yaml_implicit_resolvers
_CONSTRUCT: dict[str, Any] = {
    "null": SafeConstructor.construct_yaml_null,
    "bool": SafeConstructor.construct_yaml_bool,
    "int": SafeConstructor.construct_yaml_int,
    "float": SafeConstructor.construct_yaml_float,
    "timestamp": SafeConstructor.construct_yaml_timestamp,
    "binary": SafeConstructor.construct_yaml_binary,
}


class ScalarError(ValueError):
    """The text looks like a number or a date, and is none."""


def resolve_plain(text: str) -> Any:
    """What an unquoted scalar means: null, a boolean, a number, a date, else its own text."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return resolve_tagged(tag.removeprefix(_STANDARD), text)
    return text


def resolve_tagged(kind: str, text: str) -> Any:
    """The scalar under a standard tag: ``!!int``, ``!!str``, ... Raises `ScalarError`."""
    construct = _CONSTRUCT.get(kind)
    if construct is None:
        if kind in ("str", "value", "merge"):
            return text
        raise ScalarError(f"the tag '!!{kind}' is not supported")
    try:
        return construct(SafeConstructor(), ScalarNode(_STANDARD + kind, text))
    except (ValueError, KeyError, IndexError, AttributeError, OverflowError, ConstructorError, binascii.Error):
        shown = beginning(text, 40)
        article = "an" if kind == "int" else "a"
        raise ScalarError(f"'{shown}' looks like {article} {kind}, and is not a valid one") from None
