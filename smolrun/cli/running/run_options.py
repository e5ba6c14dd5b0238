"""From flags to the engine's options."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event

from smolrun.cli.loading.loading import Loaded, load_settings
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags, OutputFlags, SelectionFlags
from smolrun.cli.secrets.passwords import become_password, login_password
from smolrun.cli.secrets.questions import ask, host_key_question, passphrase_question
from smolrun.connection.become_settings import BecomeKeywords
from smolrun.connection.settings import ConnectionDefaults
from smolrun.connection.ssh import ClientOptions
from smolrun.engine.options import DEFAULT_TIMEOUT, RunOptions
from smolrun.errors import UsageError
from smolrun.report.escaping import escape
from smolrun.ssh.host_key_policy import check_policy

Suspended = Callable[[], AbstractContextManager[None]]


def run_options(
    loaded: Loaded,
    hosts: InventoryFlags,
    selection: SelectionFlags,
    connection: ConnectionFlags,
    output: OutputFlags,
    suspended: Suspended,
    stopped: Event,
) -> RunOptions:
    """Everything the engine is asked to do; passwords are asked for here. Raises `UsageError`.

    Args:
        suspended: leaves the terminal alone while a question is asked on it.
        stopped: set when nobody waits for answers any more.
    """
    interactive = sys.stdin.isatty()
    if selection.step and not interactive:
        raise UsageError("--step asks before each task, and there is no terminal to ask on")
    login = login_password(connection)
    become = become_password(connection, login)

    def prompt(text: str, echo: bool) -> str | None:
        with suspended():
            return ask(escape(text), echo, stopped)

    return RunOptions(
        forks=selection.forks,
        limit=hosts.limit,
        tags=selection.tags or ("all",),
        skip_tags=selection.skip_tags,
        start_at_task=selection.start_at_task,
        step=selection.step,
        check=selection.check,
        diff=selection.diff,
        force_handlers=selection.force_handlers,
        extra_vars=loaded.extra_variables,
        verbosity=output.verbosity,
        timeout=DEFAULT_TIMEOUT if selection.task_timeout is None else selection.task_timeout,
        mode=selection.mode,
        output_limit=selection.output_limit,
        strict=selection.strict,
        gathering=selection.gathering,
        fact_caching=selection.fact_caching,
        fact_caching_connection=selection.fact_caching_connection,
        fact_caching_prefix=selection.fact_caching_prefix,
        fact_caching_timeout=selection.fact_caching_timeout,
        flush_cache=hosts.flush_cache,
        hash_behaviour=selection.hash_behaviour,
        strategy=selection.strategy,
        error_on_missing_handler=selection.error_on_missing_handler,
        any_errors_fatal=selection.any_errors_fatal,
        no_log=selection.no_log,
        host_pattern_mismatch=selection.host_pattern_mismatch,
        allow_broken_conditionals=selection.allow_broken_conditionals,
        become=become_keywords(connection, become),
        connection=connection_defaults(connection, login),
        vault=loaded.vault,
        load=load_settings(hosts, loaded.extra_variables),
        prompt=prompt if interactive else None,
        secrets=tuple(secret for secret in (login, become) if secret),
    )


def become_keywords(flags: ConnectionFlags, password: str | None) -> BecomeKeywords:
    return BecomeKeywords(
        become=flags.become,
        user=flags.become_user,
        method=flags.become_method,
        flags=flags.become_flags,
        executable=flags.become_exe,
        password=password,
    )


def connection_defaults(flags: ConnectionFlags, password: str | None) -> ConnectionDefaults:
    """What the flags say of connections. Raises `UsageError` for a key that is not there and an unknown policy."""
    if flags.private_key is not None and not flags.private_key.expanduser().is_file():
        raise UsageError(f"--private-key {flags.private_key}: there is no such file")
    if flags.host_key is not None:
        try:
            check_policy(flags.host_key)
        except ValueError as error:
            raise UsageError(f"--host-key: {error}", hint="ssh-keygen -lf prints a key's fingerprint") from error
    return ConnectionDefaults(
        connection=flags.connection,
        remote_user=flags.user,
        private_key=flags.private_key.expanduser() if flags.private_key else None,
        password=password,
        port=flags.port,
        host_key=flags.host_key or "known_hosts",
        connect_timeout=flags.connect_timeout,
        ssh_arguments=" ".join(filter(None, (flags.ssh_args, flags.ssh_common_args, flags.ssh_extra_args))),
    )


def client_options(suspended: Suspended | None) -> ClientOptions:
    """What all SSH connections share.

    Args:
        suspended: leaves the terminal alone while an unknown host key is asked about; None without a terminal.
    """
    if suspended is None:
        return ClientOptions()
    return ClientOptions(confirm_host_key=host_key_question(suspended), passphrase=passphrase_question(suspended))
