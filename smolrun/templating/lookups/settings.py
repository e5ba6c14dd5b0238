"""``config``: settings by the names that Ansible has for them (docs.ansible.com, "ansible.builtin.config lookup")."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from smolrun.templating.lookups.base import Lookup, LookupContext, LookupFailedError, options_of


def config(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """What holds in this run. Of plugins only the connection is known, whose options are settings too."""
    chosen = options_of(options, on_missing="error", plugin_type=None, plugin_name=None, show_origin=False)
    if chosen["on_missing"] not in ("error", "skip", "warn"):
        raise ValueError(f"on_missing is '{chosen['on_missing']}', and should be error, skip or warn")
    templar = context.rendering.templar
    result = []
    for term in terms:
        name = _OF_PLUGINS.get(str(term), str(term)) if chosen["plugin_type"] else str(term)
        if name in templar.settings:
            result.append(templar.settings[name])
        elif chosen["on_missing"] == "error":
            raise LookupFailedError(f"the setting '{term}' is not known here; on_missing='skip' passes over it")
        elif chosen["on_missing"] == "warn":
            templar.warn(f"the setting '{term}' is not known here")
    return result


_OF_PLUGINS: Final = {
    "port": "DEFAULT_REMOTE_PORT",
    "private_key_file": "DEFAULT_PRIVATE_KEY_FILE",
    "remote_user": "DEFAULT_REMOTE_USER",
    "timeout": "DEFAULT_TIMEOUT",
}
LOOKUPS: Final[dict[str, Lookup]] = {"config": config}
