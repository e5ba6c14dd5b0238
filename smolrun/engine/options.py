"""What a run is asked to do, apart from its playbooks and its inventory."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from smolrun.connection.become_settings import BecomeKeywords
from smolrun.connection.settings import ConnectionDefaults
from smolrun.connection.ssh import ClientOptions
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.file_reader import LoadSettings
from smolrun.ssh.result import ShellMode

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets

DEFAULT_TIMEOUT = 600.0
"""Seconds that one execution of a task may take where nothing else is said."""

Prompt = Callable[[str, bool], str | None]
"""Asks the user on the terminal: ``(text, echo) -> answer``; None at the end of the input (Ctrl-D)."""


@dataclass(frozen=True)
class RunOptions:
    """The flags of ``ansible-playbook``, with its meaning and its defaults.

    Attributes:
        forks: how many hosts work at the same time.
        limit: a pattern that the hosts of every play are narrowed to.
        tags: run what has one of these; ``all``, ``tagged`` and ``untagged`` are words of their own.
        skip_tags: leave out what has one of these.
        start_at_task: leave out everything before the first task of this name (or glob).
        step: ask before each task.
        check: change nothing, tell what would change.
        diff: tell the differences too.
        force_handlers: run notified handlers even on hosts that failed.
        extra_vars: ``-e``; beat every other variable but the magic ones.
        verbosity: how many ``-v``.
        timeout: seconds one execution of a task may take by default; 0 or None for no limit.
        mode: the default of the task keyword ``mode``; None lets each module choose.
        output_limit: bytes kept of each stream of a command; None for the connection's own limit.
        strict: what else would be warned of is an error.
        gathering: ``implicit``: plays gather facts unless they say otherwise; ``explicit``: only those that ask for
            it; ``smart``: only of hosts whose facts are not known yet.
        fact_caching: ``jsonfile`` keeps facts between runs, ``memory`` does not.
        fact_caching_connection: the folder where they are kept.
        fact_caching_prefix: of the names of the files in it.
        fact_caching_timeout: seconds for which they are good; 0 for ever.
        flush_cache: forget them first.
        hash_behaviour: ``merge``: mappings of a stronger source add to those of a weaker one, instead of replacing.
        strategy: of plays that do not name one.
        error_on_missing_handler: a notification that means nothing ends the run; otherwise it is a warning.
        any_errors_fatal: what plays, blocks and tasks that do not say ``any_errors_fatal`` do.
        no_log: what tasks that do not say ``no_log`` do.
        host_pattern_mismatch: what it means that nobody answers to a name in ``hosts`` or in `limit`.
        allow_broken_conditionals: conditions that are not boolean are warned of; otherwise they are errors, as with
            `strict`.
        become: what holds where neither a keyword nor a variable says whom to become.
        connection: what holds where neither a keyword nor a variable says how a host is reached.
        client: what all SSH connections share.
        vault: what decrypts vaulted files and values that are read while the run goes on.
        prompt: asks the user; None where there is no terminal.
        load: where roles are found.
        secrets: further texts that no event may show.
    """

    forks: int = 5
    limit: str | None = None
    tags: tuple[str, ...] = ("all",)
    skip_tags: tuple[str, ...] = ()
    start_at_task: str | None = None
    step: bool = False
    check: bool = False
    diff: bool = False
    force_handlers: bool = False
    extra_vars: Mapping[str, Any] = field(default_factory=dict)
    verbosity: int = 0
    timeout: float | None = DEFAULT_TIMEOUT
    mode: ShellMode | None = None
    output_limit: int | None = None
    strict: bool = False
    gathering: Literal["implicit", "explicit", "smart"] = "implicit"
    fact_caching: str = "memory"
    fact_caching_connection: Path | None = None
    fact_caching_prefix: str = ""
    fact_caching_timeout: float = 86400
    flush_cache: bool = False
    hash_behaviour: Literal["replace", "merge"] = "replace"
    any_errors_fatal: bool = False
    no_log: bool = False
    strategy: str = "linear"
    error_on_missing_handler: bool = True
    host_pattern_mismatch: Literal["warning", "error", "ignore"] = "warning"
    allow_broken_conditionals: bool = True
    become: BecomeKeywords = field(default_factory=BecomeKeywords)
    connection: ConnectionDefaults = field(default_factory=ConnectionDefaults)
    client: ClientOptions = field(default_factory=ClientOptions)
    vault: "VaultSecrets | None" = None
    prompt: Prompt | None = None
    load: LoadSettings = field(default_factory=LoadSettings)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def strict_conditions(self) -> bool:
        return self.strict or not self.allow_broken_conditionals

    @property
    def keeps_facts(self) -> bool:
        return self.fact_caching == "jsonfile" and self.fact_caching_connection is not None

    def __post_init__(self) -> None:
        if self.forks < 1:
            raise ValueError("forks has to be at least 1")
