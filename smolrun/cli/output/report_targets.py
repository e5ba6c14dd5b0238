"""``--report KIND=FILE``: which further listeners a run has."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from smolrun.cli.output.own_reporters import Reporter, own_reporter, own_reporter_names, started
from smolrun.engine.events import Event
from smolrun.errors import UsageError
from smolrun.lazy_dataclass import dataclass

FILES = ("junit", "html", "json")
KINDS = (*FILES, "github")


@dataclass(frozen=True)
class ReportTarget:
    """Attributes:
    path: of the file; None for ``github``, which belongs on standard output, and for reporters of the user's own.
    own: the reporter, where it is one of the user's own.
    text: what stands behind the ``=``.
    """

    kind: str
    path: Path | None = None
    own: Reporter | None = None
    text: str = ""


def report_targets(
    texts: Sequence[str], junit: Path | None = None, playbooks: Sequence[str] = ()
) -> tuple[ReportTarget, ...]:
    """What the flags ask for.

    Args:
        playbooks: beside which there may be reporters of the user's own, as in the working directory.

    Raises:
        UsageError: an unknown kind, or a file that could not be written.
    """
    folders = tuple(dict.fromkeys((*(Path(path).parent for path in playbooks), Path())))
    targets = [_target(text, folders) for text in texts]
    if junit is not None:
        targets.append(ReportTarget("junit", junit))
    for target in targets:
        if target.path is not None and not _can_be_written(target.path):
            raise UsageError(f"{target.path}: no file can be written there")
    return tuple(targets)


def listener(target: ReportTarget) -> Callable[[Event], None]:
    """What writes it. Each kind is imported when it is asked for."""
    if target.own is not None:
        return started(target.kind, target.own, target.text)
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


def _target(text: str, folders: Sequence[Path]) -> ReportTarget:
    kind, _, name = text.partition("=")
    if kind not in KINDS:
        own = own_reporter(kind, folders)
        if own is not None:
            return ReportTarget(kind, own=own, text=name)
        from smolrun.playbook.suggestion import did_you_mean

        hint = (
            did_you_mean(kind, (*KINDS, *own_reporter_names(folders)))
            or f"there are {', '.join(f'{known}=FILE' for known in FILES)} and github"
        )
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
