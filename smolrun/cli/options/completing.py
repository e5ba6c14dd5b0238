"""What a shell completes behind a command or an option: files, modules, runs. Only names that are cheap to know."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def files(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The shell's own names of files."""
    return _of_shell("file", incomplete)


def folders(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The shell's own names of folders."""
    return _of_shell("dir", incomplete)


def modules(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The modules that come with smolrun."""
    from smolrun.modules.registry import names

    return _items(sorted(names()), incomplete)


def runs(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The runs that are kept, the newest first."""
    from smolrun.report.records.folder import RecordFolder

    return _items(["last", *RecordFolder().ids()], incomplete)


def guest_kinds(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Where the guest of a run can come from."""
    return _items(["embedded", "smolvm:", "qemu:"], incomplete)


BY_METAVAR: dict[str, Complete] = {
    "FILE": files,
    "PLAYBOOK": files,
    "SOURCE": files,
    "[LABEL@]SOURCE": files,
    "FOLDER": folders,
    "KIND[:DETAIL]": guest_kinds,
}
"""How the value of an option is completed, by what its help calls it."""


def _of_shell(kind: str, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type=kind)]


def _items(known: Iterable[str], incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in known if name.startswith(incomplete)]
