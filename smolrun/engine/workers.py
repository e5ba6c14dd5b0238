"""Does the same thing for several hosts at a time, with no thread where one host is all there is."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """The threads of a run; made when they are first needed.

    Args:
        forks: how many work at the same time.
    """

    def __init__(self, forks: int) -> None:
        self.forks = forks
        self._pool: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[T], R], items: Sequence[T], *, limit: int | None = None) -> list[R]:
        """`work` done for each item; results in the order of the items.

        Args:
            limit: at most so many at the same time, if that is fewer than the forks.

        Raises:
            Exception: the first that `work` raised, after all the others are done.
        """
        width = min(self.forks, len(items), limit or self.forks)
        if width <= 1:
            return [work(item) for item in items]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.forks, thread_name_prefix="smolrun-host")
        results: dict[int, R] = {}
        queue, lock = iter(enumerate(items)), Lock()
        futures = [self._pool.submit(_drain, work, queue, lock, results) for _ in range(width)]
        errors = [error for future in futures if (error := future.exception()) is not None]
        if errors:
            raise errors[0]
        return [results[index] for index in range(len(items))]

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _drain(work: Callable[[T], R], queue: Iterator[tuple[int, T]], lock: Lock, results: dict[int, R]) -> None:
    while True:
        with lock:
            entry = next(queue, None)
        if entry is None:
            return
        index, item = entry
        results[index] = work(item)
