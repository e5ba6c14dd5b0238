"""What is asked on the terminal, before anything connects."""

import contextlib
import getpass
import select
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from smolrun.errors import UsageError
from smolrun.report.escaping import escape

_TURN = 0.1  # seconds between two looks whether an answer is still wanted


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


def ask(prompt: str, echo: bool, stopped: threading.Event | None = None) -> str | None:
    """Ask on the terminal, with or without echo; None at the end of the input (Ctrl-D).

    Args:
        stopped: nobody waits for the answer any more (Ctrl-C), which then is None.
    """
    with contextlib.nullcontext() if echo else _hidden():
        sys.stderr.write(prompt)
        sys.stderr.flush()
        # Looked at in turns, since Ctrl-C reaches the main thread only, and this may be another one.
        while not select.select([sys.stdin], [], [], _TURN)[0]:
            if stopped is not None and stopped.is_set():
                return None
        line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


@contextlib.contextmanager
def _hidden() -> Iterator[None]:
    """What is typed is not shown."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
        sys.stderr.write("\n")


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
                answer = (ask(escape(text), True) or "").strip().lower()
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
