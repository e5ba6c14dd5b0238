"""The JSON Schema of playbooks, made from the models, for completion, hover help and checks in an editor.

Draft 7, which the YAML language server reads best. Whatever has a type takes a template string instead.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from smolrun.modules.base import Arguments, Module
from smolrun.playbook.arguments import words_of_field
from smolrun.playbook.elsewhere import names_elsewhere
from smolrun.playbook.extensions import Extensions
from smolrun.playbook.keywords import NOT_YET_ACTIONS
from smolrun.playbook.loops import LOOKUPS
from smolrun.playbook.models import READ_APART, Block, LoopControl, Meta, MetaAction, Play, Task, VariablePrompt
from smolrun.playbook.validation import field_adapter
from smolrun.playbook.written import TEMPLATE_SCHEMA, VARIABLES_SCHEMA

Schema = dict[str, Any]

_DIALECT = "http://json-schema.org/draft-07/schema#"
_OTHER_COLLECTIONS = r"^(?!ansible\.(builtin|legacy)\.)[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){2,}$"
_STRUCTURAL = READ_APART | {"loop", "action", "block", "rescue", "always", "roles"}
_STRUCTURAL |= {"pre_tasks", "tasks", "post_tasks", "handlers", "vars_prompt"}
_NOT_OF_PLAYS = frozenset({"when"})
_TASK_LISTS = {
    "pre_tasks": "Tasks that run first, with the handlers they notify.",
    "tasks": "What to do, in order.",
    "post_tasks": "Tasks that run last.",
}
_BLOCK_LISTS = {
    "block": "The tasks that belong together.",
    "rescue": "What to do when one of them fails.",
    "always": "What to do at the end, failed or not.",
}


def playbook_schema(own: Extensions | None = None) -> Schema:
    """The schema of a playbook: a list of plays, or of tasks.

    Args:
        own: modules and lookups of the user's own, to be part of it.
    """
    return {
        "$schema": _DIALECT,
        "title": "A smolrun playbook",
        "description": "A list of plays, or only of tasks, which then are for `hosts: all`.",
        "anyOf": [
            {"type": "array", "minItems": 1, "items": {"anyOf": [_ref("play"), _ref("playbook_import")]}},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/node"}},
        ],
        "definitions": _definitions(own or Extensions()),
    }


def _definitions(own: Extensions) -> Schema:
    modules = dict(_modules(own))
    return {
        "template": TEMPLATE_SCHEMA,
        "play": _play(),
        "playbook_import": _playbook_import(),
        "node": {"anyOf": [_ref("block"), _ref("meta"), _ref("task")]},
        "nodes": {"type": ["array", "null"], "items": _ref("node")},
        "handlers": {"type": ["array", "null"], "items": {"anyOf": [_ref("meta"), _ref("handler")]}},
        "block": _block(),
        "meta": _meta(),
        "task": _task(modules, own, handler=False),
        "handler": _task(modules, own, handler=True),
        "loop_control": _object(_keywords(LoopControl), "How a loop runs and is shown."),
        **{f"module_{name}": _module(module) for name, module in modules.items()},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _object(properties: Schema, description: str, required: tuple[str, ...] = ()) -> Schema:
    schema: Schema = {"type": "object", "description": description, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return {**schema, "properties": properties}


# --- keywords --------------------------------------------------------------------------------------------


def _play() -> Schema:
    lists = {name: {**_ref_with(text, "nodes")} for name, text in _TASK_LISTS.items()}
    handlers = _ref_with("Tasks that run once, at the end, if a task that changed something notifies them.", "handlers")
    own = _keywords(Play)
    properties = {
        **own,
        "user": own["remote_user"],
        "vars_prompt": _prompts(),
        "roles": _roles(),
        **lists,
        "handlers": handlers,
    }
    return _object(properties, "What to do on which hosts.", ("hosts",))


def _roles() -> Schema:
    """The roles of a play: names, or mappings whose further keys are the role's parameters."""
    role: Schema = {"type": "object", "anyOf": [{"required": ["role"]}, {"required": ["name"]}]}
    items = {"anyOf": [{"type": "string"}, role]}
    return {"description": "Roles to run before the tasks.", "type": ["array", "null"], "items": items}


