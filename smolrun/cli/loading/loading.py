"""Everything that is read before a run: secrets, extra variables, playbooks, inventory; and checked as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from smolrun.cli.options.flags import InventoryFlags
from smolrun.diagnostic import Diagnostic, Severity
from smolrun.errors import LoadError, SmolVMError
from smolrun.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from smolrun.cli.loading.role_targets import RoleTarget
    from smolrun.inventory.inventory import Inventory
    from smolrun.playbook.file_reader import LoadSettings
    from smolrun.playbook.known_names import KnownNames
    from smolrun.playbook.models import Playbook
    from smolrun.playbook.unknowns import Unknowns
    from smolrun.source.vault import VaultSecrets


@dataclass(frozen=True)
class Loaded:
    """Attributes:
    playbooks: in the order they are given.
    inventory: with the guest's host where one was asked for.
    extra_variables: ``-e``.
    vault: what opens vaulted values later on.
    warnings: of all files.
    """

    playbooks: "tuple[Playbook, ...]"
    inventory: "Inventory"
    extra_variables: Mapping[str, Any]
    vault: "VaultSecrets | None"
    warnings: tuple[Diagnostic, ...]


def load_settings(flags: InventoryFlags, extra_variables: Mapping[str, Any]) -> "LoadSettings":
    """What decides how the files of a playbook are found."""
    from smolrun.playbook.file_reader import LoadSettings

    code = {name: getattr(flags, name) for name in ("library", "filter_plugins", "test_plugins", "lookup_plugins")}
    return LoadSettings(flags.roles_path, flags.collections_path, extra_variables, code, flags.private_role_vars)


class Findings:
    """Collects the mistakes of several files, so that they are told all at once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(self, diagnostics: Sequence[Diagnostic]) -> None:
        self._found.update(dict.fromkeys(diagnostics))

    def raise_if_bad(self, *, strict: bool) -> None:
        """Raises `LoadError` where anything found keeps the playbook from running."""
        if any(diagnostic.is_error for diagnostic in self._found) or (strict and self._found):
            raise LoadError(tuple(self._found))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found)


def load(
    paths: Sequence[str],
    flags: InventoryFlags,
    *,
    guest: Mapping[str, Mapping[str, Any]] | None = None,
    strict: bool = False,
    needs_hosts: bool = True,
    unknowns: "Unknowns | None" = None,
    inventory_may_fail: bool = False,
    roles: "Sequence[RoleTarget]" = (),
) -> Loaded:
    """Read and check everything.

    Args:
        paths: of the playbooks.
        guest: hosts that were brought up for this run, and their connection variables.
        strict: warnings count as errors.
        needs_hosts: plays without any inventory or guest are refused.
        unknowns: is told of what the check could not know.
        inventory_may_fail: an inventory that is not there, or is wrong, is a warning, and as good as none.
        roles: to be checked, too, as far as the playbooks do not use them.

    Raises:
        LoadError: with all mistakes of all files.
        UsageError: a flag is wrong.
        SmolVMError: the limit leaves no hosts.
    """
    from smolrun.cli.loading.hosts_needed import hosts_are_given, missing_inventories, not_needed, without_hosts
    from smolrun.cli.loading.inventories import read_inventory
    from smolrun.cli.options.extra_variables import read_extra_variables
    from smolrun.cli.secrets.vault_passwords import vault_secrets
    from smolrun.playbook.check import check_all
    from smolrun.playbook.file_reader import FileReader, Shared
    from smolrun.playbook.loader import load_playbook

    vault = vault_secrets(flags)
    extra_variables = read_extra_variables(flags.extra_vars, vault)
    findings = Findings()
    findings.add(flags.configuration_warnings)
    settings = load_settings(flags, extra_variables)
    playbooks = []
    read: set[str] = set()
    shared = Shared()
    for path in paths:
        reader = FileReader(settings, vault, shared=shared)
        try:
            playbook, warnings = load_playbook(path, vault=vault, reader=reader)
        except LoadError as error:
            findings.add(error.diagnostics)
            continue
        finally:
            read |= reader.files
        playbooks.append(playbook)
        findings.add(warnings)
    missing = missing_inventories(flags.inventory)
    if missing and not without_hosts(playbooks):
        findings.add(not_needed(missing))
        flags = replace(flags, inventory=tuple(source for source in flags.inventory if source not in missing))
    if needs_hosts and not hosts_are_given(flags):
        findings.add(without_hosts(playbooks))
    given = hosts_are_given(flags)
    try:
        inventory = read_inventory(flags, guest or {}, vault)
    except LoadError as error:
        findings.add(tuple(map(_as_warning, error.diagnostics)) if inventory_may_fail else error.diagnostics)
        inventory, given = read_inventory(replace(flags, inventory=()), guest or {}, vault), False
    findings.add(inventory.warnings)
    if given and (strict or not needs_hosts):  # else the run itself tells when it comes to the play
        from smolrun.cli.loading.misnamed import unmatched_hosts

        findings.add(tuple(unmatched_hosts(playbooks, inventory)))
    known = _known_names(playbooks, inventory, extra_variables, vault, findings, given=given)
    if unknowns is not None and not given:
        unknowns.add("variables", "the inventory, since there is none", None)
    findings.add(check_all(playbooks, known, unknowns, shared.texts))
    if roles:
        from smolrun.cli.loading.role_targets import check_roles

        new_reader = partial(FileReader, settings, vault, shared=shared)
        findings.add(check_roles(roles, new_reader, read, extra_variables, unknowns))
    findings.raise_if_bad(strict=strict)
    _refuse_empty_limit(inventory, flags.limit)
    return Loaded(tuple(playbooks), inventory, extra_variables, vault, findings.warnings)


def _refuse_empty_limit(inventory: "Inventory", limit: str | None) -> None:
    """A limit that leaves no host at all is a slip, and success would hide it (ansible-playbook ends with 1 too)."""
    if limit is None or inventory.select("all", limit) or inventory.select(limit):
        return
    from smolrun.playbook.suggestion import did_you_mean

    hint = did_you_mean(limit, (*inventory.groups, *inventory.hosts))
    count = len(inventory.hosts)
    has = f"the inventory has {count} host{'' if count == 1 else 's'}; see --list-hosts"
    raise SmolVMError(f"--limit {limit or repr(limit)} leaves no hosts", hint=hint or has)


def _known_names(
    playbooks: "Sequence[Playbook]",
    inventory: "Inventory",
    extra_variables: Mapping[str, Any],
    vault: "VaultSecrets | None",
    findings: Findings,
    *,
    given: bool,
) -> "KnownNames":
    """The variables from outside of the playbooks; where their files are wrong, that is noted, and more may be set."""
    from smolrun.cli.loading.known_names import known_names
    from smolrun.playbook.known_names import KnownNames

    try:
        return known_names(inventory, playbooks, extra_variables, vault, given=given)
    except LoadError as error:
        findings.add(error.diagnostics)
        return KnownNames(unknown_sources=True, vault=vault)


def _as_warning(diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, severity=Severity.WARNING)
