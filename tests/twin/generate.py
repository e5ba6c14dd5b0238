"""Tasks over the arguments of modules: the same ones each time, each in a folder of its own."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.twin import archives, files
from tests.twin.firewall import iptables, ufw
from tests.twin.spaces import Space
from tests.twin.system import system

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
	printf '# limits\njoe soft nofile 100\n@web\t-  nice -5\n* hard core unlimited\n' >limits
	printf 'x\n' >folder/inner/file && chmod 700 folder/inner
	ln -s present link
	ln -s nowhere dangling
	printf 'made: present\n\tcp present made\nfails: ; exit 3\nalways: ; touch again-$(A)\n' >Makefile
	echo '.PHONY: always fails' >>Makefile
	i=$((i + 1))
done
printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' \
	>/etc/systemd/system/twin.service
systemctl daemon-reload
"""
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
    if group in _LISTS:
        return [Case(number, module, arguments) for number, (module, arguments) in enumerate(_LISTS[group]())]
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


_SPACES: dict[str, Callable[[], Space]] = {
    "file": files.file,
    "copy": files.copy,
    "template": files.template,
    "lineinfile": files.lineinfile,
    "blockinfile": files.blockinfile,
    "replace": files.replace,
    "pam_limits": files.pam_limits,
    "archive": archives.archive,
    "acl": archives.acl,
    "capabilities": archives.capabilities,
    "make": archives.make,
    "xattr": archives.xattr,
}
_NAMES = {
    "acl": "ansible.posix.acl",
    **{name: f"community.general.{name}" for name in ("archive", "capabilities", "make", "pam_limits", "xattr")},
}
_COUNTS = {
    "file": 25,
    "copy": 20,
    "template": 20,
    "lineinfile": 15,
    "blockinfile": 10,
    "replace": 10,
    "pam_limits": 40,
    "archive": 40,
    "acl": 40,
    "capabilities": 20,
    "make": 15,
    "xattr": 40,
}
_LISTS: dict[str, Callable[[], Iterator[tuple[str, dict[str, Any]]]]] = {
    "system": system,
    "iptables": iptables,
    "ufw": ufw,
}
"""Tasks of which each builds on those before it."""
GROUPS = (*_SPACES, *_LISTS)
