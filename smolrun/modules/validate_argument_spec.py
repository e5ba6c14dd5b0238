"""``validate_argument_spec``: hold variables to a specification; roles with ``argument_specs`` begin with it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import Field

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.source.coercions import to_boolean

Spec = Mapping[str, Any]


class ValidateArgumentSpecArguments(Arguments):
    """Fail where variables are missing or of the wrong type.

    Example:
        ```yaml
        - validate_argument_spec:
            argument_spec:
              port: {type: int, required: true}
            provided_arguments:
              port: "{{ port }}"
        ```

    Returns: ``argument_errors``, ``argument_spec_data``, ``validate_args_context``.

    The guest needs: nothing; no connection is made.
    """

    argument_spec: dict[str, Any] = Field(description="The options by name: type, required, choices, elements, options")
    provided_arguments: dict[str, Any] | None = Field(
        None, description="The values; without them the variables of these names are looked at"
    )
    validate_args_context: dict[str, Any] = Field({}, description="What they belong to, for the result")


def run(arguments: ValidateArgumentSpecArguments, task: TaskContext) -> ModuleResult:
    spec = arguments.argument_spec
    given = arguments.provided_arguments
    if given is None:
        known = set(spec) | {alias for option in spec.values() for alias in _of(option).get("aliases") or ()}
        given = {
            name: task.templar.render(task.variables[name], task.variables) for name in known & set(task.variables)
        }
    errors = list(_errors(spec, given, ""))
    told = {
        "argument_errors": errors,
        "argument_spec_data": spec,
        "validate_args_context": arguments.validate_args_context,
    }
    if errors:
        return ModuleResult(failed=True, msg="Validation of arguments failed:\n" + "\n".join(errors), values=told)
    context = {"validate_args_context": arguments.validate_args_context}
    return ModuleResult(msg="The arg spec validation passed", values=context)


def _of(option: Any) -> Spec:
    return option if isinstance(option, Mapping) else {}


def _errors(spec: Spec, given: Mapping[str, Any], path: str) -> Iterator[str]:
    """What is wrong, in Ansible's words, which playbooks look for.

    Args:
        path: of the option that these are the sub-options of.
    """
    below = f" found in {path}" if path else ""
    names = {alias: name for name, option in spec.items() for alias in (name, *(_of(option).get("aliases") or ()))}
    values = {names[name]: value for name, value in given.items() if name in names}
    missing = sorted(name for name, option in spec.items() if _is_required(option) and name not in values)
    if missing:
        yield f"missing required arguments: {', '.join(missing)}{below}"
    for name, option in spec.items():
        if name in values and (values[name] is not None or _is_required(option)):
            yield from _value_errors(name, _of(option), values[name], path)
    unknown = sorted(name for name in given if name not in names)
    if unknown:
        prefix = f"{path}." if path else ""
        words, known = ", ".join(prefix + name for name in unknown), ", ".join(sorted(spec))
        yield f"{words}. Supported parameters include: {known}."


def _is_required(option: Any) -> bool:
    try:
        return bool(to_boolean(_of(option).get("required", False)))
    except ValueError:
        return False


def _value_errors(name: str, option: Spec, value: Any, path: str) -> Iterator[str]:
    kind = str(option.get("type", "str"))
    try:
        converted = _convert(kind, value)
    except _NotConvertedError as error:
        where = f" found in '{path}'." if path else ""
        found = type(value).__name__
        yield f"argument '{name}' is of type {found}{where} and we were unable to convert to {kind}: {error}"
        return
    if option.get("elements") and isinstance(converted, list):
        yield from _element_errors(name, str(option["elements"]), converted)
    yield from _choice_errors(name, option, converted, path)
    inner = option.get("options")
    if isinstance(inner, Mapping):
        for item in converted if isinstance(converted, list) else [converted]:
            if isinstance(item, Mapping):
                yield from _errors(inner, item, f"{path} -> {name}" if path else name)


def _element_errors(name: str, kind: str, values: list[Any]) -> Iterator[str]:
    for value in values:
        try:
            _convert(kind, value)
        except _NotConvertedError as error:
            found = type(value).__name__
            reason = f"and we were unable to convert to {kind}: {error}"
            yield f"Elements value for option '{name}' is of type {found} {reason}"


def _choice_errors(name: str, option: Spec, value: Any, path: str) -> Iterator[str]:
    choices = option.get("choices")
    if not isinstance(choices, list):
        return
    shown = ", ".join(map(str, choices))
    below = f" found in {path}" if path else ""
    if isinstance(value, list):
        wrong = [item for item in value if item not in choices]
        if wrong:
            unmatched = ", ".join(map(str, wrong))
            yield f"value of {name} must be one or more of: {shown}. Got no match for: {unmatched}{below}"
    elif value not in choices:
        yield f"value of {name} must be one of: {shown}, got: {value}{below}"


# --- types -----------------------------------------------------------------------------------------------


class _NotConvertedError(ValueError):
    """A value is not of a type, and cannot be made one of it."""


def _convert(kind: str, value: Any) -> Any:
    convert = _TYPES.get(kind)
    return value if convert is None else convert(value)


def _text(value: Any) -> Any:
    return value if isinstance(value, str) or value is None else str(value)


def _integer(value: Any) -> int:
    whole = not isinstance(value, float) or value.is_integer()
    try:
        found = int(value) if whole else None
    except (TypeError, ValueError):
        found = None
    if found is None:
        shown = repr(str(value)) if isinstance(value, str) else value
        raise _NotConvertedError(f'"{shown}" cannot be converted to an int')
    return found


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _NotConvertedError(f"{type(value)} cannot be converted to a float") from None


def _boolean(value: Any) -> bool:
    try:
        return bool(to_boolean(value))
    except ValueError:
        raise _NotConvertedError(f"The value '{value}' is not a valid boolean.") from None


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    if isinstance(value, int | float):
        return [str(value)]
    raise _NotConvertedError(f"{type(value)} cannot be converted to a list")


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, str):
        if value.strip().startswith("{"):
            try:
                found = json.loads(value)
            except ValueError:
                raise _NotConvertedError("unable to evaluate string as dictionary") from None
            return dict(found)
        if "=" in value:
            return dict(word.strip().split("=", 1) for word in value.replace(",", " ").split() if "=" in word)
    raise _NotConvertedError(f"{type(value)} cannot be converted to a dict")


_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "path": _text,
    "int": _integer,
    "float": _number,
    "bool": _boolean,
    "list": _list,
    "dict": _mapping,
}
"""Other types (raw, json, bytes, …) take what comes."""


MODULE = Module(ValidateArgumentSpecArguments, run, check_mode="always", uses_guest=False, background="never")
