"""What the run itself has taught each host: facts, ``set_fact`` and ``register``. It lasts until the run ends."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import Any

from smolrun.engine.fact_cache import GATHERED, FactCache

INJECTED = "ansible_"
"""Ansible also gives every fact ``X`` as the variable ``ansible_X`` (its INJECT_FACTS_AS_VARS)."""


STEERING = re.compile(
    r"(?:host|port|user|password|connection|timeout|private_key_file|host_key|host_key_checking|facts|shell_\w+"
    r"|(?:become|sudo|su|doas)(?:_\w+)?|ssh_(?!host_key_(?:rsa|dsa|ecdsa|ed25519)_)\w+|\w+_interpreter)\Z"
)
"""What a guest says of itself must not decide how it, or the controller, is reached (as in Ansible's `clean_facts`)."""


class HostMemory:
    """Of one host. Its values are data: nothing in them is ever taken for a template.

    Attributes:
        facts: the layer of facts: ``ansible_facts``, and each of them as ``ansible_X``; those of ``set_fact`` under
            the names they were given.
        assigned: the layer of ``set_fact`` and ``register``.
        included: the layer of ``include_vars``.
        hidden: the names in these layers that tasks with ``no_log`` have set.
    """

    __slots__ = ("_keep", "assigned", "facts", "hidden", "included")

    def __init__(self, keep: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        self._keep = keep
        self.facts: dict[str, Any] = {"ansible_facts": {}}
        self.assigned: dict[str, Any] = {}
        self.included: dict[str, Any] = {}
        self.hidden: set[str] = set()

    def add_facts(self, facts: Mapping[str, Any]) -> None:
        """Facts of the guest, named without ``ansible_``; later ones replace earlier ones of the same name."""
        self.add_named_facts({INJECTED + name.removeprefix(INJECTED): value for name, value in facts.items()})

    def add_named_facts(self, facts: Mapping[str, Any], *, keep: bool = True) -> None:
        """Facts by the names of their variables.

        Args:
            keep: write them to the cache, if there is one.
        """
        named = {name: as_data(value) for name, value in facts.items()}
        plain = {name.removeprefix(INJECTED): value for name, value in named.items() if name != GATHERED}
        self.facts["ansible_facts"] = {**self.facts["ansible_facts"], **plain}
        self.facts.update({name: value for name, value in named.items() if not _steers(name)})
        if keep:
            self._write()

    @property
    def gathered(self) -> bool:
        """Whether the guest was asked for its facts, in this run or in an earlier one whose facts were kept."""
        return "module_setup" in self.facts["ansible_facts"] or GATHERED in self.facts

    def _write(self) -> None:
        if self._keep is None:
            return
        named = {name: value for name, value in self.facts.items() if name != "ansible_facts"}
        self._keep({**named, **({GATHERED: True} if self.gathered else {})})

    def clear_facts(self) -> None:
        """``meta: clear_facts``: forget what the guest said of itself; ``set_fact`` stays unless it was cacheable."""
        self.facts.clear()
        self.facts["ansible_facts"] = {}
        self._write()

    def assign(self, values: Mapping[str, Any], *, hidden: bool = False) -> None:
        """What ``set_fact`` or ``register`` gives.

        Args:
            hidden: the task says ``no_log``.
        """
        for name, value in values.items():
            self.assigned[name] = as_data(value)
        self.note_hidden(values, hidden=hidden)

    def note_hidden(self, names: Iterable[str], *, hidden: bool) -> None:
        """Take note of whether variables that were just set come from a task with ``no_log``."""
        self.hidden = self.hidden | set(names) if hidden else self.hidden.difference(names)


class Memory:
    """Of all hosts, those outside the inventory included.

    Args:
        cache: where facts are kept between runs.
    """

    def __init__(self, cache: FactCache | None = None) -> None:
        self._hosts: dict[str, HostMemory] = {}
        self._cache = cache

    def of(self, host: str) -> HostMemory:
        found = self._hosts.get(host)
        return found if found is not None else self._hosts.setdefault(host, self._new(host))

    def _new(self, host: str) -> HostMemory:
        cache = self._cache
        if cache is None:
            return HostMemory()
        memory = HostMemory(lambda facts: cache.write(host, facts))
        memory.add_named_facts(cache.read(host), keep=False)
        return memory


def _steers(name: str) -> bool:
    return name.startswith(INJECTED) and STEERING.match(name.removeprefix(INJECTED)) is not None


_PLAIN = frozenset({str, int, float, bool, type(None)})


def as_data(value: Any) -> Any:
    """`value` with nothing left in it that could be taken for a template: plain text, lists and dictionaries.

    What has no form as data (a function that a template gave, say) becomes text.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {as_data(key): as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_data(item) for item in value]
    if isinstance(value, date | time):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
