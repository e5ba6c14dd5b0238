"""The arguments of a module: rendered for a host, then checked by the module's own model."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from smolrun.engine.plan import PlannedTask
from smolrun.errors import SmolVMError
from smolrun.modules.base import Arguments, Module
from smolrun.modules.registry import FoundModule
from smolrun.playbook.arguments import fields_by_word
from smolrun.playbook.validation import words
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import location_at
from smolrun.source.text import location_of
from smolrun.templating.omit import OMIT
from smolrun.templating.templar import Templar


class ArgumentsError(SmolVMError):
    """The rendered arguments are not what the module takes."""


def arguments_of(planned: PlannedTask, found: FoundModule, templar: Templar, variables: Mapping[str, Any]) -> Arguments:
    """The arguments of a task, rendered and validated.

    Raises:
        TemplateError: one of them cannot be rendered.
        ArgumentsError: the model refuses them; all reasons, with the place of the first.
    """
    rendered = rendered_arguments(planned, found.module, templar, variables)
    for name in found.module.lacks.keys() & rendered.keys():
        message = f"the argument '{name}' of '{found.name}' is not implemented: {found.module.lacks[name]}"
        raise ArgumentsError(message, location=location_at(planned.task.arguments, [name]) or planned.task.location)
    model: type[Arguments] = found.module.arguments
    try:
        return model.model_validate(rendered)
    except ValidationError as error:
        raise _refused(planned, found.name, error) from None


def rendered_arguments(
    planned: PlannedTask, module: Module[Any], templar: Templar, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments with all templates rendered but those the module evaluates itself; omitted ones are gone."""
    rendered = _defaults(planned, module, templar, variables)
    rendered |= _from_template(planned, templar, variables)
    for name, value in planned.task.arguments.items():
        key = name
        if name in module.raw_arguments:
            rendered[key] = value
            continue
        if module.takes_any_argument:
            key = _variable_name(name, templar, variables)
        rendered[key] = templar.render(value, variables)
        if rendered[key] is OMIT:
            del rendered[key]
    if module.takes_mode and module.free_form in rendered:
        rendered[module.free_form] = _line(rendered[module.free_form], templar)
    return rendered


def _variable_name(written: str, templar: Templar, variables: Mapping[str, Any]) -> str:
    name = templar.render(written, variables)
    if not isinstance(name, str):
        raise ArgumentsError(
            f"Invalid variable name '{name}' of type '{type(name).__name__}'", location=location_of(written)
        )
    return name


def _defaults(
    planned: PlannedTask, module: Module[Any], templar: Templar, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """What ``module_defaults`` says of the module, but for arguments that the task gives by any of their names."""
    found: Mapping[str, Any] = {}
    wanted = {f"{module.collection}.{planned.task.module}", planned.task.module, planned.task.module.rpartition(".")[2]}
    for layer in planned.keywords.module_defaults:  # the outermost first
        rendered = templar.render(layer, variables) if is_open(layer) else layer
        for name in rendered if isinstance(rendered, Mapping) else ():
            if str(name) in wanted and isinstance(rendered[name], Mapping):
                found = rendered[name]
    model: type[Arguments] = module.arguments
    fields = fields_by_word(model)
    given = {fields.get(str(name), str(name)) for name in planned.task.arguments}
    defaults = {
        str(n): templar.render(v, variables) for n, v in found.items() if fields.get(str(n), str(n)) not in given
    }
    return {name: value for name, value in defaults.items() if value is not OMIT}


def _line(value: Any, templar: Templar) -> Any:
    """A command line is text, whatever its one expression gave; a list stays one, to be quoted word by word."""
    if isinstance(value, str | list | Mapping):
        return value
    return templar.render_text(value, {})


def _from_template(planned: PlannedTask, templar: Templar, variables: Mapping[str, Any]) -> dict[str, Any]:
    template = planned.task.arguments_template
    if template is None:
        return {}
    value = templar.render(template, variables)
    if value is OMIT or value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ArgumentsError(f"'args': expected a mapping, found {describe(value)}", location=location_of(template))
    return dict(value)


def _refused(planned: PlannedTask, module: str, error: ValidationError) -> ArgumentsError:
    mistakes = error.errors(include_url=False)
    reasons = []
    for mistake in mistakes:
        path = ".".join(str(step) for step in mistake["loc"] if not str(step).startswith("function-"))
        reasons.append(f"'{path}': {words(mistake)}" if path else words(mistake))
    first = tuple(step for step in mistakes[0]["loc"] if isinstance(step, str | int))
    place = location_at(planned.task.arguments, first) or planned.task.location
    return ArgumentsError(f"{module}: {'; '.join(dict.fromkeys(reasons))}", location=place)


def secrets_in(arguments: BaseModel) -> Iterable[str]:
    """The values of all arguments that are typed secret."""
    for name in type(arguments).model_fields:
        yield from _secrets(getattr(arguments, name))


def _secrets(value: Any) -> Iterable[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item)
    elif isinstance(value, BaseModel):
        yield from secrets_in(value)
