"""What the project promises of its speed, held against what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.timing import Timing

HOW_TO_READ = """\
How to read this: seconds are medians of whole processes, the tools in turn within each round, after one round that
does not count; the ratio is against smolrun, and the range in brackets is the fastest and the slowest round. Absolute
times belong to the machine, the ratios are the claim. They hold where the machine had nothing else to do: wide ranges,
and runs with --quick, show that everything works and nothing more."""


@dataclass(frozen=True)
class Goal:
    """One promise.

    Attributes:
        words: the promise.
        scenario: the one that shows it.
        peer: the tool it speaks of.
        least: that tool's time is at least so many times ours.
    """

    words: str
    scenario: str
    peer: str
    least: float


GOALS = (
    Goal("at least 20 times faster than ansible-core", "tasks", "ansible-core", 20.0),
    Goal("at least 4 times faster than pyinfra", "tasks", "pyinfra", 4.0),
    Goal("at most 3 times the plain script", "tasks", "ssh script", 1 / 3),
    Goal("nothing to change: 30 times faster than ansible-core", "modules", "ansible-core", 30.0),
    Goal("nothing to change: 8 times faster than pyinfra", "modules", "pyinfra", 8.0),
    Goal("--help under a third of ansible-playbook's", "startup", "ansible-core", 3.0),
)
MOST_ROUND_TRIPS = {"tasks-40ms": ("a task", 1.1), "modules-40ms": ("a module that changes nothing", 1.2)}
"""How many, at 40 ms, by the scenario that shows it."""


def goals_table(measured: Mapping[str, Sequence[Timing]], round_trips: Mapping[str, float]) -> str:
    """Every goal with what was measured of it.

    Args:
        measured: by scenario, smolrun first.
        round_trips: of one more task at 40 ms, by scenario.
    """
    lines = ["", "Goals"]
    for goal in GOALS:
        lines.append(_line(goal.words, *_shown(goal, measured.get(goal.scenario, ()))))
    for scenario, (what, most) in MOST_ROUND_TRIPS.items():
        found = round_trips.get(scenario)
        verdict = "?" if found is None else "yes" if found <= most else "no"
        shown = "not measured" if found is None else f"{found:.2f}"
        lines.append(_line(f"at most {most} round trips {what} at 40 ms", verdict, shown))
    return "\n".join([*lines, "", HOW_TO_READ])


def _shown(goal: Goal, timings: Sequence[Timing]) -> tuple[str, str]:
    times = {timing.tool: timing.median for timing in timings if timing.seconds}
    if "smolrun" not in times or goal.peer not in times:
        return "?", "not measured"
    ratio = times[goal.peer] / times["smolrun"]
    return ("yes" if ratio >= goal.least else "no"), f"{ratio if goal.least > 1 else 1 / ratio:.1f} times"


def _line(words: str, verdict: str, shown: str) -> str:
    return f"  {words:<62} {verdict:<4} {shown}"
