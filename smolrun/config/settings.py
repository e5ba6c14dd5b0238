"""Every setting: its name, what it may be, its default, and Ansible's names for it.

The keys and variables of Ansible: docs.ansible.com, "Ansible Configuration Settings".
"""

from collections.abc import Callable
from typing import Any

from smolrun.config import kinds
from smolrun.config.kinds import Kind
from smolrun.lazy_dataclass import dataclass

Key = tuple[str, str]


@dataclass(frozen=True)
class Setting:
    """Attributes:
    name: in ``smolrun.toml``, and in upper case behind ``SMOLRUN_`` in the environment.
    kind: what it may be.
    default: where nothing says anything.
    about: one line for people.
    keys: section and key in ``ansible.cfg``, the strongest first.
    variables: Ansible's environment variables, the strongest first.
    translate: from the value that Ansible's name has to ours; None where they are the same.
    ansible_kind: what Ansible's value may be, where that is something else.
    """

    name: str
    kind: Kind
    default: Any
    about: str
    keys: tuple[Key, ...] = ()
    variables: tuple[str, ...] = ()
    translate: Callable[[Any], Any] | None = None
    ansible_kind: Kind | None = None

    @property
    def variable(self) -> str:
        return "SMOLRUN_" + self.name.upper()


def _defaults(*names: str) -> tuple[Key, ...]:
    return tuple(("defaults", name) for name in names)


def _become(*names: str) -> tuple[Key, ...]:
    return tuple(("privilege_escalation", name) for name in names)


def _ssh(*names: str) -> tuple[Key, ...]:
    return tuple(("ssh_connection", name) for name in names)