def _prompts() -> Schema:
    prompt = _object(_keywords(VariablePrompt), "A variable that is asked for.", ("name",))
    description = Play.model_fields["vars_prompt"].description
    return {"description": description, "type": ["array", "null"], "items": prompt}


def _playbook_import() -> Schema:
    words = ("import_playbook", "ansible.builtin.import_playbook")
    own = {name: schema for name, schema in _keywords(Block).items() if name in ("name", "vars", "when", "tags")}
    file: Schema = {"type": "string", "description": "A playbook whose plays come here."}
    schema = _object({**dict.fromkeys(words, file), **own}, "Another playbook.")
    return {**schema, "anyOf": [{"required": [word]} for word in words]}


def _block() -> Schema:
    lists = {name: _ref_with(text, "nodes") for name, text in _BLOCK_LISTS.items()}
    return _object({**lists, **_keywords(Block)}, "Tasks under common keywords.", ("block",))


def _meta() -> Schema:
    actions: Schema = {"enum": list(get_args(MetaAction)), "description": "flush_handlers: run the notified ones now."}
    names = ("meta", "ansible.builtin.meta")
    schema = _object({**dict.fromkeys(names, actions), **_keywords(Meta)}, "A word to the engine.")
    return {**schema, "anyOf": [{"required": [name]} for name in names]}


def _task(modules: Mapping[str, Module[Any]], own: Extensions, *, handler: bool) -> Schema:
    keywords = _keywords(Task)
    if not handler:
        del keywords["listen"]
    properties = {**keywords, **_loops(own), **_action_words(), **_module_words(modules)}
    description = "A task that runs when it is notified." if handler else "One step: a module and its keywords."
    return {
        **_object(properties, description),
        # Modules that exist elsewhere are warnings when loading: let through here, and not offered for completion.
        "patternProperties": {_elsewhere(modules): {}, _OTHER_COLLECTIONS: {}},
    }


def _elsewhere(modules: Iterable[str]) -> str:
    names = sorted(names_elsewhere() - NOT_YET_ACTIONS - {"meta"} - set(modules))
    return rf"^(ansible\.(builtin|legacy)\.)?({'|'.join(names)})$"


def _loops(own: Extensions) -> Schema:
    terms: Schema = {
        "description": "Run once for each item of this list.",
        "anyOf": [{"type": "array"}, _ref("template")],
    }
    control = {**_ref_with("How the loop runs and is shown.", "loop_control")}
    names = {*LOOKUPS, *own.functions.lookups}
    lookups = {
        f"with_{name}": {"description": f"Run once for each item that the lookup '{name}' gives."} for name in names
    }
    return {"loop": terms, **dict(sorted(lookups.items())), "loop_control": control}


def _action_words() -> Schema:
    arguments: Schema = {
        "description": "Further arguments of the module.",
        "anyOf": [{"type": "object"}, _ref("template")],
    }
    action: Schema = {"anyOf": [{"type": "string"}, {"type": "object", "required": ["module"]}]}
    return {
        "args": arguments,
        "action": {"description": "A module and its arguments.", **action},
        "local_action": {"description": "A module and its arguments, run on this machine.", **action},
    }


def _keywords(model: type[BaseModel]) -> Schema:
    """The keywords of a model with their types and descriptions."""
    return {
        field.alias or name: _value(_type(model, name), field.description)
        for name, field in model.model_fields.items()
        if name not in _STRUCTURAL and not (model is Play and name in _NOT_OF_PLAYS)
    }


