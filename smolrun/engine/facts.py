"""Whether a play's facts have to be read: only where something might look at them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from smolrun.location import Location
from smolrun.playbook.models import Play, Task
from smolrun.source.text import SourceText

_WORDS = re.compile(r"(?<![\w.])(ansible_\w+|hostvars|vars|varnames|lookup|query|q|template)(?!\w)")

_NO_FACTS = re.compile(
    r"ansible_(?:host|port|user|password|connection|timeout|limit|forks|version|verbosity|check_mode|diff_mode"
    r"|managed|loop\w*|index_var|search_path|play_\w+|run_tags|skip_tags|failed_\w+|inventory_sources|config_file"
    r"|become\w*|ssh_(?!host_key_)\w+|sudo_\w+|private_key_file|host_key\w*|playbook_python|delegated_vars|role_\w+"
    r"|parent_role_\w+|collection_name|dependent_role_names)\Z"
)
"""Names that begin like facts and are none: Ansible's "Special variables" and the connection variables."""

_READS_FILES = frozenset({"template", "setup", "include_vars"})
"""Modules whose files may mention facts, so that looking at the playbook proves nothing."""


class FactUse:
    """What a run could look at.

    Args:
        plays: all of the run, in order, each with whether it gathers facts itself.
        shared: variables that any play can see: of the inventory and of ``-e``.
    """

    def __init__(self, plays: Sequence[tuple[Play, bool]], shared: Iterable[Mapping[str, Any]]) -> None:
        self._gathers = [gathers for _, gathers in plays]
        self._plays = [play for play, _ in plays]
        self._shared = shared

    @cached_property
    def _words(self) -> list[set[str]]:
        everywhere = {word for variables in self._shared for word in _words(variables)}
        return [everywhere | set(_words_of_play(play)) for play in self._plays]

    def is_needed(self, number: int) -> bool:
        """Whether the facts that play `number` (from 0) would gather may be looked at, by itself or by a later play.

        A later play that gathers facts itself has no use for these, unless it looks at other hosts.
        """
        if not self._gathers[number]:
            return False
        if self._words[number]:
            return True
        later = range(number + 1, len(self._words))
        return any(
            self._words[other] and (not self._gathers[other] or self._words[other] & {"hostvars", "vars", "lookup"})
            for other in later
        )


def _words_of_play(play: Play) -> Iterable[str]:
    if play.vars_files:
        yield "vars"  # files that are read later, by names that may depend on the host
    yield from _words(play)


def _words(value: Any) -> Iterable[str]:
    """Every word in `value` that may have to do with facts."""
    if isinstance(value, SourceText):
        yield from (word for word in _WORDS.findall(value) if not _NO_FACTS.match(word))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _words(key)
            yield from _words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
    elif isinstance(value, BaseModel):
        yield from _words_of_model(value)
    elif not isinstance(value, str | int | float | bool | Location | Path | None):
        yield "vars"  # a vaulted value, or something else that cannot be looked into


def _words_of_model(model: BaseModel) -> Iterable[str]:
    if isinstance(model, Task) and model.module in _READS_FILES:
        yield model.module
    for name in type(model).model_fields:
        if name != "location":
            yield from _words(getattr(model, name))
