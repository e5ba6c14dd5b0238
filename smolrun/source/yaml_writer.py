"""Values as YAML: text in blocks, vaulted values with their tag, nothing repeated by reference."""

from collections.abc import Mapping
from typing import Any

import yaml

from smolrun.source.vault import VaultText


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless)

    def represent(self, data: Any) -> None:
        super().represent(_plain(data))


class _Vaulted(str):
    __slots__ = ()


def _plain(value: Any) -> Any:
    if isinstance(value, VaultText):
        return _Vaulted(value.cipher)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _represent_vaulted(dumper: yaml.SafeDumper, value: _Vaulted) -> yaml.ScalarNode:
    return dumper.represent_scalar("!vault", value, style="|")


_Dumper.add_representer(_Vaulted, _represent_vaulted)


def write_yaml(value: Any) -> str:
    """`value`, which is made of what YAML files hold, as the text of such a file."""
    return yaml.dump(value, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, sort_keys=False)
