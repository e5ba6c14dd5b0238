"""Which words a play, a block and a task know; what is said about those that they do not."""

from collections.abc import Iterable
from functools import cache

from smolrun.playbook.mistakes import Mistakes
from smolrun.playbook.models import READ_APART, Meta, Play, Task, Written
from smolrun.playbook.suggestion import did_you_mean, near
from smolrun.source.containers import LocatedDict

IMPORTS = frozenset({"import_tasks", "import_role"})
INCLUDES = frozenset({"include_tasks", "include_role"})
NOT_YET_FOR_PLAYS = frozenset(
    {
        "become_exe", "validate_argspec",
    }
)  # fmt: skip
NOT_YET_FOR_BLOCKS = frozenset({"become_exe"})
NOT_YET_FOR_TASKS = NOT_YET_FOR_BLOCKS
NOT_YET_ACTIONS = frozenset({"import_playbook"})
PLAY_ONLY = frozenset(
    {
        "hosts", "roles", "tasks", "pre_tasks", "post_tasks", "handlers", "vars_files", "vars_prompt", "gather_facts",
        "serial", "strategy", "import_playbook",
    }
)  # fmt: skip
"""Words that only a play has: whatever says one of them is meant to be a play."""
REMOVED = {
    "sudo": "become",
    "sudo_user": "become_user",
    "su": "become",
    "su_user": "become_user",
    "always_run": "check_mode: false",
    "include": "include_tasks or import_tasks",
    "static": "import_tasks",
}
"""Words that older versions of Ansible knew, and what stands for them now."""


@cache
def words_of(model: type[Written]) -> frozenset[str]:
    """The keywords of a model, as they are written."""
    fields = model.model_fields.items()
    names = {field.alias or name for name, field in fields} - READ_APART
    if model is Play:
        names -= {"when"}
    if model is Task:
        names |= {"loop_control", "args", "action", "local_action"}
    return frozenset(names - {"action"} if model is Meta else names)


def refuse(kind: str, key: object, written: LocatedDict, known: Iterable[str], mistakes: Mistakes) -> None:
    """Notes that a play, a block or a task (`kind`) does not take `key`."""
    place = written.key_locations.get(key)
    word = str(key)
    if word in REMOVED:
        instead = f"Ansible no longer has it either; write '{REMOVED[word]}'"
        mistakes.error("removed-keyword", f"'{word}' is not a keyword of a {kind} any more", place, instead)
        return
    known = list(known)
    hint = did_you_mean(word, known)
    if hint is None and kind != "task" and near(word, words_of(Task)) == word:
        hint = f"'{word}' belongs to a task"
    mistakes.error("unknown-keyword", f"'{word}' is not a keyword of a {kind}", place, hint)


def refuse_for_now(kind: str, key: object, written: LocatedDict, mistakes: Mistakes) -> None:
    """Notes that `key` is a word of Ansible's that is not supported yet."""
    place = written.key_locations.get(key)
    mistakes.error("not-supported-yet", f"'{key}' in a {kind} is not supported yet", place)
