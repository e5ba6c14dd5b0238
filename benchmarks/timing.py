"""Timing in turn: every tool once a round, so that a machine that drifts drifts for all of them."""

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.jobs import Job
from benchmarks.tools import Tool


@dataclass(frozen=True)
class Timing:
    """Seconds of whole processes.

    Attributes:
        tool: its name.
        seconds: one number a round; empty where the tool failed.
        failure: why it failed.
    """

    tool: str
    seconds: tuple[float, ...]
    failure: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def _forget_masters(job: Job) -> None:
    """End ssh masters that a run left behind: each run connects afresh."""
    for path in (job.folder / "control").glob("*"):
        subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={path}", "none"], capture_output=True)


def time_in_turn(
    tools: Sequence[Tool],
    job: Job,
    rounds: int,
    *,
    prepare: Callable[[Tool], None] | None = None,
    uncounted: int = 1,
) -> list[Timing]:
    """Time each tool `rounds` times after a run that does not count, or none where it has just run."""
    seconds: dict[str, list[float]] = {tool.name: [] for tool in tools}
    failures: dict[str, str] = {}
    for number in range(rounds + uncounted):
        for tool in tools:
            if tool.name in failures:
                continue
            if prepare is not None:
                prepare(tool)
            begin = time.perf_counter()
            try:
                tool.run(job)
            except RuntimeError as error:
                failures[tool.name] = str(error)
                continue
            took = time.perf_counter() - begin
            _forget_masters(job)
            if number >= uncounted:
                seconds[tool.name].append(took)
    return [Timing(tool.name, tuple(seconds[tool.name]), failures.get(tool.name, "")) for tool in tools]


def empty_target(job: Job) -> Callable[[Tool], None]:
    """Before each run, the folder that files are copied to is empty."""

    def prepare(_: Tool) -> None:
        shutil.rmtree(job.target, ignore_errors=True)
        job.target.mkdir()

    return prepare


def table(title: str, timings: Sequence[Timing]) -> str:
    """The medians, and each as a ratio against the first."""
    lines = [f"\n{title}"]
    first = timings[0]
    for timing in timings:
        if not timing.seconds:
            reason = timing.failure.strip().splitlines()[-1] if timing.failure else "no run"
            lines.append(f"  {timing.tool:<14} failed: {reason}")
            continue
        ratio = f"{timing.median / first.median:7.2f} x" if first.seconds else ""
        spread = f"{min(timing.seconds):.2f}–{max(timing.seconds):.2f}"
        lines.append(f"  {timing.tool:<14} {timing.median:7.2f} s  {ratio}   ({spread})")
    return "\n".join(lines)
