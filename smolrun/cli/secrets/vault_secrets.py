"""Which vault password encrypts."""

from typing import TYPE_CHECKING

from smolrun.cli.options.flags import InventoryFlags
from smolrun.cli.secrets.vault_passwords import read_secrets, vault_secrets, vault_sources
from smolrun.errors import UsageError
from smolrun.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecret, VaultSecrets

_HINT = "give one with --vault-password-file, --vault-id or --ask-vault-password"


@dataclass(frozen=True)
class NewPassword:
    """Where the new password of ``rekey`` comes from."""

    vault_id: str | None = None
    file: str | None = None


def opening(flags: InventoryFlags) -> "VaultSecrets":
    """Every password that may open a vault. Raises `UsageError` where none was given."""
    secrets = vault_secrets(flags)
    if secrets is None:
        raise UsageError("there is no vault password", hint=_HINT)
    return secrets


def encrypting(flags: InventoryFlags, wanted: str | None) -> "VaultSecret":
    """The one password to encrypt with; asked for twice if it is typed.

    Args:
        wanted: the id of ``--encrypt-vault-id``, or of the configuration.

    Raises:
        UsageError: none was given, none has that id, or several have different ids and none was chosen.
    """
    sources = vault_sources(flags)
    labels = list(dict.fromkeys(label for label, _ in sources))
    if not sources:
        raise UsageError("there is no vault password to encrypt with", hint=_HINT)
    if wanted is None and len(labels) > 1:
        raise UsageError(f"the vault ids {', '.join(labels)} could encrypt", hint="choose one with --encrypt-vault-id")
    label = wanted or labels[0]
    if label not in labels:
        raise UsageError(f"there is no password for the vault id {label!r}", hint=f"there is: {', '.join(labels)}")
    source = next(source for source in sources if source[0] == label)
    return read_secrets([source], twice=True)[0]


def renewing(flags: InventoryFlags, new: NewPassword, wanted: str | None) -> "VaultSecret":
    """The new password; asked for where no flag gives it. Raises `UsageError`."""
    if new.vault_id is not None and new.file is not None:
        raise UsageError("give --new-vault-id or --new-vault-password-file, not both")
    default = wanted or flags.vault_identity
    if new.vault_id is not None:
        label, at, source = new.vault_id.rpartition("@")
        chosen = (label or default, source) if at else (default, source)
    else:
        chosen = (default, new.file or "prompt")
    return read_secrets([chosen], twice=True)[0]
