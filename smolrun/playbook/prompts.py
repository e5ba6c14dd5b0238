"""``vars_prompt`` as it is written."""

from typing import Any

from smolrun.playbook import keywords
from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import VariablePrompt
from smolrun.playbook.names import note_name
from smolrun.playbook.validation import build
from smolrun.playbook.written import is_open
from smolrun.source.coercions import describe
from smolrun.source.containers import LocatedDict, LocatedList


def read_prompts(value: Any, play: LocatedDict, mistakes: Mistakes) -> tuple[VariablePrompt, ...]:
    """The variables to ask for; one alone needs no list.

    Args:
        play: that it stands in.
    """
    place = play.value_locations.get("vars_prompt")
    if value is None:
        return ()
    entries = (
        list(zip(value, value.item_locations, strict=True)) if isinstance(value, LocatedList) else [(value, place)]
    )
    prompts = []
    for entry, at in entries:
        if isinstance(entry, LocatedDict):
            prompts.append(_read(entry, mistakes))
        else:
            message = f"'vars_prompt': expected a mapping with 'name', found {describe(entry)}"
            mistakes.error("wrong-type", message, at, "write '- name: VARIABLE'")
    return tuple(prompt for prompt in prompts if prompt is not None)


def _read(written: LocatedDict, mistakes: Mistakes) -> VariablePrompt | None:
    known = keywords.words_of(VariablePrompt)
    for key in written:
        if key not in known:
            keywords.refuse("vars_prompt", key, written, known, mistakes)
    if not written.get("name"):
        mistakes.error("no-name", "'vars_prompt' does not say which variable", written.location, "add 'name: VARIABLE'")
        return None
    name = written["name"]
    if isinstance(name, str) and not is_open(name):
        note_name(name, written.value_locations.get("name"), mistakes)
    values = {key: value for key, value in written.items() if key in known and value is not None}
    return build(VariablePrompt, {"location": written.location, **values}, written, mistakes)
