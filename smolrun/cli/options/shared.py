"""The options of the commands, with ``ansible-playbook``'s names and meaning (its man page), under headings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from smolrun.cli.options.grouping import option

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)
CONNECTIONS = ("ssh", "local", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh", "ansible.builtin.local")
"""`connection.settings.CONNECTION_NAMES`, whose import ``--help`` does not wait for."""

_HOSTS, _VARIABLES, _SELECTION = "Hosts", "Variables and secrets", "What runs"
_CONNECTION, _BECOME, _OUTPUT = "Connection", "Becoming another user", "Output"


def _together(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)  # what click makes of it is still called as it was
        return function

    return decorate


inventory_options = _together(
    option(
        "-i", "--inventory", "--inventory-file", "inventory", heading=_HOSTS, multiple=True, metavar="SOURCE",
        help="A file, a folder, or hosts with commas ('web1,web2,'); may be given several times.",
    ),
    option("-l", "--limit", heading=_HOSTS, metavar="PATTERN", help="Narrow the hosts further down."),
    option(
        "--guest", heading=_HOSTS, metavar="KIND[:DETAIL]",
        help="Bring a guest up for this run. smolvm[:IMAGE] and qemu:DISK are machines of their own; 'embedded' is an "
        "SSH server inside this process, to try things on: its commands run on this machine, in a scratch home; it is "
        "not isolation.",
    ),
    option("--keep", "keep_guests", heading=_HOSTS, is_flag=True, help="Leave the guests of this run up, and tell how "
           "they are reached."),
    option("--guest-snapshots/--no-guest-snapshots", heading=_HOSTS, default=True, help="Begin a guest from the "
           "snapshot of its first boot, where there is one, or boot it. [default: --guest-snapshots]"),
    option("--flush-cache", heading=_HOSTS, is_flag=True, help="Forget the facts that were kept of these hosts."),
)  # fmt: skip

vault_options = _together(
    option(
        "--vault-password-file", "--vault-pass-file", heading=_VARIABLES, multiple=True, type=_FILE, metavar="FILE",
        help="A file with the vault password, or a program that prints it.",
    ),
    option(
        "--vault-id", heading=_VARIABLES, multiple=True, metavar="[LABEL@]SOURCE",
        help="A vault password by its id; SOURCE is a file or 'prompt'.",
    ),
    option(
        "-J", "--ask-vault-password", "--ask-vault-pass", "ask_vault_password", heading=_VARIABLES, is_flag=True,
        help="Ask for the vault password.",
    ),
)  # fmt: skip

variable_options = _together(
    option(
        "-e", "--extra-vars", heading=_VARIABLES, multiple=True, metavar="VARS",
        help="key=value pairs, JSON, YAML or @file; beats every other variable.",
    ),
    vault_options,
)  # fmt: skip

choice_options = _together(
    option("-t", "--tags", heading=_SELECTION, multiple=True, metavar="TAGS", help="Only what has one of these tags."),
    option("--skip-tags", heading=_SELECTION, multiple=True, metavar="TAGS", help="Not what has one of these tags."),
    option("-f", "--forks", heading=_SELECTION, type=click.IntRange(1), default=5, show_default=True,
           help="Hosts that are worked on at the same time."),
    option("--force-handlers", heading=_SELECTION, is_flag=True, help="Run notified handlers even if a task fails."),
    option(
        "--task-timeout", heading=_SELECTION, type=click.FloatRange(0), metavar="SECONDS",
        help="What a task may take where it says nothing itself. [default: 600; 0: no limit]",
    ),
    option("--output-limit", heading=_SELECTION, type=click.IntRange(1), metavar="BYTES",
           help="What is kept of each stream of a command: its first and its last half. [default: 16 MiB]"),
    option("--mode", heading=_SELECTION, type=click.Choice(["login", "raw"]),
           help="How commands run where a task says nothing: through a login shell, or as they stand."),
    option("--strict", heading=_SELECTION, is_flag=True, help="Warnings about the playbook are errors."),
)  # fmt: skip
"""What a test of a playbook can be told too."""

selection_options = _together(
    choice_options,
    option("--start-at-task", heading=_SELECTION, metavar="NAME", help="Begin with the task of this name."),
    option("--step", heading=_SELECTION, is_flag=True, help="Ask before each task."),
    option(
        "-C", "--check", heading=_SELECTION, is_flag=True, help="Change nothing; tell what would change.",
    ),
    option("-D", "--diff", heading=_SELECTION, is_flag=True, help="Show what changed inside files."),
    option("--list-hosts", heading=_SELECTION, is_flag=True, help="Show the hosts and run nothing."),
    option("--list-tasks", heading=_SELECTION, is_flag=True, help="Show the tasks and run nothing."),
    option("--list-tags", heading=_SELECTION, is_flag=True, help="Show the tags and run nothing."),
    option("--syntax-check", heading=_SELECTION, is_flag=True, help="Look for mistakes and run nothing."),
)  # fmt: skip

connection_options = _together(
    option("-u", "--user", heading=_CONNECTION, metavar="USER", help="Log in as this user."),
    option("--private-key", "--key-file", "private_key", heading=_CONNECTION, type=_FILE, metavar="FILE",
           help="Log in with this key; agent and default keys are then left alone."),
    option("-k", "--ask-pass", heading=_CONNECTION, is_flag=True, help="Ask once for the login password."),
    option("--connection-password-file", "--conn-pass-file", "connection_password_file", heading=_CONNECTION,
           type=_FILE, metavar="FILE", help="A file with the login password."),
    option("-c", "--connection", heading=_CONNECTION, type=click.Choice(CONNECTIONS), metavar="KIND", default="ssh",
           show_default=True, help="'ssh', or 'local' for this machine."),
    option("-T", "--timeout", "connect_timeout", heading=_CONNECTION, type=click.FloatRange(1), default=10.0,
           show_default=True, metavar="SECONDS", help="What connecting may take."),
    option("--ssh-common-args", heading=_CONNECTION, default="", metavar="ARGS",
           help="Options of ssh, such as '-o ProxyJump=gate'."),
    option("--ssh-extra-args", heading=_CONNECTION, default="", metavar="ARGS", help="More of them."),
    option(
        "--host-key", heading=_CONNECTION, metavar="POLICY",
        help="known_hosts (the default), accept-new, insecure, or the fingerprint to expect: SHA256:…",
    ),
)  # fmt: skip

become_options = _together(
    option("-b", "--become", heading=_BECOME, is_flag=True, help="Run everything as another user."),
    option("--become-method", heading=_BECOME, type=click.Choice(["sudo", "su", "doas"]), help="[default: sudo]"),
    option("--become-user", heading=_BECOME, metavar="USER", help="[default: root]"),
    option("-K", "--ask-become-pass", heading=_BECOME, is_flag=True, help="Ask once for sudo's password."),
    option("--become-password-file", "--become-pass-file", "become_password_file", heading=_BECOME, type=_FILE,
           metavar="FILE", help="A file with sudo's password."),
)  # fmt: skip

output_options = _together(
    option("-v", "--verbose", "verbosity", heading=_OUTPUT, count=True,
           help="-v results and output as it comes, -vv places, -vvv commands and their limits."),
    option("--output", heading=_OUTPUT, type=click.Choice(["text", "json"]), default="text", show_default=True,
           help="json: one typed event on each line of standard output (schemas/events.schema.json)."),
    option("--junit", heading=_OUTPUT, type=_FILE, metavar="FILE", help="Write the results as JUnit XML too."),
    option("--report", heading=_OUTPUT, multiple=True, metavar="KIND=FILE",
           help="Write a report too: html=FILE, junit=FILE, json=FILE, github for annotations in GitHub Actions, or "
                "one of your own (reporters/NAME.py)."),
)  # fmt: skip

colour_options = _together(
    option("--color/--no-color", "colour", heading=_OUTPUT, default=None,
           help="Colours or none, whatever standard output is. [default: on a terminal, unless NO_COLOR is set]"),
    option("--traceback", heading=_OUTPUT, is_flag=True, expose_value=False,
           help="Show the Python traceback of an unexpected error."),
)  # fmt: skip
