"""What Ansible's configuration can say that has no effect here, and which of it changes what a playbook means.

Only the latter is warned of. Keys of output and of how Ansible moves its modules about (``nocows``, ``pipelining``,
``remote_tmp``, …) stay quiet: nothing is lost where they are passed over.
The keys and their defaults: docs.ansible.com, "Ansible Configuration Settings".
"""

from collections.abc import Callable, Iterable

from smolrun.config.settings import Key
from smolrun.lazy_dataclass import dataclass
from smolrun.source.coercions import FALSE_WORDS, TRUE_WORDS

_PLUGINS = "plugins of Ansible are not loaded"


@dataclass(frozen=True)
class Unhonoured:
    """Attributes:
    key: in ``ansible.cfg``.
    variable: in the environment.
    why: what it would have changed.
    harmless: whether a value changes nothing.
    """

    key: Key
    variable: str
    why: str
    harmless: Callable[[str], bool]


def _is(*words: str) -> Callable[[str], bool]:
    return lambda text: text.strip().lower() in words


def _no_more_than(*words: str) -> Callable[[str], bool]:
    return lambda text: all(_bare(word) in words for word in text.lower().split(",") if word.strip())


def _bare(name: str) -> str:
    return name.strip().rpartition(".")[2]


_FALSE = _is("", *FALSE_WORDS)
_TRUE = _is("", *TRUE_WORDS)
_EMPTY = _is("", "[]", "none")
_COSMETIC_CALLBACKS = (
    "default", "yaml", "debug", "dense", "minimal", "oneline", "skippy", "actionable", "unixy", "selective",
    "full_skip", "stderr", "counter_enabled", "diy", "timer", "profile_tasks", "profile_roles", "tree", "say",
    "cgroup_perf_recap", "context_demo", "beautiful_output", "anstomlog", "human_log", "print_task",
)  # fmt: skip


def _of(name: str, variable: str, why: str, harmless: Callable[[str], bool], section: str = "defaults") -> Unhonoured:
    return Unhonoured((section, name), variable, why, harmless)


def _plugin_folders(names: Iterable[str]) -> Iterable[Unhonoured]:
    for name in names:
        yield _of(name, f"ANSIBLE_{name.upper()}", _PLUGINS, _EMPTY)


