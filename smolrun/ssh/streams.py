"""What is done with each piece of a command's output: noise dropped up to the marker, the rest kept and streamed."""

from collections.abc import Callable

from smolrun.errors import BecomeError, CommandNotStartedError
from smolrun.shortening import ending
from smolrun.ssh.output import OutputBuffer
from smolrun.ssh.request import OutputCallback
from smolrun.ssh.result import Stream
from smolrun.ssh.stdin import Feed
from smolrun.ssh.wrap import Wrapped, shell_told, without_shell

NOISE_KEPT = 64 * 1024  # bytes of what a profile or a tool wrote, for the message should the command never begin


class MarkedStream:
    """One stream of a wrapped command.

    Args:
        marker: what the command's own output comes after; empty if all of it is.
        on_noise: told of the noise that has come so far, whenever there is more.
        on_begin: called when the marker was found.

    Attributes:
        begun: the marker was found.
        noise: the end of what came before it.
    """

    def __init__(
        self,
        name: Stream,
        marker: bytes,
        limit: int,
        on_output: OutputCallback | None,
        on_noise: Callable[[bytes], None] | None = None,
        on_begin: Callable[[], None] | None = None,
    ) -> None:
        self._name: Stream = name
        self._marker = marker
        self._on_output = on_output
        self._on_noise = on_noise
        self._on_begin = on_begin
        self._buffer = OutputBuffer(limit)
        self.begun = not marker
        self.noise = b""

    @property
    def truncated(self) -> bool:
        return self._buffer.truncated

    def write(self, data: bytes) -> None:
        if not self.begun:
            data = self._search(data)
        if data:
            self._buffer.write(data)
            if self._on_output is not None:
                self._on_output(self._name, data)

    def _search(self, data: bytes) -> bytes:
        noise, found, rest = (self.noise + data).partition(self._marker)
        self.noise = noise[-NOISE_KEPT:]
        self.begun = bool(found)
        if self._on_noise is not None:
            self._on_noise(noise)
        if self.begun and self._on_begin is not None:
            self._on_begin()
        return rest

    def take(self) -> bytes:
        return self._buffer.take()


class Streams:
    """Both streams of one command, and the talk with the tool that becomes another user.

    Attributes:
        begun: something shows that the command itself has begun.
        reached: the other user was become (or none was asked for).
    """

    def __init__(self, wrapped: Wrapped, feed: Feed, limit: int, on_output: OutputCallback | None) -> None:
        self._wrapped = wrapped
        self._feed = feed
        self.reached = wrapped.become is None
        self._password_sent = False
        self.stdout = MarkedStream("stdout", wrapped.marker, limit, on_output, None, self._release)
        stderr_marker = wrapped.marker or (wrapped.become.reached if wrapped.become else b"")
        self.stderr = MarkedStream("stderr", stderr_marker, limit, on_output, self._listen, self._release)

    @property
    def begun(self) -> bool:
        return self.stdout.begun or self.stderr.begun

    @property
    def truncated(self) -> bool:
        return self.stdout.truncated or self.stderr.truncated

    @property
    def noise(self) -> bytes:
        """What came on standard error, or else on standard output, instead of the command."""
        stderr = self.stderr.noise
        if self._wrapped.become is not None:
            for own in (self._wrapped.become.prompt, self._wrapped.become.reached):
                stderr = stderr.replace(own, b"") if own else stderr
        return stderr.strip() or without_shell(self.stdout.noise).strip()

    @property
    def login_shell(self) -> str:
        """The path of the login shell, where it was asked for and has been told."""
        return shell_told(self.stdout.noise)

    def never_began(self, status: int | None) -> BecomeError | CommandNotStartedError:
        """The error for a command that ended with that status while nothing shows that it had begun."""
        noise = self.noise.decode("utf-8", "replace")
        said = f": {ending(noise, 2000)}" if noise else " and said nothing"
        wrap = self._wrapped.become
        if wrap is not None and not self.reached:
            tool = wrap.become.executable or wrap.become.method
            return BecomeError(f"{tool} did not become {wrap.become.user}{said}")
        return CommandNotStartedError(
            f"the login shell ended with status {status} before the command began{said}",
            stdout=self.stdout.noise,
            stderr=self.stderr.noise,
            status=status,
            hint="this user's shell takes no commands, or a profile exits; shell='raw' leaves the profile out",
        )

    def _release(self) -> None:
        self.reached = True
        self._feed.held = False

    def _listen(self, noise: bytes) -> None:
        become = self._wrapped.become
        if become is None or self.reached:
            return
        if become.reached in noise:
            self._release()
            return
        asked = noise.count(become.prompt) if become.prompt else 0
        if asked > 1:  # one wrong password is final: the next may lock the account
            raise BecomeError(f"the password for {become.become.method} was not accepted")
        if asked and not self._password_sent:
            assert become.become.password is not None
            self._password_sent = True
            self._feed.first(become.become.password.encode() + b"\n")
