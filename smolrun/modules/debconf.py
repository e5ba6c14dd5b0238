"""``debconf``: answers to the questions that Debian packages ask."""

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Boolean, Text

READ = """
need debconf-show
fact shown "$(debconf-show "$name")"
if [ -n "$secret" ] && has debconf-communicate; then
	fact answer "$(printf 'GET %s\\n' "$question" | debconf-communicate "$name" 2>/dev/null)"
fi
"""
CHANGE = """
printf '%s %s %s %s\\n' "$name" "$question" "$vtype" "$value" | debconf-set-selections $unseen
"""


class DebconfArguments(Arguments):
    """Answer a question of a package before it is installed or configured, or list its answers.

    Example:
        ```yaml
        - debconf:
            name: tzdata
            question: tzdata/Areas
            vtype: select
            value: Europe
        ```

    Returns: ``current`` and ``previous``, the answers by their questions. ``changed`` where the answer was other.

    The guest needs: `debconf-show` and `debconf-set-selections` (of the package debconf).
    """

    name: Text = Field(validation_alias=AliasChoices("name", "pkg"), description="The package")
    question: Text | None = Field(
        None, validation_alias=AliasChoices("question", "selection", "setting"), description="The question"
    )
    vtype: (
        Literal["boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text", "title"]
        | None
    ) = Field(None, description="The type of its answer")
    value: Any = Field(None, validation_alias=AliasChoices("value", "answer"), description="The answer")
    unseen: Boolean = Field(False, description="The question counts as not yet asked")

    @model_validator(mode="after")
    def _belong_together(self) -> "DebconfArguments":
        given = [self.question is not None, self.vtype is not None, self.value is not None]
        if any(given) and not all(given) and not (self.vtype is None and self.value is None):
            raise mistake("`question`, `vtype` and `value` go together")
        if isinstance(self.value, dict):
            raise mistake("`value` is a text, a number, a boolean or a list")
        return self

    @property
    def answer(self) -> str:
        """As debconf writes it."""
        value = self.value
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return str(value).lower() if self.vtype == "boolean" else str(value)


def run(arguments: DebconfArguments, task: TaskContext) -> ModuleResult:
    secret = arguments.vtype == "password"
    given = {"name": arguments.name, "question": arguments.question or "", "secret": "yes" if secret else ""}
    raw = ask(task, arguments=given, setup=READ)
    previous = _answers(raw.text("shown"))
    if arguments.question is None or arguments.vtype is None:
        return ModuleResult(values={"current": previous, "previous": previous})
    before = previous.get(arguments.question)
    if secret:
        code, _, text = raw.text("answer").partition(" ")
        before = text if code == "0" else None
    if _same(arguments, before):
        return ModuleResult(values={"current": previous, "previous": previous})
    if not task.check_mode:
        settings = {**given, "vtype": arguments.vtype, "unseen": "-u" if arguments.unseen else ""}
        perform(
            task,
            needs=["debconf-set-selections"],
            arguments=settings,
            secrets={"value": arguments.answer},
            text=CHANGE,
            about=f"the answer to {arguments.question}",
        )
    current = {**previous, arguments.question: "(password omitted)" if secret else arguments.answer}
    diffs: tuple[Diff, ...] = ()
    if task.diff_mode and not task.no_log and not secret:
        diffs = (Diff(f"{before or ''}\n", f"{arguments.answer}\n", arguments.question, arguments.question),)
    return ModuleResult(changed=True, values={"current": current, "previous": previous}, diffs=diffs)


def _answers(shown: str) -> dict[str, str]:
    """What debconf-show(1) prints: ``* question: answer``."""
    pairs = (line.lstrip("* ").partition(":") for line in shown.splitlines())
    return {question.strip(): answer.strip() for question, _, answer in pairs if question.strip()}


def _same(arguments: DebconfArguments, before: str | None) -> bool:
    if before is None:
        return False
    if arguments.vtype == "multiselect":
        return sorted(_items(before)) == sorted(_items(arguments.answer))
    return before == arguments.answer


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


MODULE = Module(DebconfArguments, run)
