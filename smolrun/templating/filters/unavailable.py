"""Filters that real playbooks use and that need a library we do not bring: told apart from misspelt ones."""

from collections.abc import Callable
from typing import Any, Final

from jinja2.exceptions import TemplateRuntimeError

REASONS: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("ipaddr", "ipv4", "ipv6", "ipwrap", "ipsubnet", "ipmath", "cidr_merge", "nthhost", "network_in_network"),
        "addresses are not supported yet",
    ),
    "json_query": "JMESPath is not supported yet; selectattr, map and combine can often say the same",
}


def _refusing(name: str, reason: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise TemplateRuntimeError(f"the filter '{name}' cannot be used: {reason}")

    refuse.unavailable = reason  # type: ignore[attr-defined]
    return refuse


FILTERS: Final[dict[str, Callable[..., Any]]] = {name: _refusing(name, why) for name, why in REASONS.items()}
