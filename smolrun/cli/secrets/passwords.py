"""The passwords of a run: asked for once, or read from the files that were named."""

from pathlib import Path

from smolrun.cli.options.flags import ConnectionFlags
from smolrun.cli.secrets.questions import ask_secret
from smolrun.errors import UsageError

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


def _from_file(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return read_password_file(path.expanduser()).decode()
    except UnicodeDecodeError:
        raise UsageError(f"the password in {path} is not UTF-8") from None


def read_password_file(path: Path) -> bytes:
    """What a password file holds, without line ends around it. Raises `UsageError`."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).strip(b"\r\n")
    except OSError as error:
        raise UsageError(f"the password file {path} cannot be read: {error.strerror}") from None
