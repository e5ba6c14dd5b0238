"""Tasks over the arguments of modules: the same ones each time, each in a folder of its own."""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.twin import archives, files, reading, tables
from tests.twin.firewall import iptables, ufw
from tests.twin.packed import packed
from tests.twin.settings import settings
from tests.twin.spaces import Space
from tests.twin.system import system

SEED = int(os.environ.get("SMOLRUN_TWIN_SEED", "20"))
"""Another one chooses other tasks from the same spaces."""
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
	MORE
	i=$((i + 1))
done
printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' \
	>/etc/systemd/system/twin.service
systemctl daemon-reload
"""
SUB = r"""
mkdir -p sub/.hidden/deep && : >sub/.dot && printf '\377\000x' >sub/bytes && echo 'a line' >'sub/-x y'
ln -s ../folder sub/to-folder && mkfifo sub/pipe && chmod 4711 sub/bytes
"""
PIECES = r"""
mkdir pieces && cd pieces && printf new >1.conf && printf '2\n' >2.conf && : >3 && echo h >.4 && mkdir 5
"""
MAKEFILE = r"""
printf 'made: present\n\tcp present made\nfails: ; exit 3\nalways: ; touch again-$(A)\n' >Makefile
echo '.PHONY: always fails' >>Makefile
"""
PACK = r"""
mkdir -p in/b && echo top >in/top && printf c >in/b/c && : >in/b/empty && ln -s top in/link && chmod 600 in/top
find in -exec touch -h -d '2020-02-02 02:02:02 UTC' {} +
(cd in && tar --sort=name --owner=1 --group=2 -czf ../packed.tgz top b link && TZ=UTC zip -q -X -r ../packed.zip top b)
rm -r in
"""
FILES: dict[str, str | bytes] = {
    "source.txt": "from the controller\n",
    "same.txt": "first line\nsetting = old\n# comment\nsetting = older\nlast line\n",
    "template.j2": "{% for n in [1, 2] %}\n  line {{ n }}\n{% endfor %}\n{{ 'naïve ☃' }}\n",
    "tree/a": "a\n",
    "tree/b/c": "c\n",
    "packed.tgz": packed("tgz"),
    "packed.zip": packed("zip"),
}
"""What the controller has, by its place in ``files`` and ``templates``."""


MORE = {
    "assemble": PIECES,
    "make": MAKEFILE,
    "stat": SUB,
    "slurp": SUB,
    "find": SUB,
    "shell": SUB,
    "unarchive": PACK,
    **dict.fromkeys(tables.ALL, tables.PREPARE),
}
"""Further lines for the folders of a group's tasks."""


def prepare(group: str) -> str:
    """The script that makes the folders of a group's tasks."""
    return PREPARE.replace("COUNT", str(len(cases(group)))).replace("MORE", MORE.get(group, ""))


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
    space = list(SPACES[group]())
    chosen = random.Random(SEED).sample(space, min(_COUNTS[group], len(space)))
    module = _NAMES.get(group, group)
    return [Case(number, module, _placed(module, arguments, number)) for number, arguments in enumerate(chosen)]


def _placed(module: str, arguments: Mapping[str, Any], number: int) -> dict[str, Any]:
    places = set() if module == "ansible.posix.mount" else {"path", "dest"}
    return {
        name: f"twin{number}"
        if (name, value) == ("user", "twin")
        else f"/twin/{number}/{value}"
        if name in places and isinstance(value, str)
        else _source(value, number)
        for name, value in arguments.items()
    }


def _source(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [_source(one, number) for one in value]
    return value.replace("@", f"/twin/{number}/") if isinstance(value, str) else value


SPACES: dict[str, Callable[[], Space]] = {
    "file": files.file,
    "copy": files.copy,
    "template": files.template,
    "lineinfile": files.lineinfile,
    "blockinfile": files.blockinfile,
    "replace": files.replace,
    "pam_limits": files.pam_limits,
    "assemble": files.assemble,
    "get_url": files.get_url,
    "unarchive": files.unarchive,
    "archive": archives.archive,
    "acl": archives.acl,
    "capabilities": archives.capabilities,
    "make": archives.make,
    "xattr": archives.xattr,
    **reading.ALL,
    **tables.ALL,
}
_NAMES = {
    "acl": "ansible.posix.acl",
    **{name: f"community.general.{name}" for name in ("archive", "capabilities", "make", "pam_limits", "xattr")},
    **tables.NAMES,
}
_COUNTS = {
    "file": 40,
    "copy": 40,
    "template": 20,
    "lineinfile": 35,
    "blockinfile": 20,
    "replace": 20,
    "pam_limits": 40,
    "assemble": 20,
    "get_url": 15,
    "unarchive": 25,
    "archive": 40,
    "acl": 40,
    "capabilities": 20,
    "make": 15,
    "xattr": 40,
    "stat": 25,
    "slurp": 10,
    "find": 35,
    "getent": 12,
    "command": 30,
    "shell": 15,
    "known_hosts": 15,
    "authorized_key": 25,
    "ini_file": 30,
    "sysctl": 15,
    "mount": 20,
}
_LISTS: dict[str, Callable[[], Iterator[tuple[str, dict[str, Any]]]]] = {
    "system": system,
    "settings": settings,
    "iptables": iptables,
    "ufw": ufw,
}
"""Tasks of which each builds on those before it."""
GROUPS = (*SPACES, *_LISTS)
