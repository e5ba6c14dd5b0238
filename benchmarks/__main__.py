"""python -m benchmarks: runs the scenarios and prints their tables."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.goals import goals_table
from benchmarks.jobs import MODULES, Job, Kind, write_job
from benchmarks.loading import CHECKING, LISTING, doing, write_inventory, write_long_play
from benchmarks.machine import Machine, delayed, machine, real_round_trip
from benchmarks.timing import Timing, empty_target, table, time_in_turn
from benchmarks.tools import Tool, peers, smolrun

ROUND_TRIP = 0.040


@dataclass
class Benchmark:
    """One call of the benchmarks: its settings and what has been measured so far.

    Attributes:
        scenario: the one that runs.
        each: tasks of each kind of module.
        measured: the table of each scenario that its goals speak of.
        round_trips: of one more task at 40 ms, by scenario.
    """

    folder: Path
    machine: Machine
    tools: list[Tool]
    rounds: int
    tasks: int
    each: int
    report: dict[str, object] = field(default_factory=dict)
    failed: bool = False
    scenario: str = ""
    measured: dict[str, list[Timing]] = field(default_factory=dict)
    round_trips: dict[str, float] = field(default_factory=dict)

    def tell(self, title: str, timings: list[Timing]) -> None:
        self.measured[self.scenario] = timings
        print(table(title, timings), flush=True)
        self.report[title] = {t.tool: list(t.seconds) or t.failure for t in timings}
        self.failed = self.failed or not timings[0].seconds

    def one_guest(self) -> Machine:
        whole = self.machine
        return Machine(whole.addresses[:1], whole.port, whole.user, whole.key, whole.known_hosts)


def tasks(run: Benchmark) -> None:
    job = write_job(run.folder / "tasks", run.one_guest(), run.tasks)
    run.tell(f"{run.tasks} trivial tasks, one guest, loopback", time_in_turn(run.tools, job, run.rounds))


def tasks_40ms(run: Benchmark) -> None:
    with delayed(run.one_guest(), run.folder / "far", ROUND_TRIP) as far:
        job = write_job(run.folder / "tasks-40ms", far, run.tasks)
        run.tell(
            f"{run.tasks} trivial tasks, one guest, 40 ms round trip", time_in_turn(run.tools, job, min(run.rounds, 3))
        )
    count_round_trips(run, "commands", 10, 50)


def count_round_trips(run: Benchmark, kind: Kind, few: int, many: int) -> None:
    """How many round trips one more task waits for: what it costs through a relay, less what it costs without delay."""
    seconds = seconds_a_task(run, "far", ROUND_TRIP, kind, few, many)
    own_work = seconds_a_task(run, "near", 0.0, kind, few, many)
    if seconds is not None and own_work is not None:
        real = real_round_trip(run.one_guest(), run.folder / f"echo-{kind}", ROUND_TRIP)
        found = run.round_trips[run.scenario] = (seconds - own_work) / real
        print(
            f"  smolrun: {found:.2f} round trips a task ({1000 * seconds:.1f} ms a task through the relay, "
            f"{1000 * own_work:.1f} ms through the same relay without its delay, which is really {1000 * real:.1f} ms)"
        )
        run.report[f"{run.scenario}: round trips a task"] = found


def seconds_a_task(run: Benchmark, name: str, round_trip: float, kind: Kind, few: int, many: int) -> float | None:
    """What one more task costs through a relay: the slope between a run of few tasks and one of many."""
    folder = run.folder / f"slope-{kind}-{name}"
    with delayed(run.one_guest(), folder, round_trip) as guest:
        jobs = [module_job(folder / str(tasks), guest, tasks, kind) for tasks in (few, many)]
        short, long = (time_in_turn([smolrun()], job, run.rounds)[0] for job in jobs)
    if not short.seconds or not long.seconds:
        return None
    return (long.median - short.median) / (many - few)


def module_job(folder: Path, machine: Machine, tasks: int, kind: Kind) -> Job:
    """A job with the folder that its files go to."""
    job = write_job(folder, machine, tasks, kind)
    job.target.mkdir()
    return job


def modules(run: Benchmark) -> None:
    """All kinds in one play, as a playbook has them; the second run is what the goals speak of."""
    if not has_packages("modules"):
        return
    job = module_job(run.folder / "modules", run.one_guest(), len(MODULES) * run.each, "modules")
    tools, rounds = [tool for tool in run.tools if tool.states], min(run.rounds, 3)
    title = f"{run.each} copies, {run.each} templates, {run.each} lines of a file and {run.each} package checks"
    first, second = [], []
    # One tool after the other: what two of them write differs in a new line at the end, and each would change it.
    for tool in tools:
        first += time_in_turn([tool], job, rounds, prepare=empty_target(job))
        second += time_in_turn([tool], job, rounds, uncounted=0)
    run.tell(f"{title}, first run", first)
    run.tell(f"{title}, second run (nothing changes)", second)


def modules_40ms(run: Benchmark) -> None:
    if not has_packages("modules-40ms"):
        return
    with delayed(run.one_guest(), run.folder / "modules-far", ROUND_TRIP) as far:
        job = module_job(run.folder / "modules-40ms", far, len(MODULES) * run.each, "modules")
        tools = [tool for tool in run.tools if tool.states]
        title = f"{job.tasks} copies, templates, lines and package checks, nothing changes, 40 ms round trip"
        run.tell(title, [time_in_turn([tool], job, 1)[0] for tool in tools])
    few = max(run.each // 5, 1)
    count_round_trips(run, "modules", len(MODULES) * few, len(MODULES) * max(run.each, 10))


def has_packages(title: str) -> bool:
    found = shutil.which("dpkg") is not None and os.geteuid() == 0
    if not found:
        print(f"\n{title}: left out, they need Debian and root")
    return found


def copies(run: Benchmark) -> None:
    job = module_job(run.folder / "copies", run.one_guest(), run.each, "copies")
    tools, rounds = [tool for tool in run.tools if tool.states], min(run.rounds, 3)
    first = time_in_turn(tools, job, rounds, prepare=empty_target(job))
    run.tell(f"{run.each} small copies, first run", first)
    run.tell(f"{run.each} small copies, second run (nothing changes)", time_in_turn(tools, job, rounds))


def unchanged(run: Benchmark) -> None:
    """Each tool's first run, which is not timed, makes what the others then find done."""
    titles: dict[Kind, str] = {"templates": "templates", "lines": "lines of a file", "packages": "package checks"}
    for kind, title in titles.items():
        if kind == "packages" and not has_packages(title):
            continue
        # ansible-core takes seconds for one package check.
        job = module_job(
            run.folder / kind, run.one_guest(), min(run.each, 10) if kind == "packages" else run.each, kind
        )
        tools = [tool for tool in run.tools if tool.states]
        # One tool after the other, as in `modules`.
        timings = [time_in_turn([tool], job, min(run.rounds, 3))[0] for tool in tools]
        run.tell(f"{job.tasks} {title}, second run (nothing changes)", timings)


