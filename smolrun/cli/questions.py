"""What is asked on the terminal, before anything connects."""

import contextlib
import getpass
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from smolrun.errors import UsageError
from smolrun.report.escaping import escape


def ask_secret(prompt: str, flag: str) -> str:
    """Ask once, without echo.

    Raises:
        UsageError: there is no terminal to ask on.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            f"{flag} asks for a password, and there is no terminal to ask on",
            hint="give it by a file (--connection-password-file, --become-password-file, --vault-password-file)",
        )
    return getpass.getpass(prompt)


def ask(prompt: str, echo: bool) -> str:
    """Ask on the terminal, with or without echo; no answer (Ctrl-D) is an empty one."""
    if not echo:
        with contextlib.suppress(EOFError):
            return getpass.getpass(prompt)
        return ""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\n")


def host_key_question(suspended: Callable[[], AbstractContextManager[None]]) -> Callable[[str, str, str], bool]:
    """Asks whether to trust an unknown host key.

    Args:
        suspended: leaves the terminal alone while it is asked.
    """
    lock = threading.Lock()  # several hosts connect at the same time

    def confirm(host: str, kind: str, fingerprint: str) -> bool:
        with lock, suspended():
            text = (
                f"The {kind} host key of {host} is not known.\nIts fingerprint is {fingerprint}.\nTrust it? (yes/no) "
            )
            while True:
                answer = ask(escape(text), True).strip().lower()
                if answer in {"yes", "no", ""}:
                    return answer == "yes"
                text = "Please type 'yes' or 'no': "

    return confirm


def passphrase_question(suspended: Callable[[], AbstractContextManager[None]]) -> Callable[[str], str | None]:
    """Asks for the passphrase of a key file, once for each."""
    lock = threading.Lock()
    known: dict[str, str] = {}

    def passphrase(path: str) -> str | None:
        with lock:
            if path not in known:
                with suspended():
                    known[path] = getpass.getpass(f"Passphrase of {escape(path)}: ")
            return known[path] or None

    return passphrase
