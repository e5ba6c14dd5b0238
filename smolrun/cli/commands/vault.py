"""``smolrun vault``: files and values, encrypted as ansible-vault does it."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from smolrun.cli.options import shared
from smolrun.cli.options.configuring import ConfiguredCommand
from smolrun.cli.options.flags import InventoryFlags, taken
from smolrun.cli.options.grouping import option
from smolrun.errors import UsageError

_EXAMPLES = """\b
Examples:
  smolrun vault create secrets.yml --vault-password-file ~/.vault
  smolrun vault encrypt group_vars/prod/vault.yml --vault-id prod@~/.vault-prod
  smolrun vault view secrets.yml --ask-vault-password
  smolrun vault edit secrets.yml
  smolrun vault rekey secrets.yml --new-vault-id prod@prompt
  smolrun vault encrypt_string --name db_password --stdin-name db_password < password

Files are those of ansible-vault, both ways. Without FILE, standard input is read and
standard output written.

\b
Exit codes:
  0 ok · 1 no password fits, or the text is damaged · 5 bad options
"""
_FILES = click.Path(path_type=Path, dir_okay=False)
_MOST_BYTES = 64 * 1024 * 1024
_WHAT = "Files"

_output = option(
    "--output", heading=_WHAT, metavar="FILE", help="Write the result here instead of in place; '-': standard output."
)
_encrypt_id = option(
    "--encrypt-vault-id", "vault_encrypt_identity", heading=_WHAT, metavar="LABEL",
    help="Encrypt with the password of this id.",
)  # fmt: skip


@click.group("vault", epilog=_EXAMPLES)
def command() -> None:
    """Encrypt, decrypt, show and change vaulted files and values."""


def _sub(name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    def decorate(function: Callable[..., int]) -> Callable[..., int]:
        command.command(name, cls=ConfiguredCommand)(shared.vault_options(function))
        return function

    return decorate


@_sub("encrypt")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=_FILES)
@_output
@_encrypt_id
def encrypt_files(files: tuple[Path, ...], output: str | None, vault_encrypt_identity: str | None, **given: Any) -> int:
    """Encrypt files, in place unless --output is given."""
    from smolrun.cli.secrets.vault_secrets import encrypting
    from smolrun.source.vault import HEADER, VaultError
    from smolrun.source.vault_writer import encrypt

    plain = _read_all(files)
    for name, content in plain.items():
        if content.startswith(HEADER):
            raise VaultError(f"{name} is encrypted already")
    secret = encrypting(taken(InventoryFlags, given), vault_encrypt_identity)
    _write_all({name: encrypt(content, secret) for name, content in plain.items()}, output)
    return 0


@_sub("decrypt")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=_FILES)
@_output
def decrypt_files(files: tuple[Path, ...], output: str | None, **given: Any) -> int:
    """Decrypt files, in place unless --output is given."""
    contents = _read_all(files)
    _write_all(_opened(contents, taken(InventoryFlags, given)), output)
    return 0


@_sub("view")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILES)
def view(files: tuple[Path, ...], **given: Any) -> int:
    """Show what is in vaulted files."""
    for content in _opened(_read_all(files), taken(InventoryFlags, given)).values():
        if sys.stdout.isatty():
            click.echo_via_pager(content.decode("utf-8", "backslashreplace"))
        else:
            sys.stdout.buffer.write(content)
    return 0


@_sub("edit")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILES)
@_encrypt_id
def edit(files: tuple[Path, ...], vault_encrypt_identity: str | None, **given: Any) -> int:
    """Change vaulted files with $EDITOR; their password and id stay unless --encrypt-vault-id chooses another."""
    from smolrun.cli.secrets.private_files import edited, replace_file
    from smolrun.cli.secrets.vault_secrets import encrypting, opening
    from smolrun.source.vault_writer import encrypt

    flags = taken(InventoryFlags, given)
    secrets = opening(flags)
    for path in files:
        unlocked = _unlock(str(path), _read(path), secrets)
        # Only the flag: what the configuration encrypts with is for what is new.
        chosen = click.get_current_context().get_parameter_source("vault_encrypt_identity")
        by_flag = chosen is click.core.ParameterSource.COMMANDLINE
        secret = encrypting(flags, vault_encrypt_identity) if by_flag else unlocked.secret
        changed = edited(unlocked.content, path.suffix)
        if changed != unlocked.content or secret != unlocked.secret:
            replace_file(path, encrypt(changed, secret))
    return 0


@_sub("create")
@click.argument("file", type=_FILES)
@_encrypt_id
def create(file: Path, vault_encrypt_identity: str | None, **given: Any) -> int:
    """Write a new vaulted file with $EDITOR."""
    from smolrun.cli.secrets.private_files import edited, replace_file
    from smolrun.cli.secrets.vault_secrets import encrypting
    from smolrun.source.vault_writer import encrypt

    if file.exists():
        raise UsageError(f"{file} exists already", hint=f"smolrun vault edit {file}")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}")
    secret = encrypting(taken(InventoryFlags, given), vault_encrypt_identity)
    replace_file(file, encrypt(edited(b"", file.suffix), secret))
    return 0


@_sub("rekey")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILES)
@option("--new-vault-id", heading=_WHAT, metavar="[LABEL@]SOURCE", help="The new password and its id.")
@option("--new-vault-password-file", heading=_WHAT, metavar="FILE", help="The new password.")
@_encrypt_id
def rekey(
    files: tuple[Path, ...],
    new_vault_id: str | None,
    new_vault_password_file: str | None,
    vault_encrypt_identity: str | None,
    **given: Any,
) -> int:
    """Give vaulted files another password; none is touched unless all of them open."""
    from smolrun.cli.secrets.vault_secrets import NewPassword, renewing
    from smolrun.source.vault_writer import encrypt

    flags = taken(InventoryFlags, given)
    plain = _opened(_read_all(files), flags)
    secret = renewing(flags, NewPassword(new_vault_id, new_vault_password_file), vault_encrypt_identity)
    _write_all({name: encrypt(content, secret) for name, content in plain.items()}, None)
    return 0


@_sub("encrypt_string")
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@option("-n", "--name", "names", heading=_WHAT, multiple=True, metavar="NAME", help="The variable of each TEXT.")
@option("--stdin-name", heading=_WHAT, metavar="NAME", help="The variable of what standard input holds.")
@option("-p", "--prompt", heading=_WHAT, is_flag=True, help="Ask for the text on the terminal.")
@_output
@_encrypt_id
def encrypt_string(
    texts: tuple[str, ...],
    names: tuple[str, ...],
    stdin_name: str | None,
    prompt: bool,
    output: str | None,
    vault_encrypt_identity: str | None,
    **given: Any,
) -> int:
    """Encrypt texts as values for a YAML file."""
    from smolrun.cli.secrets.questions import ask_secret
    from smolrun.cli.secrets.vault_secrets import encrypting
    from smolrun.source.vault_writer import as_yaml, encrypt

    if len(names) > len(texts) + prompt:
        raise UsageError("there are more names than texts")
    named: list[tuple[str | None, bytes]] = [
        (names[number] if number < len(names) else None, text.encode("utf-8", "surrogateescape"))
        for number, text in enumerate(texts)
        if text != "-"
    ]
    secret = encrypting(taken(InventoryFlags, given), vault_encrypt_identity)
    if prompt:
        named.append(
            (names[len(texts)] if len(names) > len(texts) else None, ask_secret("Text: ", "--prompt").encode())
        )
    if stdin_name is not None or "-" in texts or not named:
        named.append((stdin_name, sys.stdin.buffer.read(_MOST_BYTES)))
    written = "".join(as_yaml(encrypt(text, secret), name) for name, text in named)
    _write_all({"-": written.encode()}, output)
    return 0


# --- reading and writing ---


def _read_all(files: Sequence[Path]) -> dict[str, bytes]:
    """The content of each file by its name, ``-`` for standard input."""
    return {str(path): _read(path) for path in files or (Path("-"),)}


def _read(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _unlock(name: str, content: bytes, secrets: Any) -> Any:
    from smolrun.source.vault import HEADER, VaultError, unlock

    shown = "standard input" if name == "-" else name
    if not content.startswith(HEADER):
        raise VaultError(f"{shown} is not vaulted", hint="a vaulted text begins with $ANSIBLE_VAULT;1.1;AES256")
    try:
        return unlock(content, secrets)
    except VaultError as error:
        raise VaultError(f"{shown}: {error.message}", hint=error.hint) from None


def _opened(contents: dict[str, bytes], flags: InventoryFlags) -> dict[str, bytes]:
    from smolrun.cli.secrets.vault_secrets import opening

    secrets = opening(flags)
    return {name: _unlock(name, content, secrets).content for name, content in contents.items()}


def _write_all(results: dict[str, bytes], output: str | None) -> None:
    from smolrun.cli.secrets.private_files import replace_file

    if output is not None and len(results) > 1:
        raise UsageError("--output takes the result of one file")
    for name, content in results.items():
        target = output or name
        if target == "-":
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            replace_file(Path(target), content)
