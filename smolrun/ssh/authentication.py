"""Logs in to a server whose host key has been verified (RFC 4252)."""

import threading
from collections.abc import Callable, Sequence
from typing import Literal

from smolrun.deadline import Deadline
from smolrun.errors import AuthenticationError, ConnectError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.cancellation import Cancellation
from smolrun.ssh.credentials import Credential, Credentials
from smolrun.ssh.library import paramiko
from smolrun.ssh.private import PrivateAuthHandler, PrivateTransport

Verdict = Literal["accepted", "more", "rejected"]


@dataclass(frozen=True)
class Answer:
    """The server's answer to one try.

    Attributes:
        verdict: ``more``: right, but a further method of `methods` is asked for.
        methods: what the server would take, where it said so.
    """

    verdict: Verdict
    methods: tuple[str, ...] = ()


class Login:
    """One login on one transport.

    Args:
        where: ``user@host:port``, for messages.
    """

    def __init__(
        self, transport: PrivateTransport, user: str, where: str, deadline: Deadline, cancellation: Cancellation
    ) -> None:
        self._transport = transport
        self._user = user
        self._where = where
        self._deadline = deadline
        self._cancellation = cancellation
        self._rejected: list[str] = []
        self._methods: tuple[str, ...] = ()

    def run(self, credentials: Credentials) -> None:
        """Try the credentials in their order until one is accepted.

        Raises:
            AuthenticationError: the server rejected all of them.
            ConnectError: the connection ended meanwhile, or it took too long.
        """
        for credential in credentials:
            answer = self._try(credential)
            if answer.verdict == "more" and credential.key is not None and credentials.second_factor is not None:
                answer = self._try(credentials.second_factor, answer.methods)
            if answer.verdict == "accepted":
                return
            if answer.verdict == "more":
                raise AuthenticationError(
                    f"{self._where} accepts the {credential.description}, but also wants {_either(answer.methods)}",
                    hint="give a password beside the key" if "password" in answer.methods else None,
                )
            self._rejected.append(credential.description)
        if not self._rejected and self._try_none().verdict == "accepted":
            return
        raise self._failure(credentials.skipped)

    def _failure(self, skipped: Sequence[str]) -> AuthenticationError:
        takes = f" (the server takes {_either(self._methods)})" if self._methods else ""
        also = f"; {'; '.join(skipped)}" if skipped else ""
        if not self._rejected:
            return AuthenticationError(
                f"{self._where} needs a login, and there is no key and no password to offer{takes}{also}",
                hint="give a key file or a password, or load a key into the agent",
            )
        return AuthenticationError(
            f"{self._where} rejected the login with {', '.join(self._rejected)}{takes}{also}",
            hint="is the user right, and the public key in that user's authorized_keys on the guest?"
            if any("key" in name for name in self._rejected)
            else "is the user right, and may it log in with a password?",
        )

    def _try(self, credential: Credential, methods: Sequence[str] = ()) -> Answer:
        if credential.key is not None:
            key = credential.key
            return self._ask(lambda handler, event: handler.auth_publickey(self._user, key, event))
        password = credential.password or ""
        if not methods or "password" in methods:
            answer = self._ask(lambda handler, event: handler.auth_password(self._user, password, event))
            if answer.verdict != "rejected" or "keyboard-interactive" not in answer.methods:
                return answer
            if "password" in answer.methods:
                # Both are on offer and the password was wrong: asking again the other way would only count twice
                # towards a lock-out.
                return answer
        return self._ask(
            lambda handler, event: handler.auth_interactive(self._user, _answers(password), event)  # RFC 4256
        )

    def _try_none(self) -> Answer:
        return self._ask(lambda handler, event: handler.auth_none(self._user, event))

    def _ask(self, send: Callable[[PrivateAuthHandler, threading.Event], object]) -> Answer:
        """Send one request and wait for its answer (paramiko's own wait calls a lost connection a rejection)."""
        event = threading.Event()
        handler = PrivateAuthHandler(self._transport)
        self._transport.auth_handler = handler
        try:
            send(handler, event)
        except (EOFError, OSError, paramiko.SSHException) as error:
            raise self._ended(error) from error
        # The handler sets the event on an answer, and the transport's thread does when the connection ends.
        in_time = self._cancellation.wait_for(event, self._deadline)
        if handler.is_authenticated() and self._transport.is_active():
            return Answer("accepted")
        failure = self._transport.get_exception()
        if not self._transport.is_active():
            raise self._ended(failure)
        if not in_time:
            raise ConnectError(f"{self._where} did not answer the login in time", phase="login", transient=True)
        return self._answer(failure)

    def _answer(self, failure: Exception | None) -> Answer:
        if isinstance(failure, paramiko.ssh_exception.PartialAuthentication):
            return Answer("more", tuple(failure.allowed_types))
        if isinstance(failure, paramiko.BadAuthenticationType):
            self._methods = tuple(failure.allowed_types)
        elif failure is None and self._transport.auth_handler is not None:
            self._methods = self._methods or (self._transport.auth_handler.auth_method,)
        return Answer("rejected", self._methods)

    def _ended(self, failure: BaseException | None) -> ConnectError | AuthenticationError:
        """What it means that the connection ended while logging in."""
        if isinstance(failure, paramiko.AuthenticationException):
            return AuthenticationError(f"{self._where} cannot be logged in to: {failure}")
        if self._rejected or (failure is None and self._methods):
            return AuthenticationError(
                f"{self._where} rejected the login with {', '.join(self._rejected)} and then ended the connection",
                hint="it may allow only a few tries: name the right key file, so that no others are offered",
            )
        reason = f": {failure}" if failure is not None and str(failure) else ""
        return ConnectError(
            f"{self._where} ended the connection while logging in{reason}", phase="login", transient=True
        )


def _answers(password: str) -> Callable[[str, str, Sequence[tuple[str, bool]]], list[str]]:
    """Answers a question without echo with the password, once; a second such question is for something else."""
    left = [password]

    def answer(title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
        return [left.pop() if left and not echo else "" for _, echo in prompts]

    return answer


def _either(methods: Sequence[str]) -> str:
    return " or ".join(methods) or "another method"
