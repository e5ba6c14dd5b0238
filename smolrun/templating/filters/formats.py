"""Filters to and from JSON and YAML."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from smolrun.templating.lazy import materialise
from smolrun.templating.limits import MAX_SIZE, TooLargeError

MAX_NODES: Final = 1_000_000
"""Values that a YAML text may come to when its aliases are written out: a 480-byte one can come to billions."""


def _json_default(value: Any) -> Any:
    if isinstance(value, Mapping):
        return materialise(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return materialise(value) if hasattr(value, "__iter__") else str(value)


def to_json(value: Any, **options: Any) -> str:
    """`value` as JSON; `options` are those of Python's ``json.dumps`` (``indent``, ``sort_keys``, …)."""
    for name in ("vault_to_text", "preprocess_unsafe", "profile"):
        options.pop(name, None)
    if isinstance(options.get("indent"), int) and options["indent"] > 100:
        raise TooLargeError("such an indent")
    return json.dumps(value, default=_json_default, **options)


def to_nice_json(value: Any, indent: int = 4, sort_keys: bool = True, **options: Any) -> str:
    """`value` as JSON for people, its keys sorted."""
    options.setdefault("separators", (",", ": "))
    return to_json(value, indent=indent, sort_keys=sort_keys, **options)


def to_yaml(value: Any, default_flow_style: bool | None = None, **options: Any) -> str:
    """`value` as YAML; `options` are those of PyYAML's ``dump`` (``indent``, ``width``, ``sort_keys``, …)."""
    import yaml

    for name in ("vault_to_text", "dump_vault_tags"):
        options.pop(name, None)
    options.setdefault("allow_unicode", True)
    plain = materialise(value)
    text = str(yaml.dump(plain, Dumper=_dumper(), default_flow_style=default_flow_style, **options))
    return text.removesuffix("...\n")  # which PyYAML puts after a document that is one plain word


def to_nice_yaml(value: Any, indent: int = 4, default_flow_style: bool | None = False, **options: Any) -> str:
    """`value` as YAML for people: one entry a line."""
    return to_yaml(value, default_flow_style, indent=indent, **options)


def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Without anchors: equal values that are one object are written out."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    return Dumper


def from_json(value: Any, **options: Any) -> Any:
    options.pop("profile", None)
    try:
        return json.loads(_text(value), **options)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from None


def from_yaml(value: Any) -> Any:
    """The value of one YAML document; text that is none stays what it is."""
    import yaml

    if not isinstance(value, str | bytes):
        return value
    return _parsed(lambda loader: yaml.load(value, Loader=loader))  # noqa: S506 - the loader is a safe one


def from_yaml_all(value: Any) -> list[Any]:
    """The values of all documents in a YAML text."""
    import yaml

    return list(_parsed(lambda loader: list(yaml.load_all(value, Loader=loader))))


def _parsed(parse: Callable[[Any], Any]) -> Any:
    import yaml

    try:
        result = parse(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(f"it is not YAML: {' '.join(str(error).split())}") from None
    _size(result, {})
    return result


def _size(value: Any, known: dict[int, int]) -> int:
    """How many values `value` comes to with its aliases written out; `known` keeps it for each that was seen.

    Raises:
        TooLargeError: more than `MAX_NODES`, or an alias to what it stands in.
    """
    if not isinstance(value, dict | list | tuple | set):
        return 1
    size = known.get(id(value))
    if size is None:
        known[id(value)] = MAX_NODES  # until it is worked out: only an alias to itself sees this
        size = 1 + sum(_size(item, known) for item in (value.values() if isinstance(value, dict) else value))
        known[id(value)] = size
    if size > MAX_NODES:
        raise TooLargeError(f"YAML of more than {MAX_NODES} values, or with an alias to itself,")
    return size


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if not isinstance(value, str):
        raise TypeError(f"text is needed, not a value of type '{type(value).__name__}'")
    if len(value) > MAX_SIZE:
        raise TooLargeError("such a text")
    return value


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "from_json": from_json,
    "from_yaml": from_yaml,
    "from_yaml_all": from_yaml_all,
    "to_json": to_json,
    "to_nice_json": to_nice_json,
    "to_nice_yaml": to_nice_yaml,
    "to_yaml": to_yaml,
}
