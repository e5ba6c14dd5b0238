"""``alternatives``: which program stands behind a name."""

import re
from dataclasses import field
from typing import Literal

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Integer, Text


class AlternativesArguments(Arguments):
    """Choose which of several programs a name stands for.

    Example:
        ```yaml
        - alternatives:
            name: editor
            path: /usr/bin/vim.basic
        - alternatives:
            name: java
            link: /usr/bin/java
            path: /opt/jdk/bin/java
            priority: 100
        ```

    Returns: only ``changed``.

    The guest needs: `update-alternatives` or `alternatives`.
    """

    name: Text = Field(description="The name")
    path: Text | None = Field(None, description="What it stands for")
    link: Text | None = Field(None, description="The link that is managed; needed for a name that is not known yet")
    priority: Integer | None = Field(None, description="The highest wins in automatic mode; 50 by default")
    state: Literal["absent", "auto", "present", "selected"] = Field(
        "selected", description="`present` knows it, `selected` chooses it, `auto` leaves it to priorities"
    )

    @model_validator(mode="after")
    def _belong_together(self) -> "AlternativesArguments":
        if self.path is None:
            raise mistake("`path` is needed")
        return self


@dataclass(frozen=True)
class Known:
    """What is known of a name.

    Attributes:
        priorities: by path.
        manual: it was chosen, rather than by priorities.
    """

    link: str | None = None
    value: str | None = None
    manual: bool = False
    priorities: dict[str, int] = field(default_factory=dict)


def run(arguments: AlternativesArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, "alternatives", arguments={"name": arguments.name})
    known, tool, path = known_of(raw), raw.text("tool"), arguments.path or ""
    commands: list[list[str]] = []
    if arguments.state == "absent":
        if path in known.priorities:
            commands.append([tool, "--remove", arguments.name, path])
    else:
        commands += _install(arguments, known, tool, path, task)
        if arguments.state == "selected" and known.value != path:
            commands.append([tool, "--set", arguments.name, path])
        elif arguments.state == "auto" and known.manual:
            commands.append([tool, "--auto", arguments.name])
    if commands and not task.check_mode:
        perform(task, commands, about=f"the alternatives of {arguments.name}")
    shown = Diff(f"{known.value or ''}\n", f"{path if arguments.state == 'selected' else arguments.state}\n")
    return ModuleResult(changed=bool(commands), diffs=(shown,) if commands and task.diff_mode else ())


def _install(
    arguments: AlternativesArguments, known: Known, tool: str, path: str, task: TaskContext
) -> list[list[str]]:
    link = arguments.link or known.link
    priority = arguments.priority if arguments.priority is not None else known.priorities.get(path, 50)
    same_link = arguments.link is None or known.link is None or arguments.link == known.link
    if known.priorities.get(path) == priority and same_link:
        return []
    if link is None:
        raise ModuleError(f"{arguments.name} is not known on {task.host}: `link` is needed")
    return [[tool, "--install", link, arguments.name, path, str(priority)]]


def known_of(raw: RawFacts) -> Known:
    """From ``--query`` (update-alternatives(1), QUERY FORMAT), or what ``--display`` of Red Hat's tool says."""
    if raw.text("query"):
        blocks = [dict(re.findall(r"^(\w+): (.*)$", block, re.M)) for block in raw.text("query").split("\n\n")]
        head = blocks[0]
        priorities = {block["Alternative"]: int(block["Priority"]) for block in blocks[1:] if "Alternative" in block}
        value = head.get("Value")
        return Known(head.get("Link"), None if value == "none" else value, head.get("Status") == "manual", priorities)
    text = raw.text("display")
    found = re.findall(r"^(/\S+) - (?:family \S+ )?priority (\d+)", text, re.M)
    value = re.search(r"link currently points to (\S+)", text)
    return Known(None, value[1] if value else None, "manual" in text, {path: int(rank) for path, rank in found})


MODULE = Module(AlternativesArguments, run, collection="community.general")
