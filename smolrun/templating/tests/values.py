"""Tests of truth and of vaulted values."""

from collections.abc import Callable
from typing import Any, Final

from smolrun.source.vault import VaultText
from smolrun.templating.filters.values import to_bool
from smolrun.templating.marks import takes_lazy


@takes_lazy
def truthy(value: Any, convert_bool: bool = False) -> bool:
    """Whether Python takes it for true; with `convert_bool`, words such as ``no`` count, too."""
    if convert_bool and isinstance(value, str):
        lowered = value.lower()
        if lowered in ("yes", "on", "true", "1", "no", "off", "false", "0"):
            return bool(to_bool(lowered))
    return bool(value)


@takes_lazy
def falsy(value: Any, convert_bool: bool = False) -> bool:
    return not truthy(value, convert_bool)


@takes_lazy
def vault_encrypted(value: Any) -> bool:
    """Whether it is vaulted; what a variable gives has been opened already."""
    return isinstance(value, VaultText) or (isinstance(value, str) and value.startswith("$ANSIBLE_VAULT;"))


TESTS: Final[dict[str, Callable[..., Any]]] = {
    "falsy": falsy,
    "truthy": truthy,
    "vault_encrypted": vault_encrypted,
}