UNHONOURED: tuple[Unhonoured, ...] = (
    _of("jinja2_extensions", "ANSIBLE_JINJA2_EXTENSIONS", "extensions of Jinja2 are not loaded",
        _no_more_than("do", "loopcontrols")),
    _of("error_on_undefined_vars", "ANSIBLE_ERROR_ON_UNDEFINED_VARS", "an undefined variable is always an error",
        _TRUE),
    _of("inject_facts_as_vars", "ANSIBLE_INJECT_FACT_VARS", "facts are also variables named ansible_X", _TRUE),
    _of("conditional_bare_variables", "ANSIBLE_CONDITIONAL_BARE_VARS", "a condition is an expression", _FALSE),
    _of("invalid_task_attribute_failed", "ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED", "unknown keywords are errors",
        _TRUE),
    _of("executable", "ANSIBLE_EXECUTABLE", "commands run with the guest's /bin/sh", _is("", "/bin/sh")),
    _of("ansible_managed", "ANSIBLE_MANAGED", "set the variable ansible_managed instead", _EMPTY),
    _of("fact_path", "ANSIBLE_FACT_PATH", "local facts are read where the module setup is told to", _EMPTY),
    _of("gather_subset", "ANSIBLE_GATHER_SUBSET", "say it in the play", _no_more_than("all")),
    _of("log_path", "ANSIBLE_LOG_PATH", "no log file is written; --output json and --junit write one", _EMPTY),
    _of("precedence", "ANSIBLE_PRECEDENCE", "the order of the levels of variables is Ansible's usual one", _EMPTY),
    _of("playbook_vars_root", "ANSIBLE_PLAYBOOK_VARS_ROOT", "group_vars are looked for beside the playbook",
        _is("", "top")),
    _of("force_valid_group_names", "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS", "names of groups stay as they are",
        _is("", "ignore", "silently", "never")),
    _of("vault_encrypt_salt", "ANSIBLE_VAULT_ENCRYPT_SALT", "every vault gets a random salt", _EMPTY),
    _of("vars_plugins_enabled", "ANSIBLE_VARS_ENABLED", _PLUGINS, _no_more_than("host_group_vars")),
    _of("stdout_callback", "ANSIBLE_STDOUT_CALLBACK", "for output that programs read use --output json or --junit",
        _no_more_than(*_COSMETIC_CALLBACKS)),
    _of("callbacks_enabled", "ANSIBLE_CALLBACKS_ENABLED", _PLUGINS, _no_more_than(*_COSMETIC_CALLBACKS)),
    _of("callback_whitelist", "ANSIBLE_CALLBACK_WHITELIST", _PLUGINS, _no_more_than(*_COSMETIC_CALLBACKS)),
    *_plugin_folders(
        ("action_plugins", "become_plugins", "connection_plugins", "inventory_plugins", "strategy_plugins",
         "vars_plugins", "module_utils")
    ),
    _of("ssh_executable", "ANSIBLE_SSH_EXECUTABLE", "connections are made by smolrun itself",
        lambda text: _bare(text.replace("/", ".")) in {"", "ssh"}, "ssh_connection"),
    _of("ignore_extensions", "ANSIBLE_INVENTORY_IGNORE", "the usual files are passed over", _EMPTY, "inventory"),
    _of("ignore_patterns", "ANSIBLE_INVENTORY_IGNORE_REGEX", "the usual files are passed over", _EMPTY, "inventory"),
    _of("proxy_command", "ANSIBLE_PARAMIKO_PROXY_COMMAND", "write -o ProxyCommand=… into ssh_common_args", _EMPTY,
        "paramiko_connection"),
)  # fmt: skip

BY_KEY = {entry.key: entry for entry in UNHONOURED}
BY_VARIABLE = {entry.variable: entry for entry in UNHONOURED}

QUIET = frozenset(
    {
        "nocows", "cow_selection", "cow_path", "cowsay_enabled_stencils", "nocolor", "force_color",
        "pipelining", "remote_tmp", "local_tmp", "keep_remote_files", "interpreter_python",
        "interpreter_python_fallback", "retry_files_enabled", "retry_files_save_path", "deprecation_warnings",
        "system_warnings", "command_warnings", "localhost_warning", "display_ok_hosts",
        "display_failed_stderr", "display_args_to_stdout", "show_custom_stats", "show_per_host_start",
        "show_task_path_on_failure", "check_mode_markers", "bin_ansible_callbacks", "no_target_syslog",
        "syslog_facility", "log_filter", "log_verbosity", "max_diff_size", "poll_interval",
        "internal_poll_interval", "module_name", "module_args", "module_lang", "module_set_locale",
        "module_compression", "squash_actions", "allow_world_readable_tmpfiles", "become_allow_same_user",
        "jinja2_native", "jinja2_native_warning", "gather_timeout", "callback_plugins", "cache_plugins",
        "terminal_plugins", "cliconf_plugins", "netconf_plugins", "httpapi_plugins", "doc_fragment_plugins",
        "enable_task_debugger", "duplicate_dict_key", "string_conversion_action",
        "string_type_filters", "handler_includes_static", "task_includes_static", "sudo_user", "sudo",
        "ask_sudo_pass", "ask_su_pass", "use_persistent_connections", "collections_scan_sys_path",
        "collections_on_ansible_version_mismatch", "network_group_modules", "worker_shutdown_poll_count",
        "worker_shutdown_poll_delay", "yaml_valid_extensions", "old_plugin_cache_clearing", "target_log_info",
        "verbose_to_stderr", "devel_warning", "home", "editor", "pager", "var_compression_level",
    }
)  # fmt: skip
"""Keys of ``[defaults]`` that are passed over without a word; of other sections, all that are not named here."""
