"""What the run itself has taught each host: facts, ``set_fact`` and ``register``. It lasts until the run ends."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

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
        facts: the layer of facts: ``ansible_facts``, and each of them as ``ansible_X``.
        assigned: the layer of ``set_fact`` and ``register``.
        included: the layer of ``include_vars``.
    """

    __slots__ = ("assigned", "facts", "included")

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {"ansible_facts": {}}
        self.assigned: dict[str, Any] = {}
        self.included: dict[str, Any] = {}

    def add_facts(self, facts: Mapping[str, Any]) -> None:
        """Facts of the guest, named without ``ansible_``; later ones replace earlier ones of the same name."""
        plain = {name.removeprefix(INJECTED): as_data(value) for name, value in facts.items()}
        self.facts["ansible_facts"] = {**self.facts["ansible_facts"], **plain}
        self.facts.update({INJECTED + name: value for name, value in plain.items() if not STEERING.match(name)})

    def clear_facts(self) -> None:
        """``meta: clear_facts``: forget what the guest said of itself; ``set_fact`` stays unless it was cacheable."""
        self.facts.clear()
        self.facts["ansible_facts"] = {}

    def assign(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.assigned[name] = as_data(value)


class Memory:
    """Of all hosts, those outside the inventory included."""

    def __init__(self) -> None:
        self._hosts: dict[str, HostMemory] = {}

    def of(self, host: str) -> HostMemory:
        return self._hosts.setdefault(host, HostMemory())


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
