"""``alternatives``: which program stands behind a name."""

from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.system.alternatives import Follower, Known, known_of
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Integer, Text


class Subcommand(Arguments):
    """A link that is switched together with the name."""

    name: Text = Field(description="Its name")
    link: Text = Field(description="The link that is managed")
    path: Text = Field(description="What it stands for")


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
            subcommands:
              - name: keytool
                link: /usr/bin/keytool
                path: /opt/jdk/bin/keytool
        ```

    Returns: only ``changed``.

    The guest needs: `update-alternatives` or `alternatives`.
    """

    name: Text = Field(description="The name")
    path: Text | None = Field(None, description="What it stands for")
    link: Text | None = Field(None, description="The link that is managed; needed for a name that is not known yet")
    family: Text | None = Field(
        None, description="A group of paths, by which it may be chosen; only Red Hat's `alternatives` has them"
    )
    subcommands: list[Subcommand] | None = Field(
        None,
        validation_alias=AliasChoices("subcommands", "slaves"),
        description="Links that are switched together with it, and no others",
    )
    priority: Integer | None = Field(None, description="The highest wins in automatic mode; 50 by default")
    state: Literal["absent", "auto", "present", "selected"] = Field(
        "selected", description="`present` knows it, `selected` chooses it, `auto` leaves it to priorities"
    )

    @model_validator(mode="after")
    def _belong_together(self) -> "AlternativesArguments":
        if self.path is None and self.family is None:
            raise mistake("`path` or `family` is needed")
        return self

    @property
    def followers(self) -> frozenset[Follower] | None:
        """The subcommands; None where nothing is said of them."""
        if self.subcommands is None:
            return None
        return frozenset(Follower(each.name, each.link, each.path) for each in self.subcommands)


def run(arguments: AlternativesArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, "alternatives", arguments={"name": arguments.name}, reads=True)
    known, tool, path = known_of(raw), raw.text("tool"), arguments.path
    commands: list[list[str]] = []
    if arguments.state == "absent":
        if path in known.alternatives:
            commands.append([tool, "--remove", arguments.name, str(path)])
    else:
        if path is not None:
            commands += _install(arguments, known, tool, path, task)
        chosen = path or arguments.family or ""
        if arguments.state == "selected" and not _stands_for(known, chosen):
            commands.append([tool, "--set", arguments.name, chosen])
        elif arguments.state == "auto" and known.manual:
            commands.append([tool, "--auto", arguments.name])
    if commands and not task.check_mode:
        perform(task, commands, about=f"the alternatives of {arguments.name}")
    wanted = (path or arguments.family) if arguments.state == "selected" else arguments.state
    shown = Diff(f"{known.value or ''}\n", f"{wanted}\n")
    return ModuleResult(changed=bool(commands), diffs=(shown,) if commands and task.diff_mode else ())


def _stands_for(known: Known, chosen: str) -> bool:
    """Whether the name stands for that path, or for a path of that family."""
    now = known.alternatives.get(known.value or "")
    return known.value == chosen or (now is not None and now.family == chosen)


def _install(
    arguments: AlternativesArguments, known: Known, tool: str, path: str, task: TaskContext
) -> list[list[str]]:
    now, followers = known.alternatives.get(path), arguments.followers
    link = arguments.link or known.link
    priority = arguments.priority if arguments.priority is not None else now.priority if now else 50
    if (
        now is not None
        and now.priority == priority
        and (known.link is None or link == known.link)
        and followers in (None, now.followers)
        and arguments.family in (None, now.family)
    ):
        return []
    if link is None:
        raise ModuleError(f"{arguments.name} is not known on {task.host}: `link` is needed")
    if followers is None and now is not None:
        followers = now.followers  # what is installed anew would lose them
    command = [tool, "--install", link, arguments.name, path, str(priority)]
    if arguments.family is not None:
        command += ["--family", arguments.family]
    for each in sorted(followers or (), key=lambda follower: follower.name):
        command += ["--slave", each.link or "", each.name, each.path]
    return [command]


MODULE = Module(AlternativesArguments, run, collection="community.general")
