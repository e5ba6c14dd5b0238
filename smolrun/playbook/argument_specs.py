"""``argument_specs`` of a role: its arguments are checked before its first task (docs.ansible.com, "Roles")."""

from pathlib import Path
from typing import Any

from smolrun.errors import LoadError
from smolrun.playbook.around import Around
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import Role, Task
from smolrun.playbook.role_search import role_files
from smolrun.source.containers import LocatedDict
from smolrun.source.text import SourceText


def validation_of(
    path: Path, meta: LocatedDict, tasks: str, role: Role, around: Around, mistakes: Mistakes
) -> tuple[Task, ...]:
    """The task that checks the arguments; nothing where the role says nothing of those for this file of tasks."""
    entry = tasks.removesuffix(".yml").removesuffix(".yaml")
    spec = _specs(path, meta, around, mistakes).get(entry)
    if not isinstance(spec, LocatedDict) or not spec.get("options"):
        return ()
    place = spec.location
    about = spec.get("short_description")
    name = f"Validating arguments against arg spec '{entry}'" + (f" - {about}" if about else "")
    short = role.name.rpartition(".")[2] if role.name.count(".") > 1 else role.name  # of a collection
    arguments: dict[str, Any] = {
        "argument_spec": spec["options"],
        "validate_args_context": {
            "type": "role", "name": short, "argument_spec_name": entry, "path": str(path.absolute())
        },
    }  # fmt: skip
    values = {"name": SourceText(name, place), "module": "validate_argument_spec", "arguments": arguments}
    return (Task.model_validate({"location": place or role.location, **values, "tags": ["always"]}),)


def _specs(path: Path, meta: LocatedDict, around: Around, mistakes: Mistakes) -> LocatedDict:
    for kind in ("argument_specs",):
        for file in role_files(path, "meta", kind):
            try:
                content = around.reader.read(file)
            except LoadError as error:
                mistakes.add(*error.diagnostics)
                continue
            found = content.get("argument_specs") if isinstance(content, LocatedDict) else None
            return found if isinstance(found, LocatedDict) else LocatedDict()
    found = meta.get("argument_specs")
    return found if isinstance(found, LocatedDict) else LocatedDict()
