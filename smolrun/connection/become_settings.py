"""Which user a task's commands run as: ``become`` keywords, overridden by the variables of the host."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, cast

from smolrun.connection import variables as names
from smolrun.connection.variables import VariableReader
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.request import Become, BecomeMethod


@dataclass(frozen=True)
class BecomeKeywords:
    """What the keywords of a task (its block's, its play's) and the flags say, already rendered.

    Attributes:
        become: whether to become another user at all; the other keywords alone do not imply it.
        user: that user; None for root.
        method: None for sudo.
        flags: None for the method's usual ones.
        password: asked for once by ``-K``.
        executable: None for the tool of the method's name.
    """

    become: bool = False
    user: str | None = None
    method: str | None = None
    flags: str | None = None
    password: str | None = field(default=None, repr=False)
    executable: str | None = None


def become_from(variables: Mapping[str, Any], keywords: BecomeKeywords, *, host: str | None = None) -> Become | None:
    """The user to become; None to stay who one is.

    Args:
        variables: everything defined for the host; ``ansible_become*`` win over the keywords.
        host: its inventory name, for messages; None for the variable ``inventory_hostname``.

    Raises:
        NotRunError: a variable or a keyword has a value that it cannot have.
    """
    reader = VariableReader(variables)
    result = read_become(reader, keywords)
    reader.raise_mistakes(host or str(variables.get("inventory_hostname") or "the host"))
    return result


def read_become(reader: VariableReader, keywords: BecomeKeywords) -> Become | None:
    """The user to become as far as it can be read; `reader` holds the mistakes."""
    wanted = reader.boolean(names.BECOME)
    if not (keywords.become if wanted is None else wanted):
        return None
    method = _method(reader, keywords)

    def text(pattern: tuple[str, ...]) -> str | None:
        return reader.text([name.format(method=method) for name in pattern])

    return Become(
        user=text(names.BECOME_USER) or keywords.user or "root",
        method=method,
        password=text(names.BECOME_PASSWORD) or keywords.password,
        flags=text(names.BECOME_FLAGS) or keywords.flags,
        executable=text(names.BECOME_EXECUTABLE) or keywords.executable,
    )


def _method(reader: VariableReader, keywords: BecomeKeywords) -> BecomeMethod:
    variable, value = reader.find(names.BECOME_METHOD)
    chosen = str(value) if value is not None else keywords.method or "sudo"
    method = chosen.removeprefix("ansible.builtin.").removeprefix("community.general.")
    if method not in names.METHODS:
        reader.complain(
            variable,
            value if value is not None else keywords.method,
            f"{variable if value is not None else 'become_method'} is {chosen!r}, which is not supported",
            hint=f"use one of {', '.join(names.METHODS)}",
        )
        return "sudo"
    return cast("BecomeMethod", method)
