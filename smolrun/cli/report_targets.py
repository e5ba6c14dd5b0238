"""``--report KIND=FILE``: which further listeners a run has."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from smolrun.engine.events import Event
from smolrun.errors import UsageError
from smolrun.lazy_dataclass import dataclass

FILES = ("junit", "html", "json")
KINDS = (*FILES, "github")


@dataclass(frozen=True)
class ReportTarget:
    """Attributes:
    path: of the file; None for ``github``, which belongs on standard output.
    """

    kind: str
    path: Path | None = None


def report_targets(texts: Sequence[str], junit: Path | None = None) -> tuple[ReportTarget, ...]:
    """What the flags ask for. Raises `UsageError` for an unknown kind, and for a file that could not be written."""
    targets = [_target(text) for text in texts]
    if junit is not None:
        targets.append(ReportTarget("junit", junit))
    for target in targets:
        if target.path is not None and not _can_be_written(target.path):
            raise UsageError(f"{target.path}: no file can be written there")
    return tuple(targets)


def listener(target: ReportTarget) -> Callable[[Event], None]:
    """What writes it. Each kind is imported when it is asked for."""
    if target.kind == "github":
        from smolrun.report.github import GitHubReporter

        return GitHubReporter(sys.stdout, github_workspace())
    assert target.path is not None
    if target.kind == "junit":
        from smolrun.report.junit import JUnitReporter

        return JUnitReporter(target.path)
    if target.kind == "html":
        from smolrun.report.html.reporter import HtmlReporter

        return HtmlReporter(target.path)
    from smolrun.report.json_lines import JsonLinesReporter

    return JsonLinesReporter(target.path.open("w", encoding="utf-8"))


def github_workspace() -> Path:
    """What the files of annotations are relative to."""
    return Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())


def _target(text: str) -> ReportTarget:
    kind, _, name = text.partition("=")
    if kind not in KINDS:
        from smolrun.playbook.suggestion import did_you_mean

        hint = did_you_mean(kind, KINDS) or f"there are {', '.join(f'{known}=FILE' for known in FILES)} and github"
        raise UsageError(f"--report {text}: there is no report {kind!r}", hint=hint)
    if kind == "github":
        if name:
            raise UsageError(f"--report {text}: annotations go to standard output", hint="write --report github")
        return ReportTarget(kind)
    if not name:
        raise UsageError(f"--report {text}: it needs a file", hint=f"write --report {kind}=FILE")
    return ReportTarget(kind, Path(name))


def _can_be_written(path: Path) -> bool:
    return os.access(path.parent, os.W_OK | os.X_OK) and not path.is_dir()
