"""One command on one host, without a playbook."""

import codecs
import contextlib
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from smolrun.cli.guests.bringing_up import brought_up
from smolrun.cli.guests.guest_of import START_SECONDS, guest_of_flag, guests_of_hosts, without_snapshots
from smolrun.cli.options.flags import ConnectionFlags, InventoryFlags
from smolrun.cli.output.telling import error_text, tell_diagnostics
from smolrun.cli.running.run_options import become_keywords, client_options, connection_defaults
from smolrun.cli.secrets.passwords import become_password, login_password
from smolrun.cli.secrets.vault_passwords import vault_secrets
from smolrun.cli.signals import StopSignals
from smolrun.connection.become_settings import become_from
from smolrun.connection.pool import ConnectionPool
from smolrun.connection.port import Connection
from smolrun.connection.settings import endpoint_from
from smolrun.deadline import Deadline
from smolrun.errors import (
    CommandNotStartedError,
    ConnectionLostError,
    NotRunError,
    OperationCancelledError,
    OperationTimeoutError,
    UsageError,
)
from smolrun.report.escaping import escape
from smolrun.ssh.request import CommandRequest
from smolrun.ssh.result import ShellMode, Stream

if TYPE_CHECKING:
    from smolrun.source.vault import VaultSecrets

TIMED_OUT = 124
"""As timeout(1) ends."""
UNREACHABLE = 255
"""As ssh(1) ends."""
_DESTINATION = re.compile(r"(?:(?P<user>[^@\s]+)@)?(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[^:@\s]+)(?::(?P<port>[0-9]+))?")


def execute(
    host: str,
    words: Sequence[str],
    hosts: InventoryFlags,
    flags: ConnectionFlags,
    *,
    timeout: float | None,
    mode: ShellMode,
    send_stdin: bool,
) -> int:
    """Run it and pass its output on.

    Args:
        timeout: seconds; None for no limit.

    Returns:
        Its exit code, 124 past the timeout, 255 where the host is unreachable or the connection was lost.

    Raises:
        UsageError: there is no such host.
    """
    line = words[0] if len(words) == 1 else shlex.join(words)
    if not line.strip():
        raise UsageError("the command is empty")
    tell_diagnostics(hosts.configuration_warnings)
    with contextlib.ExitStack() as stack:
        variables = _variables(host, hosts, stack)
        login = login_password(flags)
        become = become_password(flags, login)
        interactive = client_options(contextlib.nullcontext if sys.stdin.isatty() else None)
        pool = stack.enter_context(ConnectionPool(interactive))
        try:
            endpoint = endpoint_from(variables, connection_defaults(flags, login), host=_name(variables, host))
            request = CommandRequest(
                command=line,
                shell=mode,
                stdin=sys.stdin.buffer if send_stdin else None,
                become=become_from(variables, become_keywords(flags, become), host=host),
                on_output=_Printer(),
            )
            with StopSignals(pool.cancel_all, lambda: None):
                return _exit_code(pool.get(endpoint), request, timeout)
        except (ConnectionLostError, NotRunError, CommandNotStartedError) as error:
            click.echo(error_text(error), err=True)
            return UNREACHABLE


def _exit_code(connection: Connection, request: CommandRequest, timeout: float | None) -> int:
    with connection.turn():
        connection.connect(Deadline.never())
        for warning in connection.warnings:
            click.echo(escape(f"[WARNING]: {warning}"), err=True)
        try:
            return connection.run(request, Deadline.after(timeout)).exit_code
        except OperationCancelledError:
            raise
        except OperationTimeoutError as error:
            click.echo(error_text(error), err=True)
            return TIMED_OUT


def _variables(host: str, hosts: InventoryFlags, stack: contextlib.ExitStack) -> Mapping[str, Any]:
    """The variables of an inventory host or a guest, rendered when read, or those that a destination says itself."""
    vault = vault_secrets(hosts)
    made = _guests(host, hosts, vault, stack)
    if hosts.inventory or made:
        from smolrun.cli.loading.inventories import read_inventory

        inventory = read_inventory(hosts, made, vault)
        found = inventory.host(host)
        if found is not None:
            from smolrun.cli.options.extra_variables import read_extra_variables
            from smolrun.inventory.layers import merge
            from smolrun.templating.lazy import LazyMapping
            from smolrun.templating.templar import Templar

            merged = {**merge(found.layers), **read_extra_variables(hosts.extra_vars, vault)}
            merged |= {"inventory_hostname": host, "inventory_hostname_short": host.split(".")[0]}
            templar = Templar()
            return LazyMapping(merged, lambda value: templar.render(value, merged))
        if "@" not in host:
            if host in inventory.groups or set(host) & set("*:,!&"):
                many = f"{host!r} stands for several hosts, and exec reaches one"
                task = f"echo '- run: COMMAND' | smolrun run /dev/stdin -l {host!r}"
                raise UsageError(many, hint=f"for several, a playbook of one task: {task}")
            raise UsageError(f"{host!r} is not in the inventory", hint=_known(list(inventory.hosts)))
    return _destination(host)


def _guests(
    host: str, hosts: InventoryFlags, vault: "VaultSecrets | None", stack: contextlib.ExitStack
) -> Mapping[str, Mapping[str, Any]]:
    """How the guest that the host comes from is reached, where it comes from one; it goes with `stack`."""
    if hosts.guest:
        wanted = without_snapshots((guest_of_flag(hosts.guest),), unless=hosts.guest_snapshots)
    elif hosts.inventory:
        from smolrun.cli.loading.inventories import read_inventory
        from smolrun.cli.options.extra_variables import read_extra_variables

        inventory = read_inventory(hosts, {}, vault)
        found = inventory.host(host)
        if found is None:
            return {}
        inventory.load_variables([found])
        own = guests_of_hosts([found], read_extra_variables(hosts.extra_vars, vault))
        wanted = without_snapshots(own, unless=hosts.guest_snapshots)
    else:
        return {}
    if not wanted:
        return {}
    quiet = (lambda text: None) if wanted[0].kind == "embedded" else None
    return stack.enter_context(brought_up(wanted, keep=hosts.keep_guests, seconds=START_SECONDS, note=quiet)).variables


def _destination(text: str) -> Mapping[str, Any]:
    match = _DESTINATION.fullmatch(text)
    if match is None or not 1 <= int(match["port"] or 22) <= 65535:
        raise UsageError(f"{text!r} is neither an inventory host nor [user@]host[:port]")
    given = {"ansible_host": match["host"].strip("[]"), "ansible_user": match["user"], "ansible_port": match["port"]}
    return {name: value for name, value in given.items() if value is not None}


def _name(variables: Mapping[str, Any], host: str) -> str:
    return str(variables.get("ansible_host") or host)


def _known(names: list[str]) -> str:
    if not names:
        return "it has no hosts"
    shown = ", ".join(names[:10])
    return f"it has: {shown}" + (" …" if len(names) > 10 else "")


class _Printer:
    """Passes output on: as it is to a file or a pipe, escaped to a terminal."""

    def __init__(self) -> None:
        self._writers: dict[Stream, Callable[[bytes], None]] = {}

    def __call__(self, stream: Stream, data: bytes) -> None:
        if stream not in self._writers:
            self._writers[stream] = _writer(stream)
        self._writers[stream](data)


def _writer(stream: Stream) -> Callable[[bytes], None]:
    target = sys.stdout if stream == "stdout" else sys.stderr
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    escaping = target.isatty()

    def write(data: bytes) -> None:
        if escaping:
            target.write(escape(decoder.decode(data)))
        else:
            target.buffer.write(data)
        target.flush()

    return write
