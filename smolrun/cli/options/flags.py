"""The flags of the commands, and the settings of the configuration where no flag was given, as typed values."""

from pathlib import Path
from typing import Any, Literal, TypeVar

from smolrun.diagnostic import Diagnostic
from smolrun.lazy_dataclass import dataclass


@dataclass(frozen=True)
class InventoryFlags:
    """Where hosts, variables and vault passwords come from."""

    inventory: tuple[str, ...] = ()
    limit: str | None = None
    guest: str | None = None
    keep_guests: bool = False
    guest_snapshots: bool = True
    flush_cache: bool = False
    extra_vars: tuple[str, ...] = ()
    vault_password_file: tuple[Path, ...] = ()
    vault_id: tuple[str, ...] = ()
    ask_vault_password: bool = False
    roles_path: tuple[Path, ...] = ()
    collections_path: tuple[Path, ...] = ()
    library: tuple[Path, ...] = ()
    filter_plugins: tuple[Path, ...] = ()
    test_plugins: tuple[Path, ...] = ()
    lookup_plugins: tuple[Path, ...] = ()
    private_role_vars: bool | None = None
    vault_identity_list: tuple[str, ...] = ()
    vault_identity: str = "default"
    vault_id_match: bool = False
    configuration_warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class ConnectionFlags:
    """How hosts are reached, and as whom."""

    user: str | None = None
    private_key: Path | None = None
    ask_pass: bool = False
    connection_password_file: Path | None = None
    port: int | None = None
    connection: str = "ssh"
    connect_timeout: float = 10.0
    ssh_args: str = ""
    ssh_common_args: str = ""
    ssh_extra_args: str = ""
    host_key: str | None = None
    become: bool = False
    become_method: str | None = None
    become_user: str | None = None
    become_flags: str | None = None
    become_exe: str | None = None
    ask_become_pass: bool = False
    become_password_file: Path | None = None


@dataclass(frozen=True)
class SelectionFlags:
    """What runs, and how."""

    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    start_at_task: str | None = None
    step: bool = False
    check: bool = False
    diff: bool = False
    forks: int = 5
    force_handlers: bool = False
    task_timeout: float | None = None
    output_limit: int | None = None
    mode: Literal["login", "raw"] | None = None
    strict: bool = False
    gathering: Literal["implicit", "explicit", "smart"] = "implicit"
    fact_caching: str = "memory"
    fact_caching_connection: Path | None = None
    fact_caching_prefix: str = ""
    fact_caching_timeout: float = 86400
    hash_behaviour: Literal["replace", "merge"] = "replace"
    strategy: str = "linear"
    error_on_missing_handler: bool = True
    any_errors_fatal: bool = False
    no_log: bool = False
    host_pattern_mismatch: Literal["warning", "error", "ignore"] = "warning"
    allow_broken_conditionals: bool = True
    list_hosts: bool = False
    list_tasks: bool = False
    list_tags: bool = False
    syntax_check: bool = False

    @property
    def runs_nothing(self) -> bool:
        return self.list_hosts or self.list_tasks or self.list_tags or self.syntax_check


@dataclass(frozen=True)
class OutputFlags:
    """What is shown, and where."""

    verbosity: int = 0
    output: Literal["text", "json"] = "text"
    junit: Path | None = None
    report: tuple[str, ...] = ()
    keep_runs: int = 0
    colour: bool | None = None
    display_skipped_hosts: bool = True


F = TypeVar("F")


def taken(kind: type[F], given: dict[str, Any]) -> F:
    """Those of the parameters of a command that belong to one of the kinds of flags."""
    return kind(**{name: given[name] for name in kind.__annotations__ if name in given})