_HOSTS = (
    Setting("inventory", kinds.INVENTORIES, (), "where hosts come from",
            _defaults("inventory", "hostfile"), ("ANSIBLE_INVENTORY",)),
    Setting("roles_path", kinds.PATHS, (), "folders of roles, besides the playbook's own",
            _defaults("roles_path"), ("ANSIBLE_ROLES_PATH",)),
    Setting("collections_path", kinds.PATHS, (), "folders that hold ansible_collections",
            _defaults("collections_path", "collections_paths"),
            ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_COLLECTIONS_PATHS")),
    Setting("library", kinds.PATHS, (), "folders of modules of your own",
            _defaults("library"), ("ANSIBLE_LIBRARY",)),
    Setting("filter_plugins", kinds.PATHS, (), "folders of filters of your own",
            _defaults("filter_plugins"), ("ANSIBLE_FILTER_PLUGINS",)),
    Setting("test_plugins", kinds.PATHS, (), "folders of tests of your own",
            _defaults("test_plugins"), ("ANSIBLE_TEST_PLUGINS",)),
    Setting("lookup_plugins", kinds.PATHS, (), "folders of lookups of your own",
            _defaults("lookup_plugins"), ("ANSIBLE_LOOKUP_PLUGINS",)),
    Setting("guest_snapshots", kinds.BOOLEAN, True,
            "guests begin from the snapshot of their first boot, where there is one"),
    Setting("host_pattern_mismatch", kinds.choice("warning", "error", "ignore"), "warning",
            "what it means that nobody answers to a name in hosts or --limit",
            (("inventory", "host_pattern_mismatch"),), ("ANSIBLE_HOST_PATTERN_MISMATCH",)),
)  # fmt: skip

_RUN = (
    Setting("forks", kinds.at_least(1), 5, "hosts that are worked on at the same time",
            _defaults("forks"), ("ANSIBLE_FORKS",)),
    Setting("gathering", kinds.choice("implicit", "explicit", "smart"), "implicit",
            "whether plays gather facts that do not say so",
            _defaults("gathering"), ("ANSIBLE_GATHERING",)),
    Setting("strategy", kinds.STRATEGY, "linear", "how the hosts of a play go through its tasks",
            _defaults("strategy"), ("ANSIBLE_STRATEGY",)),
    Setting("error_on_missing_handler", kinds.BOOLEAN, True, "notifying a handler that is not there ends the run",
            _defaults("error_on_missing_handler"), ("ANSIBLE_ERROR_ON_MISSING_HANDLER",)),
    Setting("allow_broken_conditionals", kinds.BOOLEAN, True,
            "conditions that are not boolean are warned of; otherwise they are errors",
            _defaults("allow_broken_conditionals"), ("ANSIBLE_ALLOW_BROKEN_CONDITIONALS",)),
    Setting("private_role_vars", kinds.BOOLEAN, None,
            "whether only a role itself sees its variables; unsaid, it is so of included roles alone",
            _defaults("private_role_vars"), ("ANSIBLE_PRIVATE_ROLE_VARS",)),
    Setting("any_errors_fatal", kinds.BOOLEAN, False, "a failure on one host ends a play on all",
            _defaults("any_errors_fatal"), ("ANSIBLE_ANY_ERRORS_FATAL",)),
    Setting("no_log", kinds.BOOLEAN, False, "show nothing of tasks that do not say 'no_log: false'",
            _defaults("no_log"), ("ANSIBLE_NO_LOG",)),
    Setting("fact_caching", kinds.TEXT, "memory", "'jsonfile' keeps facts between runs",
            _defaults("fact_caching"), ("ANSIBLE_CACHE_PLUGIN",), translate=lambda name: name.rpartition(".")[2]),
    Setting("fact_caching_connection", kinds.PATH, None, "the folder where facts are kept",
            _defaults("fact_caching_connection"), ("ANSIBLE_CACHE_PLUGIN_CONNECTION",)),
    Setting("fact_caching_prefix", kinds.TEXT, "", "how the names of the files begin",
            _defaults("fact_caching_prefix"), ("ANSIBLE_CACHE_PLUGIN_PREFIX",)),
    Setting("fact_caching_timeout", kinds.SECONDS, 86400.0, "for how long kept facts are good; 0 for ever",
            _defaults("fact_caching_timeout"), ("ANSIBLE_CACHE_PLUGIN_TIMEOUT",)),
    Setting("hash_behaviour", kinds.choice("replace", "merge"), "replace",
            "what a mapping does to one of the same name that a weaker source gives",
            _defaults("hash_behaviour"), ("ANSIBLE_HASH_BEHAVIOUR",)),
    Setting("force_handlers", kinds.BOOLEAN, False, "run notified handlers even if a task fails",
            _defaults("force_handlers"), ("ANSIBLE_FORCE_HANDLERS",)),
    Setting("tags", kinds.TEXTS, (), "only what has one of these tags", (("tags", "run"),), ("ANSIBLE_RUN_TAGS",)),
    Setting("skip_tags", kinds.TEXTS, (), "not what has one of these tags",
            (("tags", "skip"),), ("ANSIBLE_SKIP_TAGS",)),
    Setting("diff", kinds.BOOLEAN, False, "show what changed inside files",
            (("diff", "always"),), ("ANSIBLE_DIFF_ALWAYS",)),
    Setting("task_timeout", kinds.SECONDS, 600.0, "what a task may take where it says nothing itself",
            _defaults("task_timeout"), ("ANSIBLE_TASK_TIMEOUT",)),
    Setting("mode", kinds.choice("login", "raw"), None, "how commands run where a task says nothing"),
    Setting("strict", kinds.BOOLEAN, False, "warnings about the playbook are errors"),
)  # fmt: skip

_CONNECTION = (
    Setting("user", kinds.TEXT, None, "log in as this user",
            _defaults("remote_user"), ("ANSIBLE_REMOTE_USER",)),
    Setting("port", kinds.at_least(1), None, "the guest's port",
            _defaults("remote_port"), ("ANSIBLE_REMOTE_PORT",)),
    Setting("private_key", kinds.KEY_FILE, None, "log in with this key",
            _defaults("private_key_file"), ("ANSIBLE_PRIVATE_KEY_FILE",)),
    Setting("connection", kinds.TEXT, "ssh", "'ssh', or 'local' for this machine",
            _defaults("transport"), ("ANSIBLE_TRANSPORT",)),
    Setting("connect_timeout", kinds.CONNECT_SECONDS, 10.0, "seconds that connecting may take",
            (*_defaults("timeout"), *_ssh("timeout")), ("ANSIBLE_TIMEOUT", "ANSIBLE_SSH_TIMEOUT")),
    Setting("host_key", kinds.HOST_KEY, "known_hosts", "which host keys are trusted",
            (*_ssh("host_key_checking"), *_defaults("host_key_checking"),
             ("paramiko_connection", "host_key_checking")),
            ("ANSIBLE_SSH_HOST_KEY_CHECKING", "ANSIBLE_HOST_KEY_CHECKING", "ANSIBLE_PARAMIKO_HOST_KEY_CHECKING"),
            translate=lambda checked: "known_hosts" if checked else "insecure", ansible_kind=kinds.BOOLEAN),
    Setting("ssh_args", kinds.TEXT, "", "options of ssh", _ssh("ssh_args"), ("ANSIBLE_SSH_ARGS",)),
    Setting("ssh_common_args", kinds.TEXT, "", "more options of ssh",
            _ssh("ssh_common_args"), ("ANSIBLE_SSH_COMMON_ARGS",)),
    Setting("ssh_extra_args", kinds.TEXT, "", "more options of ssh",
            _ssh("ssh_extra_args"), ("ANSIBLE_SSH_EXTRA_ARGS",)),
    Setting("ask_pass", kinds.BOOLEAN, False, "ask once for the login password",
            _defaults("ask_pass"), ("ANSIBLE_ASK_PASS",)),
    Setting("connection_password_file", kinds.PATH, None, "a file with the login password",
            _defaults("connection_password_file"), ("ANSIBLE_CONNECTION_PASSWORD_FILE",)),
)  # fmt: skip

_BECOME = (
    Setting("become", kinds.BOOLEAN, False, "run everything as another user",
            _become("become"), ("ANSIBLE_BECOME",)),
    Setting("become_method", kinds.choice("sudo", "su", "doas"), None, "how to become that user",
            _become("become_method"), ("ANSIBLE_BECOME_METHOD",)),
    Setting("become_user", kinds.TEXT, None, "the user to become",
            (*_become("become_user"), ("sudo_become_plugin", "user")), ("ANSIBLE_BECOME_USER",)),
    Setting("become_flags", kinds.TEXT, None, "flags of the tool",
            (*_become("become_flags"), ("sudo_become_plugin", "flags")), ("ANSIBLE_BECOME_FLAGS",)),
    Setting("become_exe", kinds.TEXT, None, "the tool itself",
            (*_become("become_exe"), ("sudo_become_plugin", "executable")), ("ANSIBLE_BECOME_EXE",)),
    Setting("ask_become_pass", kinds.BOOLEAN, False, "ask once for sudo's password",
            _become("become_ask_pass"), ("ANSIBLE_BECOME_ASK_PASS",)),
    Setting("become_password_file", kinds.PATH, None, "a file with sudo's password",
            _defaults("become_password_file"), ("ANSIBLE_BECOME_PASSWORD_FILE",)),
)  # fmt: skip

_VAULT = (
    Setting("vault_password_file", kinds.PATH, None, "a file with the vault password, or a program that prints it",
            _defaults("vault_password_file"), ("ANSIBLE_VAULT_PASSWORD_FILE",)),
    Setting("vault_identity_list", kinds.VAULT_IDS, (), "vault passwords by their ids; --vault-id adds to them",
            _defaults("vault_identity_list"), ("ANSIBLE_VAULT_IDENTITY_LIST",)),
    Setting("vault_identity", kinds.TEXT, "default", "the id of vault passwords that are given without one",
            _defaults("vault_identity"), ("ANSIBLE_VAULT_IDENTITY",)),
    Setting("vault_encrypt_identity", kinds.TEXT, None, "the id that smolrun vault encrypts with",
            _defaults("vault_encrypt_identity"), ("ANSIBLE_VAULT_ENCRYPT_IDENTITY",)),
    Setting("vault_id_match", kinds.BOOLEAN, False, "a vaulted text is tried with the password of its own id only",
            _defaults("vault_id_match"), ("ANSIBLE_VAULT_ID_MATCH",)),
    Setting("ask_vault_password", kinds.BOOLEAN, False, "ask for the vault password",
            _defaults("ask_vault_pass"), ("ANSIBLE_ASK_VAULT_PASS",)),
)  # fmt: skip

_OUTPUT = (
    Setting("color", kinds.choice("auto", "always", "never"), "auto", "colours or none"),
    Setting("verbosity", kinds.at_least(0), 0, "how many -v",
            _defaults("verbosity"), ("ANSIBLE_VERBOSITY",)),
    Setting("keep_runs", kinds.at_least(0), 20, "runs whose events are kept in .smolrun/runs; 0 keeps none"),
    Setting("display_skipped_hosts", kinds.BOOLEAN, True, "show tasks that were skipped",
            _defaults("display_skipped_hosts"), ("ANSIBLE_DISPLAY_SKIPPED_HOSTS", "DISPLAY_SKIPPED_HOSTS")),
)  # fmt: skip

SETTINGS: tuple[Setting, ...] = (*_HOSTS, *_RUN, *_CONNECTION, *_BECOME, *_VAULT, *_OUTPUT)
BY_NAME = {setting.name: setting for setting in SETTINGS}
BY_KEY: dict[Key, Setting] = {key: setting for setting in SETTINGS for key in setting.keys}
