"""Vault passwords: asked for, read from files, or printed by programs."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smolrun.cli.options.flags import InventoryFlags
from smolrun.cli.secrets.passwords import read_password_file
from smolrun.cli.secrets.questions import ask_secret
from smolrun.errors import UsageError

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecret, VaultSecrets

_ASKED = frozenset({"prompt", "prompt_ask_vault_pass"})
_PROGRAM_SECONDS = 60.0
"""What a program may take to print a password; it may ask somebody or fetch it over the network."""


def vault_secrets(flags: InventoryFlags) -> "VaultSecrets | None":
    """Every vault password that was named; None where none was. Raises `UsageError`."""
    sources = vault_sources(flags)
    if not sources:
        return None
    from smolrun.source.vault import VaultSecrets

    return VaultSecrets(read_secrets(sources), match=flags.vault_id_match)


def vault_sources(flags: InventoryFlags) -> list[tuple[str, str]]:
    """Each as (id, source): those of the configuration's list, of ``--vault-id``, of files, then the one to ask for."""
    sources = [_labelled(named, flags.vault_identity) for named in (*flags.vault_identity_list, *flags.vault_id)]
    sources += [(flags.vault_identity, str(path)) for path in flags.vault_password_file]
    if flags.ask_vault_password:
        sources.append((flags.vault_identity, "prompt"))
    return sources


def read_secrets(sources: Sequence[tuple[str, str]], *, twice: bool = False) -> "tuple[VaultSecret, ...]":
    """Their passwords.

    Args:
        twice: a password that is new and typed is asked for a second time.

    Raises:
        UsageError: one cannot be read, is empty, or was typed differently the second time.
    """
    from smolrun.source.vault import VaultSecret

    return tuple(VaultSecret(label, _password(label, source, twice=twice)) for label, source in sources)


def _labelled(named: str, default: str) -> tuple[str, str]:
    label, at, source = named.rpartition("@")
    return (label or default, source) if at else (default, source)


def _password(label: str, source: str, *, twice: bool) -> bytes:
    if source in _ASKED:
        return _asked(label, twice=twice)
    path = Path(source).expanduser()
    content = (
        _printed_by(path, label) if os.access(path, os.X_OK) and path.is_file() else read_password_file(path).strip()
    )
    if not content:
        raise UsageError(f"the vault password file {source} is empty")
    return content


def _asked(label: str, *, twice: bool) -> bytes:
    named = "" if label == "default" else f" ({label})"
    new = "New vault" if twice else "Vault"
    password = ask_secret(f"{new} password{named}: ", "--ask-vault-password")
    if twice and ask_secret(f"Confirm new vault password{named}: ", "--ask-vault-password") != password:
        raise UsageError("the passwords are not the same")
    if not password.strip():
        raise UsageError("the vault password is empty")
    return password.strip().encode()


def _printed_by(program: Path, label: str) -> bytes:
    """What a program prints. One whose name ends in ``-client`` is told the id that is wanted.

    The rule: docs.ansible.com, "Managing vault passwords", "Storing passwords in third-party tools with vault
    password client scripts".
    """
    arguments = ["--vault-id", label] if program.stem.endswith("-client") else []
    try:
        done = subprocess.run(
            [program.absolute(), *arguments], stdout=subprocess.PIPE, check=True, timeout=_PROGRAM_SECONDS
        )
    except subprocess.CalledProcessError as error:
        raise UsageError(f"the vault password program {program} ended with exit code {error.returncode}") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"the vault password program {program} did not end within {_PROGRAM_SECONDS:g} s") from None
    except OSError as error:
        raise UsageError(f"the vault password program {program} cannot be started: {error.strerror}") from None
    return done.stdout.strip(b"\r\n")