def guests(run: Benchmark) -> None:
    job = write_job(run.folder / "guests", run.machine, 10)
    run.tell(
        f"{len(run.machine.addresses)} guests x 10 trivial tasks", time_in_turn(run.tools, job, min(run.rounds, 3))
    )


def startup(run: Benchmark) -> None:
    with_help = [tool for tool in run.tools if tool.help_command]
    seconds: dict[str, list[float]] = {tool.name: [] for tool in with_help}
    for number in range(run.rounds + 3):
        for tool in with_help:
            begin = time.perf_counter()
            subprocess.run(tool.help_command, capture_output=True, check=True)
            if number:
                seconds[tool.name].append(time.perf_counter() - begin)
    run.tell("--help", [Timing(name, tuple(times)) for name, times in seconds.items()])


def load_play(run: Benchmark) -> None:
    job = write_long_play(run.folder / "load-play", run.machine, 20 * run.tasks)
    run.tell(f"a play of {job.tasks} tasks is loaded", time_in_turn(doing(run.tools, CHECKING), job, run.rounds))


def load_inventory(run: Benchmark) -> None:
    job = write_inventory(run.folder / "load-inventory", run.machine, 20 * run.tasks, 100)
    title = f"an inventory of {job.tasks} hosts with 100 variables each is loaded and resolved"
    run.tell(title, time_in_turn(doing(run.tools, LISTING), job, run.rounds))


SCENARIOS: dict[str, Callable[[Benchmark], None]] = {
    "tasks": tasks,
    "tasks-40ms": tasks_40ms,
    "modules": modules,
    "modules-40ms": modules_40ms,
    "copies": copies,
    "unchanged": unchanged,
    "guests": guests,
    "startup": startup,
    "load-play": load_play,
    "load-inventory": load_inventory,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, few tasks and guests")
    parser.add_argument("--only", action="append", choices=SCENARIOS, help="this scenario (may be repeated)")
    parser.add_argument("--peers", help="only these peers, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write every measurement here")
    options = parser.parse_args()
    wanted = options.peers.split(",") if options.peers is not None else None
    tools = [smolrun(), *(peers(wanted) if wanted != [""] else [])]
    with tempfile.TemporaryDirectory(prefix="smolrun-bench-") as name:
        folder = Path(name)
        with machine(folder, 3 if options.quick else 20) as guests_of_run:
            rounds, tasks, each = (1, 10, 1) if options.quick else (options.rounds, 50, 50)
            run = Benchmark(folder, guests_of_run, tools, rounds, tasks, each)
            for run.scenario in options.only or SCENARIOS:
                SCENARIOS[run.scenario](run)
    print(goals_table(run.measured, run.round_trips))
    if options.json:
        options.json.write_text(json.dumps(run.report, indent=1))
    sys.exit(1 if run.failed else 0)


if __name__ == "__main__":
    main()
