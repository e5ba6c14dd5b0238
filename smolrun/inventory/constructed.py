"""``plugin: constructed``: variables and groups made of the variables that hosts have already.

The language: docs.ansible.com, inventory plugin ``ansible.builtin.constructed``. It speaks of the hosts of the sources
before it, so it is given last, or sorts last in a folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from smolrun.errors import TemplateError
from smolrun.inventory.draft import Draft
from smolrun.source.coercions import Boolean
from smolrun.source.containers import LocatedDict, location_at
from smolrun.source.text import SourceText, location_of
from smolrun.source.vault import VaultSecrets

_EMPTY = (None, "")


class _KeyedGroup(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    key: Any
    prefix: Any = ""
    separator: Any = "_"
    parent_group: Any = None
    default_value: str | None = None
    trailing_separator: Boolean | None = None


class _Constructed(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    plugin: Literal["constructed", "ansible.builtin.constructed"]
    strict: Boolean = False
    use_vars_plugins: Boolean = False
    use_extra_vars: Boolean = False
    leading_separator: Boolean = True
    compose: dict[str, Any] = Field({})
    groups: dict[str, Any] = Field({})
    keyed_groups: list[_KeyedGroup] = Field([])


def read_constructed(
    content: LocatedDict, name: str, draft: Draft, folders: Sequence[Path], vault: VaultSecrets | None
) -> None:
    """Add what it makes of the hosts in `draft`; what is wrong becomes diagnostics of it.

    Args:
        content: the file.
        name: of the file, for the variables that come from it.
        folders: whose ``group_vars`` and ``host_vars`` count where `use_vars_plugins` asks for them.
    """
    try:
        settings = _Constructed.model_validate(_unwrapped(content))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = detail["loc"]
            told = f"'{'.'.join(map(str, path))}': {detail['msg'].removeprefix('Value error, ')}"
            draft.error("inventory-plugin", told, location_at(content, path))
        return
    _Constructing(settings, content, name, draft, vault).construct(folders if settings.use_vars_plugins else ())


def _unwrapped(content: Mapping[str, Any]) -> dict[str, Any]:
    """Null means that nothing is said."""
    return {key: value for key, value in content.items() if value is not None}


class _Constructing:
    def __init__(
        self, settings: _Constructed, content: LocatedDict, name: str, draft: Draft, vault: VaultSecrets | None
    ) -> None:
        from smolrun.templating.templar import Templar

        self._settings = settings
        self._content = content
        self._name = name
        self._draft = draft
        self._vault = vault
        self._templar = Templar(vault=vault)

    def construct(self, folders: Sequence[Path]) -> None:
        from smolrun.inventory.inventory import Inventory
        from smolrun.inventory.variable_folders import VariableFolders

        inventory = Inventory(self._draft, folders=[VariableFolders(folder, self._vault) for folder in folders])
        for host in inventory.hosts.values():
            variables: dict[str, Any] = {
                **host.variables,
                "inventory_hostname": host.name,
                "inventory_hostname_short": host.name.split(".")[0],
                "group_names": host.group_names,
            }
            made = LocatedDict(self._composed(host.name, variables))
            self._draft.hosts[host.name].set_variables(self._name, made)
            for group in self._groups(host.name, variables):
                self._draft.host(host.name, group)

    # --- variables ---------------------------------------------------------------------------------

    def _composed(self, host: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The composed variables, which are added to `variables`, too: one may be made of those before it."""
        composed = {}
        for name, expression in self._settings.compose.items():
            try:
                composed[name] = variables[name] = self._templar.evaluate(expression, variables)
            except TemplateError as error:
                self._refuse(f"the variable '{name}' of {host}: {error.message}", expression)
        return composed

    # --- groups ------------------------------------------------------------------------------------

    def _groups(self, host: str, variables: Mapping[str, Any]) -> Iterator[str]:
        for group, condition in self._settings.groups.items():
            try:
                if self._templar.condition(condition, variables):
                    yield group
            except TemplateError as error:
                self._refuse(f"whether {host} is in the group '{group}': {error.message}", condition)
        for keyed in self._settings.keyed_groups:
            yield from self._keyed(keyed, host, variables)

    def _keyed(self, keyed: _KeyedGroup, host: str, variables: Mapping[str, Any]) -> Iterator[str]:
        try:
            key = self._templar.evaluate(keyed.key, variables)
            parent = self._templar.render(keyed.parent_group, variables)
            prefix = self._templar.render_text(keyed.prefix, variables)
            separator = self._templar.render_text(keyed.separator, variables)
        except TemplateError as error:
            self._refuse(f"the groups of {host} by '{keyed.key}': {error.message}", keyed.key)
            return
        before = separator if prefix or self._settings.leading_separator else ""
        for bare in self._names(keyed, key, separator, host):
            group = f"{prefix}{before}{bare}"
            yield group
            if parent:
                self._draft.group(group)
                self._draft.group(str(parent)).children.setdefault(group, location_of(keyed.parent_group))

    def _names(self, keyed: _KeyedGroup, key: Any, separator: str, host: str) -> Iterator[str]:
        default = keyed.default_value
        if isinstance(key, str) or key is None:
            name = key if key not in _EMPTY else default
            if name:
                yield name
            elif self._settings.strict:
                self._refuse(f"'{keyed.key}' is empty for {host}", keyed.key)
        elif isinstance(key, Mapping):
            for name, value in key.items():
                if value in _EMPTY and default is None and keyed.trailing_separator is False:
                    yield str(name)
                else:
                    yield f"{name}{separator}{default if value in _EMPTY and default is not None else value}"
        elif isinstance(key, list | tuple):
            yield from (str(default if name in _EMPTY and default is not None else name) for name in key)
        else:
            self._error(f"'{keyed.key}' is {key!r} for {host}: groups are made of text, lists and mappings", keyed.key)

    # --- what is wrong -----------------------------------------------------------------------------

    def _refuse(self, message: str, written: Any) -> None:
        """As in Ansible, what cannot be worked out for a host is left out, unless `strict` is set."""
        if self._settings.strict:
            self._error(message, written)

    def _error(self, message: str, written: Any) -> None:
        place = written.location if isinstance(written, SourceText) else location_at(self._content, ())
        self._draft.error("inventory-plugin", message, place)