def _ref_with(description: str, name: str) -> Schema:
    """A reference with a description of its own: draft 7 ignores what stands beside ``$ref``."""
    return {"description": description, "allOf": [_ref(name)]}


# --- modules ---------------------------------------------------------------------------------------------


def _modules(own: Extensions) -> Iterator[tuple[str, Module[Any]]]:
    for name in sorted(set(own.modules.names())):
        found = own.modules.find(name)
        if found is not None:
            yield name, found.module


def _module_words(modules: Mapping[str, Module[Any]]) -> Schema:
    words: Schema = {}
    for name, module in modules.items():
        words[name] = _ref(f"module_{name}")
        words[f"{module.collection}.{name}"] = _ref(f"module_{name}")
    return words


def _module(module: Module[Any]) -> Schema:
    model: type[Arguments] = module.arguments
    mapping: Schema = {
        "type": "object",
        "additionalProperties": module.takes_any_argument,
        "properties": _arguments(model),
    }
    forms = [mapping, {"type": "string", "description": "Arguments as text."}]
    if not any(field.is_required() for field in model.model_fields.values()):
        forms.append({"type": "null"})
    if module.free_form is not None:
        forms.append({"type": "array"})
    return {"description": _about(model), "anyOf": forms}


def _arguments(model: type[Arguments]) -> Schema:
    """The arguments with their types and descriptions, every alias by its own name."""
    return {
        word: _value(_type(model, name), _described(field, word, name))
        for name, field in model.model_fields.items()
        for word in words_of_field(name, field)
    }


def _described(field: FieldInfo, word: str, name: str) -> str | None:
    return field.description if word == words_of_field(name, field)[0] else f"The same as '{name}'."


def _about(model: type[Arguments]) -> str:
    """What the module is for, from its model's docstring: the first paragraph, and the example."""
    return inspect.cleandoc(model.__doc__ or "")


# --- values ----------------------------------------------------------------------------------------------


def _type(model: type[BaseModel], field: str) -> Schema:
    """The type of one field, with Pydantic's references to its own definitions put in place."""
    schema = field_adapter(model, field).json_schema()
    inlined: Schema = _inlined(schema, schema.pop("$defs", {}))
    return inlined


def _value(schema: Schema, description: str | None) -> Schema:
    """A value of that schema, or a template; null where it may be left empty."""
    plain = {key: value for key, value in schema.items() if key not in ("title", "default", "description")}
    plain = _without_titles(plain)
    about = {"description": description} if description else {}
    if not plain or plain == VARIABLES_SCHEMA or _takes_any_text(plain):
        return {**about, **plain}
    choices = [choice for choice in _choices(plain) if choice != TEMPLATE_SCHEMA]
    return {**about, "anyOf": [*choices, _ref("template")]}


def _choices(schema: Schema) -> list[Schema]:
    """The alternatives of a schema, those of its alternatives too."""
    if set(schema) != {"anyOf"}:
        return [schema]
    return [inner for choice in schema["anyOf"] for inner in _choices(choice)]


def _takes_any_text(schema: Schema) -> bool:
    kind = schema.get("type", ())
    if "enum" not in schema and "pattern" not in schema and "string" in ([kind] if isinstance(kind, str) else kind):
        return True
    return any(_takes_any_text(choice) for choice in schema.get("anyOf", ()))


def _inlined(schema: Any, definitions: Schema) -> Any:
    if isinstance(schema, dict):
        reference = schema.get("$ref", "")
        if reference.startswith("#/$defs/"):
            return _inlined(definitions[reference.removeprefix("#/$defs/")], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    return [_inlined(item, definitions) for item in schema] if isinstance(schema, list) else schema


def _without_titles(schema: Any) -> Any:
    """The schema without the titles that Pydantic makes of field names."""
    if isinstance(schema, dict):
        return {
            key: _without_titles(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)
        }
    return [_without_titles(item) for item in schema] if isinstance(schema, list) else schema
