"""Tasks over the arguments of modules: the same ones each time, each in a folder of its own."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

SEED = 20
PREPARE = r"""
rm -rf /twin
mkdir -p /twin
umask 022
i=0
while [ "$i" -lt COUNT ]; do
	mkdir -p "/twin/$i/folder/inner" && cd "/twin/$i"
	printf 'first line\nsetting = old\n# comment\nsetting = older\nlast line\n' >present
	printf 'no newline' >unended
	: >empty
	printf '#!/bin/sh\n' >program && chmod 755 program
	printf 'a\n# BEGIN ANSIBLE MANAGED BLOCK\nold\n# END ANSIBLE MANAGED BLOCK\nz\n' >block
	printf 'x\n' >folder/inner/file && chmod 700 folder/inner
	ln -s present link
	ln -s nowhere dangling
	i=$((i + 1))
done
printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' \
	>/etc/systemd/system/twin.service
systemctl daemon-reload
"""
PLACES = ("present", "unended", "empty", "program", "folder", "link", "dangling", "missing", "no/such/folder")
FILES = {
    "source.txt": "from the controller\n",
    "same.txt": "first line\nsetting = old\n# comment\nsetting = older\nlast line\n",
    "template.j2": "{% for n in [1, 2] %}\n  line {{ n }}\n{% endfor %}\n{{ 'naïve ☃' }}\n",
    "tree/a": "a\n",
    "tree/b/c": "c\n",
}
"""What the controller has, by its place in ``files`` and ``templates``."""


@dataclass(frozen=True)
class Case:
    """One task.

    Attributes:
        number: its own folder is ``/twin/NUMBER``.
    """

    number: int
    module: str
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"t{self.number:03}"


def cases(group: str) -> list[Case]:
    """Those for one of the groups, in order: those for accounts and services build on those before."""
    if group == "system":
        return [Case(number, module, arguments) for number, (module, arguments) in enumerate(_system())]
    space = list(_SPACES[group]())
    chosen = random.Random(SEED).sample(space, min(_COUNTS[group], len(space)))
    module = _NAMES.get(group, group)
    return [Case(number, module, _placed(arguments, number)) for number, arguments in enumerate(chosen)]


def _placed(arguments: Mapping[str, Any], number: int) -> dict[str, Any]:
    places = {"path", "dest"}
    return {
        name: f"/twin/{number}/{value}" if name in places and isinstance(value, str) else _source(value, number)
        for name, value in arguments.items()
    }


def _source(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [_source(one, number) for one in value]
    return value.replace("@", f"/twin/{number}/") if isinstance(value, str) else value


def _each(*parts: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for chosen in product(*parts):
        yield {name: value for part in chosen for name, value in part.items()}


def _ways(name: str, *values: Any) -> list[dict[str, Any]]:
    """An argument that is left out, or has one of these values."""
    return [{}, *({name: value} for value in values)]


ATTRIBUTES: list[dict[str, Any]] = [
    {}, {"mode": "0640"}, {"mode": "u+x,g-r,o="}, {"mode": "a=rX"}, {"owner": "daemon"}, {"group": "2"},
    {"owner": "1", "group": "daemon", "mode": "02755"},
]  # fmt: skip


def _file() -> Iterator[dict[str, Any]]:
    states = _ways("state", "file", "directory", "touch", "absent")
    for arguments in _each([{"path": place} for place in PLACES], states, ATTRIBUTES, _ways("follow", False)):
        yield arguments
    for arguments in _each(
        [{"path": place} for place in PLACES],
        [
            {"state": "link", "src": "present"},
            {"state": "link", "src": "nowhere"},
            {"state": "hard", "src": "@present"},
        ],
        _ways("force", True),
    ):
        yield arguments
    for mode in ("u=rwX,g=rX,o=", "0700", "g+w"):
        yield {"path": "folder", "state": "directory", "recurse": True, "mode": mode, "owner": "daemon"}


def _copy() -> Iterator[dict[str, Any]]:
    sources: list[dict[str, Any]] = [
        {"content": "new\n"}, {"content": ""}, {"content": {"a": [1, None]}}, {"src": "source.txt"},
        {"src": "same.txt"}, {"src": "tree"}, {"src": "tree/"}, {"src": "@program", "remote_src": True},
        {"src": "@folder", "remote_src": True},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [
        {},
        {"backup": True},
        {"force": False},
        {"follow": True},
        {"directory_mode": "0700"},
        {"validate": "grep -q new %s"},
    ]
    for arguments in _each([{"dest": place} for place in (*PLACES, "folder/", "new/")], sources, ATTRIBUTES, more):
        # A folder onto a link that leads nowhere: both fail, but ansible-core leaves an empty file in its place.
        if arguments["dest"] != "dangling" or arguments.get("src") not in ("tree", "tree/", "@folder"):
            yield arguments


def _template() -> Iterator[dict[str, Any]]:
    more: list[dict[str, Any]] = [
        {},
        {"trim_blocks": False},
        {"lstrip_blocks": True},
        {"newline_sequence": "\r\n"},
        {"force": False},
        {"backup": True},
    ]
    yield from _each([{"src": "template.j2"}], [{"dest": place} for place in PLACES], ATTRIBUTES, more)


def _lineinfile() -> Iterator[dict[str, Any]]:
    places = [{"path": place} for place in ("present", "unended", "empty", "link", "missing", "folder")]
    lines = [{"line": "setting = new"}, {"line": "first line"}, {"line": ""}]
    matches = [*_ways("regexp", "^setting", "^#? ?comment", "nothing"), {"search_string": "older"}]
    where: list[dict[str, Any]] = [
        {}, {"insertafter": "^first"}, {"insertbefore": "^last"}, {"insertbefore": "BOF"}, {"insertafter": "EOF"},
        {"firstmatch": True}, {"create": True}, {"backup": True}, {"mode": "0600"}, {"insertafter": "zzz"},
    ]  # fmt: skip
    for arguments in _each(places, lines, matches, where):
        if arguments["path"] != "link" or "backup" not in arguments:
            yield arguments
    yield from _each(
        places, [{"state": "absent"}], [{"regexp": "setting"}, {"line": "last line"}, {"search_string": "old"}]
    )
    yield from _each(places, [{"regexp": "^(setting) = (.*)$", "line": r"\1 := \2", "backrefs": True}], where)


def _blockinfile() -> Iterator[dict[str, Any]]:
    places = [{"path": place} for place in ("present", "unended", "empty", "block", "missing", "link")]
    blocks = [{"block": "one\ntwo"}, {"block": ""}, {"state": "absent"}, {"block": "old"}]
    where: list[dict[str, Any]] = [
        {}, {"insertafter": "^first"}, {"insertbefore": "BOF"}, {"marker": "; {mark} here"}, {"create": True},
        {"backup": True}, {"append_newline": True}, {"prepend_newline": True}, {"mode": "0644"},
    ]  # fmt: skip
    for arguments in _each(places, blocks, where):
        # Where we differ on purpose: a copy lies beside the file that a link leads to, and no empty lines stay.
        beside_link = arguments["path"] == "link" and "backup" in arguments
        lines = "append_newline" in arguments or "prepend_newline" in arguments
        if not beside_link and not (lines and not arguments.get("block")):
            yield arguments


def _replace() -> Iterator[dict[str, Any]]:
    places = [{"path": place} for place in ("present", "unended", "empty", "block", "missing", "link")]
    changes: list[dict[str, Any]] = [
        {"regexp": "old", "replace": "new"}, {"regexp": "^#.*\n"}, {"regexp": r"(\w+) line", "replace": r"<\1>"},
        {"regexp": "zzz", "replace": "y"}, {"regexp": "$", "replace": ";"},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [{}, {"after": "comment"}, {"before": "# comment"}, {"backup": True}, {"mode": "0600"}]
    for arguments in _each(places, changes, more):
        if arguments["path"] != "link" or "backup" not in arguments:
            yield arguments


def _archive() -> Iterator[dict[str, Any]]:
    paths: list[dict[str, Any]] = [
        {"path": "folder"}, {"path": "folder/"}, {"path": "present"}, {"path": ["@present", "@empty"]},
        {"path": "*e*"}, {"path": ["@missing", "@present"]}, {"path": "missing"},
        {"path": ["@link", "@folder/inner"]}, {"path": "[!p]*"}, {"path": "z*"},
    ]  # fmt: skip
    more: list[dict[str, Any]] = [
        {}, {"force_archive": True}, {"exclude_path": "@pre*"}, {"exclusion_patterns": ["*file", "*empty"]},
        {"remove": True}, {"mode": "0600", "owner": "1"},
    ]  # fmt: skip
    formats = _ways("format", "bz2", "xz", "tar", "zip")
    for arguments in _each(paths, formats, more, _ways("dest", "a.out", "no/such/folder")):
        # A link that leads nowhere: where both fail, Ansible leaves half an archive; it is packed, but not removed.
        dangling = arguments["path"] == "[!p]*"
        if not dangling or not (arguments.get("format") == "zip" or "remove" in arguments):
            yield arguments


def _acl() -> Iterator[dict[str, Any]]:
    places = [{"path": place} for place in ("present", "folder", "link", "dangling", "missing")]
    wishes: list[dict[str, Any]] = [
        {}, {"etype": "user", "entity": "daemon", "permissions": "r", "state": "present"},
        {"etype": "group", "entity": "2", "permissions": "rwX", "state": "present", "recursive": True},
        {"etype": "mask", "permissions": "r", "state": "present"}, {"entry": "g:daemon:-", "state": "present"},
        {"etype": "other", "permissions": "", "state": "present"}, {"entry": "u::rwx", "state": "present"},
        {"etype": "user", "entity": "daemon", "state": "absent"}, {"entry": "default:user:bin:rx", "state": "present"},
        {"etype": "user", "entity": "no-such", "permissions": "r", "state": "present"},
        {"entry": "u:daemon:rw", "state": "present", "recalculate_mask": "no_mask"},
        {"entry": "d:u:bin:rw", "state": "present", "recursive": True},
    ]  # fmt: skip
    for arguments in _each(places, wishes, _ways("default", True), _ways("follow", False)):
        # A link itself has no such list; Ansible calls what is not done a change each time.
        if "follow" not in arguments or arguments["path"] not in ("link", "dangling"):
            yield arguments


def _system() -> Iterator[tuple[str, dict[str, Any]]]:
    """Accounts, crontabs, services, packages."""
    yield from (("group", arguments) for arguments in (
        {"name": "alpha", "gid": 3001}, {"name": "beta", "system": True, "gid": 401},
        {"name": "alpha", "gid": 3002},
        {"name": "gone", "state": "absent"}, {"name": "beta", "state": "absent"}, {"name": "gamma", "gid": 3003},
    ))  # fmt: skip
    yield from (("user", arguments) for arguments in (
        {"name": "anna", "uid": 3001, "comment": "Anna, A.", "shell": "/bin/sh"},
        {"name": "anna", "groups": ["alpha"], "append": True},
        {"name": "anna", "groups": ["gamma"], "append": True},
        {"name": "anna", "groups": "gamma"},
        {"name": "bert", "uid": 3002, "group": "alpha", "home": "/srv/bert", "create_home": False},
        {"name": "bert", "home": "/srv/bert2", "create_home": True},
        {"name": "carl", "uid": 402, "system": True, "shell": "/usr/sbin/nologin"},
        {"name": "carl", "password": "*", "update_password": "on_create"},
        {"name": "anna", "password": "$5$abc$4n1hxsaltedhashedvalue", "comment": ""},
        {"name": "anna", "password_lock": True},
        {"name": "bert", "expires": 1893456000},
        {"name": "dora", "uid": 3004, "skeleton": "/etc/skel", "umask": "0077"},
        {"name": "dora", "state": "absent", "remove": True},
        {"name": "nobody-here", "state": "absent"},
    ))  # fmt: skip
    yield from (("cron", arguments) for arguments in (
        {"name": "one", "job": "/bin/true", "minute": "5", "hour": "1"},
        {"name": "one", "job": "/bin/false", "minute": "*/5"},
        {"name": "two", "job": "echo 'a b'", "special_time": "daily"},
        {"name": "two", "job": "echo 'a b'", "disabled": True, "special_time": "daily"},
        {"name": "MAILTO", "env": True, "job": "root"},
        {"name": "PATH", "env": True, "job": "/bin", "insertbefore": "MAILTO"},
        {"name": "three", "job": "x", "user": "root", "cron_file": "twin"},
        {"name": "four", "job": "y", "user": "daemon", "cron_file": "twin", "weekday": "1-5"},
        {"name": "three", "state": "absent", "cron_file": "twin", "user": "root"},
        {"name": "none", "state": "absent"},
        {"name": "MAILTO", "env": True, "state": "absent"},
        {"name": "of anna", "job": "z", "user": "anna", "month": "2"},
    ))  # fmt: skip
    yield from (("systemd", arguments) for arguments in (
        {"name": "twin", "enabled": True}, {"name": "twin", "state": "started"},
        {"name": "twin.service", "state": "stopped"}, {"name": "twin", "masked": True},
        {"name": "twin", "masked": False, "enabled": False}, {"name": "no-such", "enabled": True},
        {"daemon_reload": True}, {"name": "twin", "state": "restarted", "enabled": True},
    ))  # fmt: skip
    yield from (("service", arguments) for arguments in (
        {"name": "twin", "state": "started"}, {"name": "twin", "enabled": False},
        {"name": "no-such", "state": "started"},
        {"name": "twin", "state": "stopped", "enabled": True},
    ))  # fmt: skip
    yield from (("apt", arguments) for arguments in (
        {"name": "hello"}, {"name": ["hello", "time"], "install_recommends": False},
        {"name": "hello", "state": "latest"},
        {"name": "time", "state": "absent", "purge": True}, {"name": "no-such-package"},
        {"name": "hello=9.9"},
        {"autoremove": True}, {"autoclean": True},
    ))  # fmt: skip


_SPACES: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "file": _file,
    "copy": _copy,
    "template": _template,
    "lineinfile": _lineinfile,
    "blockinfile": _blockinfile,
    "replace": _replace,
    "archive": _archive,
    "acl": _acl,
}
_NAMES = {"acl": "ansible.posix.acl", "archive": "community.general.archive"}
_COUNTS = {
    "file": 25,
    "copy": 20,
    "template": 20,
    "lineinfile": 15,
    "blockinfile": 10,
    "replace": 10,
    "archive": 40,
    "acl": 40,
}
GROUPS = (*_SPACES, "system")
