"""Runs a measured case through a module's decision, without a guest."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments
from smolrun.modules.files.editing import Edit, Original
from smolrun.modules.files.state import PathState, Reading
from smolrun.modules.registry import find


def original(content: str | None) -> Original:
    """A file with that content, or none."""
    kind: Any = "absent" if content is None else "file"
    return Original(Reading(0o022, "sha256", ()), PathState("/f", kind, kind), (content or "").encode())


def decided(
    module: str, decide: Callable[[Any, Original], Edit], case: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is decided, and what was measured; both as the same keys."""
    content = case["content"]
    if case.get("failed"):
        return {"failed": _failed(module, decide, case)}, {"failed": True}
    edit = decide(arguments(module, case), original(content))
    after = content if edit.content is None else edit.content.decode("utf-8", "surrogateescape")
    measured = {"after": content, **{key: case[key] for key in ("after", "msg", "found") if key in case}}
    done = {"found": None, **edit.values, "after": after, "msg": edit.msg}
    return {key: done[key] for key in measured}, measured


def arguments(module: str, case: Mapping[str, Any]) -> Arguments:
    """The case's arguments, as the module's model reads them."""
    found = find(module)
    assert found is not None
    model: type[Arguments] = found.module.arguments
    return model.model_validate({"path": "/f", **case["args"]})


def _failed(module: str, decide: Callable[[Any, Original], Edit], case: Mapping[str, Any]) -> bool:
    try:
        return decide(arguments(module, case), original(case["content"])).failed
    except (ValidationError, ModuleError):
        return True
