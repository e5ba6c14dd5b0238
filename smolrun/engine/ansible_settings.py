"""What holds in a run, under the names of Ansible's settings, for the lookup ``config``.

The names: docs.ansible.com, "Ansible Configuration Settings".
"""

from collections.abc import Mapping
from typing import Any

from smolrun.engine.options import RunOptions


def ansible_settings(options: RunOptions, inventory: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Args:
    inventory: where the hosts come from.
    """
    become, connection, load = options.become, options.connection, options.load
    key = connection.private_key
    return {
        "ALLOW_BROKEN_CONDITIONALS": not options.strict_conditions,
        "ANY_ERRORS_FATAL": options.any_errors_fatal,
        "CACHE_PLUGIN": options.fact_caching,
        "CACHE_PLUGIN_CONNECTION": _text(options.fact_caching_connection),
        "CACHE_PLUGIN_PREFIX": options.fact_caching_prefix,
        "CACHE_PLUGIN_TIMEOUT": options.fact_caching_timeout,
        "COLLECTIONS_PATHS": [str(folder) for folder in load.collections_path],
        "DEFAULT_BECOME": become.become,
        "DEFAULT_BECOME_EXE": become.executable,
        "DEFAULT_BECOME_FLAGS": become.flags or "",
        "DEFAULT_BECOME_METHOD": become.method or "sudo",
        "DEFAULT_BECOME_USER": become.user or "root",
        "DEFAULT_FORCE_HANDLERS": options.force_handlers,
        "DEFAULT_FORKS": options.forks,
        "DEFAULT_GATHERING": options.gathering,
        "DEFAULT_HASH_BEHAVIOUR": options.hash_behaviour,
        "DEFAULT_HOST_LIST": list(inventory),
        "DEFAULT_NO_LOG": options.no_log,
        "DEFAULT_PRIVATE_KEY_FILE": _text(key),
        "DEFAULT_PRIVATE_ROLE_VARS": bool(load.private_role_vars),
        "DEFAULT_REMOTE_PORT": connection.port,
        "DEFAULT_REMOTE_USER": connection.remote_user,
        "DEFAULT_ROLES_PATH": [str(folder) for folder in load.roles_path],
        "DEFAULT_STRATEGY": options.strategy,
        "DEFAULT_TIMEOUT": int(connection.connect_timeout),
        "DEFAULT_TRANSPORT": connection.connection,
        "DEFAULT_VERBOSITY": options.verbosity,
        "DIFF_ALWAYS": options.diff,
        "ERROR_ON_MISSING_HANDLER": options.error_on_missing_handler,
        "HOST_KEY_CHECKING": connection.host_key != "insecure",
        "HOST_PATTERN_MISMATCH": options.host_pattern_mismatch,
        "TAGS_RUN": list(options.tags),
        "TAGS_SKIP": list(options.skip_tags),
        "TASK_TIMEOUT": options.timeout or 0,
    }


def _text(path: object) -> str | None:
    return None if path is None else str(path)
