"""The phases of a test for people: what each had to show, and what it found instead."""

from collections.abc import Mapping, Sequence

from smolrun.engine.events import Finding, FindingKind, GuestResources, PhaseFinished, PhaseStarted
from smolrun.report.colour import Style
from smolrun.report.diff import all_diffs
from smolrun.report.lines import BLANK, Line, Lines, header, line
from smolrun.report.recap import seconds

TOLD: Mapping[FindingKind, str] = {
    "changed": "changed something again when the playbook ran a second time",
    "would change": "check mode says that it would change something on a guest where everything is done",
    "not judged": "check mode cannot tell what it would do",
    "failed": "failed",
    "timed_out": "timed out",
    "unreachable": "was unreachable",
    "lost": "was lost",
}
_STYLES = {"ok": Style.OK, "failed": Style.FAILED, "not run": Style.SKIPPED}


def phase_header(event: PhaseStarted, width: int = 79) -> Lines:
    yield from header(f"PHASE [{event.name}]", width)
    yield line(f"to show: {event.about}", Style.DIM)


def phase_lines(event: PhaseFinished, width: int = 79) -> Lines:
    """What came of a phase, when it ends."""
    yield BLANK
    yield Line(
        ((f"{event.name}: ", Style.PLAIN), (f"{event.status}", _STYLES[event.status]), (_detail(event), Style.PLAIN))
    )
    yield from finding_lines(event)


def phase_recap(phases: Sequence[PhaseFinished], width: int = 79) -> Lines:
    """A line for each phase; nothing at all where there was no test."""
    if not phases:
        return
    yield from header("TEST RECAP", width)
    longest = max(len(phase.name) for phase in phases)
    for phase in phases:
        yield Line(
            (
                (f"{phase.name:<{longest}} : ", Style.PLAIN),
                (f"{phase.status:<8}", _STYLES[phase.status]),
                (f"{seconds(phase.duration):>8}", Style.DIM),
                (f"  {verdict(phase)}" if verdict(phase) else "", Style.PLAIN),
            )
        )


def verdict(event: PhaseFinished) -> str:
    """What a phase found, in a few words; empty where there is nothing to say."""
    if event.status == "not run":
        return "a phase before it failed"
    if event.error:
        return event.error.split("\n", 1)[0]
    if event.guests:
        plain = all(guest.began == "started" and guest.cpu_seconds is None for guest in event.guests)
        if plain and len(event.guests) > 1:
            return f"{len(event.guests)} guests"
        return "; ".join(map(resources, event.guests))
    counts: dict[str, set[str]] = {}
    for finding in event.findings:
        counts.setdefault(finding.kind, set()).add(finding.task.id)
    return ", ".join(
        f"{len(tasks)} task{'' if len(tasks) == 1 else 's'} {_SHORT[kind]}" for kind, tasks in counts.items()
    )


def resources(guest: GuestResources) -> str:
    """What a guest is and has used: ``web1 booted, 2 processors, 512 MiB; used …``."""
    parts = [f"{guest.host} {_BEGAN[guest.began]}"]
    if guest.vcpus is not None:
        parts.append(f"{guest.vcpus} processor{'' if guest.vcpus == 1 else 's'}")
    parts += [f"{amount} MiB{what}" for amount, what in ((guest.memory, ""), (guest.disk, " disk")) if amount]
    if guest.cpu_seconds is not None:
        parts.append(f"used {seconds(guest.cpu_seconds)} of a processor and {guest.peak_memory} MiB here")
    return ", ".join(parts)


_BEGAN = {"started": "started", "booted": "booted", "restored": "from its snapshot", "reached": "was there"}
_SHORT = {
    "changed": "changed again",
    "would change": "would change",
    "not judged": "not judged",
    "failed": "failed",
    "timed_out": "timed out",
    "unreachable": "unreachable",
    "lost": "lost",
}


def finding_lines(event: PhaseFinished) -> Lines:
    """Each finding once, with the hosts it holds for, its place and its diff."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in event.findings:
        together.setdefault((finding.kind, finding.task.id), []).append(finding)
    for found in together.values():
        first = found[0]
        place = f"{first.task.place.path}:{first.task.place.line}: " if first.task.place else ""
        hosts = ", ".join(dict.fromkeys(finding.host for finding in found))
        style = Style.SKIPPED if first.kind == "not judged" else Style.FAILED
        yield Line(
            ((f"  {place}", Style.HEADER), (f"{first.task.name} [{hosts}] ", Style.PLAIN), (TOLD[first.kind], style))
        )
        if first.kind in ("changed", "would change"):
            for shown in all_diffs(first.diff):
                yield Line((("    ", Style.PLAIN), *shown.spans))


def _detail(event: PhaseFinished) -> str:
    told = verdict(event)
    return f" after {seconds(event.duration)}" + (f" ({told})" if told else "")
