"""The passwords of a run: asked for once, or read from the files that were named."""

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from smolrun.cli.flags import ConnectionFlags, InventoryFlags
from smolrun.cli.questions import ask_secret
from smolrun.errors import UsageError

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets

_MOST_BYTES = 64 * 1024


def login_password(flags: ConnectionFlags) -> str | None:
    """What ``-k`` asks for, or its file holds. Raises `UsageError`."""
    if flags.ask_pass:
        return ask_secret("SSH password: ", "-k")
    return _from_file(flags.connection_password_file)


def become_password(flags: ConnectionFlags, login: str | None) -> str | None:
    """What ``-K`` asks for, or its file holds; an empty answer means the login password. Raises `UsageError`."""
    if flags.ask_become_pass:
        default = " [defaults to the SSH password]" if login else ""
        return ask_secret(f"BECOME password{default}: ", "-K") or login
    return _from_file(flags.become_password_file)


def vault_secrets(flags: InventoryFlags) -> "VaultSecrets | None":
    """Every vault password that was named. Raises `UsageError`."""
    sources = [("default", str(path)) for path in flags.vault_password_file]
    for named in flags.vault_id:
        label, at, source = named.rpartition("@")
        sources.append((label if at else "default", source))
    if flags.ask_vault_password:
        sources.append(("default", "prompt"))
    if not sources and not os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE"):
        return None
    from smolrun.source.vault import VaultSecret, VaultSecrets

    if not sources:
        sources = [("default", os.environ["ANSIBLE_VAULT_PASSWORD_FILE"])]
    return VaultSecrets(tuple(VaultSecret(label, _vault_password(label, source)) for label, source in sources))


def _vault_password(label: str, source: str) -> bytes:
    if source in {"prompt", "prompt_ask_vault_pass"}:
        named = "" if label == "default" else f" ({label})"
        return ask_secret(f"Vault password{named}: ", "--ask-vault-password").encode()
    path = Path(source).expanduser()
    content = _printed_by(path) if os.access(path, os.X_OK) and path.is_file() else _read(path)
    if not content:
        raise UsageError(f"the vault password file {source} is empty")
    return content


def _from_file(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return _read(path.expanduser()).decode()
    except UnicodeDecodeError:
        raise UsageError(f"the password in {path} is not UTF-8") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).strip(b"\r\n")
    except OSError as error:
        raise UsageError(f"the password file {path} cannot be read: {error.strerror}") from None


def _printed_by(program: Path) -> bytes:
    """A program as a password file: what it prints (Ansible's vault password client scripts)."""
    try:
        done = subprocess.run([program.absolute()], stdout=subprocess.PIPE, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"the vault password program {program} failed: {error}") from None
    return done.stdout.strip(b"\r\n")
