"""``vault`` and ``unvault``: text that only a password opens (docs.ansible.com, "ansible.builtin.vault filter")."""

from collections.abc import Callable
from typing import Any, Final

from smolrun.source.vault import HEADER, VaultError, VaultSecret, VaultSecrets, decrypt


def _bytes(value: Any, what: str) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise TypeError(f"{what} has to be text, not a value of type '{type(value).__name__}'")
    return value.encode("utf-8", "surrogateescape")


def vault(
    value: Any, secret: Any, salt: str | None = None, vault_id: str = "filter_default", wrap_object: bool = False
) -> str:
    """`value` vaulted.

    Args:
        secret: the password.
        salt: a random one where none is given: the text is another one each time then.
        vault_id: stands in the header, for whoever opens it.
        wrap_object: taken for Ansible's sake; text is all that a template yields here.
    """
    from smolrun.source.vault_writer import encrypt

    own = VaultSecret(vault_id, _bytes(secret, "the password"))
    given = None if salt is None else _bytes(salt, "the salt")
    return encrypt(_bytes(value, "what is vaulted"), own, salt=given).decode("ascii")


def unvault(value: Any, secret: Any, vault_id: str = "filter_default") -> str:
    """What a vaulted text holds; text that is not vaulted stays what it is.

    Args:
        secret: the password, whatever the vault id says.
    """
    content = _bytes(value, "what is opened")
    if not content.startswith(HEADER):
        return content.decode("utf-8", "surrogateescape")
    secrets = VaultSecrets((VaultSecret(vault_id, _bytes(secret, "the password")),))
    try:
        return decrypt(content, secrets).decode("utf-8", "surrogateescape")
    except VaultError as error:
        raise ValueError(error.message) from None  # it is the filter's failure, at the template's place


FILTERS: Final[dict[str, Callable[..., Any]]] = {"unvault": unvault, "vault": vault}
