"""The counts of the recap, and the exit code that follows from them."""

from collections.abc import Iterable
from threading import Lock

from smolrun.engine.events import HostStatistics
from smolrun.errors import ExitCode


class _Counts:
    __slots__ = ("changed", "failed", "ignored", "ok", "rescued", "skipped", "unreachable")

    def __init__(self) -> None:
        self.ok = self.changed = self.unreachable = self.failed = 0
        self.skipped = self.rescued = self.ignored = 0


class Statistics:
    """What happened to each host, counted as Ansible counts it (``executor/stats.py`` there).

    A changed task counts as ok too, and so does an ignored failure; a failure that a ``rescue`` takes up counts as
    rescued and not as failed.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _Counts] = {}
        self._lock = Lock()

    def _of(self, host: str) -> _Counts:
        with self._lock:
            return self._hosts.setdefault(host, _Counts())

    def begun(self, host: str) -> None:
        """The host takes part; it is in the recap from now on, even if nothing is counted."""
        self._of(host)

    def ok(self, host: str, *, changed: bool) -> None:
        counts = self._of(host)
        counts.ok += 1
        counts.changed += changed

    def ignored(self, host: str, *, changed: bool) -> None:
        self.ok(host, changed=changed)
        self._of(host).ignored += 1

    def skipped(self, host: str) -> None:
        self._of(host).skipped += 1

    def failed(self, host: str) -> None:
        self._of(host).failed += 1

    def rescued(self, host: str) -> None:
        self._of(host).rescued += 1

    def unreachable(self, host: str) -> None:
        self._of(host).unreachable += 1

    def summary(self) -> dict[str, HostStatistics]:
        """The counts of every host that took part in anything, by name."""
        return {
            host: HostStatistics(**{name: getattr(counts, name) for name in _Counts.__slots__})
            for host, counts in sorted(self._hosts.items())
        }


def exit_code(failed: Iterable[str], unreachable: Iterable[str]) -> int:
    """The exit code of ``ansible-playbook``: 2 for failed hosts, 4 for unreachable ones, 6 for both, else 0."""
    code = ExitCode.FAILED_HOSTS if any(True for _ in failed) else 0
    return code | (ExitCode.UNREACHABLE_HOSTS if any(True for _ in unreachable) else 0)
