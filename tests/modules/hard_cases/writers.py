"""The table of the modules that write a file or a folder."""

import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB6EZ3X8sUq1wHBpdyPjCqZiGWe8xJhHXzJJqFcYbVjK"
PADDING = b"# these lines are long enough that a page of a disk does not hold the file\n" * 120
"""More than the page that a full disk has left."""
TEXT = PADDING + b"[main]\nold = 1\n"


@dataclass(frozen=True)
class Writer:
    """One way to write to a path.

    Attributes:
        arguments: for the path, with ``@`` for the folder of sources on the guest, and ``URL`` for a web server.
        before: what the file holds that is changed; None where there is none before.
        link: what becomes of a link at the path: what it leads to is written, it is replaced, or it is refused.
        folder: a folder is made, not a file.
        content: what is written is more than a page.
        dangling: what becomes of a link that leads nowhere: `made` (what it leads to), `replaced`, `no file`.
        writes_in_check: check mode needs room too, and fails as the run would.
    """

    name: str
    arguments: Callable[[str], dict[str, Any]]
    before: bytes | None = TEXT
    link: str = "replaced"
    folder: bool = False
    content: bool = True
    dangling: str = "made"
    writes_in_check: bool = False

    @property
    def module(self) -> str:
        return self.name.split("-")[0]


WRITERS: Sequence[Writer] = [
    Writer("copy-content", lambda path: {"content": "new\n" + PADDING.decode(), "dest": path}, dangling="replaced"),
    Writer("copy-src", lambda path: {"src": "source", "dest": path}, dangling="replaced"),
    Writer("copy-remote", lambda path: {"src": "@/source", "remote_src": True, "dest": path}, dangling="replaced"),
    Writer("copy-tree", lambda path: {"src": "pieces/", "dest": path}, before=None, folder=True, link="followed"),
    Writer("template", lambda path: {"src": "template.j2", "dest": path}, dangling="replaced"),
    Writer("lineinfile", lambda path: {"path": path, "line": "new = 2"}, link="followed", dangling="no file"),
    Writer("blockinfile", lambda path: {"path": path, "block": "new = 2"}, link="followed", dangling="no file"),
    Writer(
        "replace",
        lambda path: {"path": path, "regexp": "^old = 1$", "replace": "old = 2"},
        link="followed",
        dangling="no file",
    ),
    Writer("assemble", lambda path: {"src": "@/pieces", "dest": path}, dangling="replaced"),
    Writer("assemble-local", lambda path: {"src": "pieces", "remote_src": False, "dest": path}, dangling="replaced"),
    Writer(
        "get_url",
        lambda path: {"url": "URL/file/source", "dest": path, "force": True},
        dangling="replaced",
        writes_in_check=True,
    ),
    Writer("unarchive", lambda path: {"src": "archive.tgz", "dest": path}, before=None, folder=True, link="followed"),
    Writer(
        "unarchive-remote",
        lambda path: {"src": "@/archive.tgz", "remote_src": True, "dest": path},
        before=None,
        folder=True,
        link="followed",
    ),
    Writer("ini_file", lambda path: {"path": path, "section": "main", "option": "old", "value": "2"}, link="followed"),
    Writer("known_hosts", lambda path: {"path": path, "name": "web1", "key": f"web1 {KEY}"}, link="followed"),
    Writer("authorized_key", lambda path: {"path": path, "user": "root", "key": KEY}, link="followed"),
    Writer("cron", lambda path: {"cron_file": path, "name": "a job", "job": "true", "user": "root"}, link="followed"),
    Writer(
        "sysctl",
        lambda path: {"sysctl_file": path, "name": "kernel.panic", "value": "1", "reload": False},
        link="followed",
    ),
    Writer(
        "mount",
        lambda path: {"fstab": path, "path": "/mnt/x", "src": "none", "fstype": "tmpfs", "state": "present"},
        link="followed",
    ),
    Writer(
        "file-touch",
        lambda path: {"path": path, "state": "touch", "access_time": "preserve", "modification_time": "preserve"},
        before=None,
        content=False,
    ),
    Writer(
        "file-directory", lambda path: {"path": path, "state": "directory"}, before=None, folder=True, content=False
    ),
    Writer("file-link", lambda path: {"path": path, "src": "@/source", "state": "link"}, before=None, content=False),
]
"""``file-hard`` needs its source on the same file system and is tested by itself."""


def archive() -> bytes:
    """A compressed tar with two files, in a folder and beside it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, content in (("file", PADDING), ("it's a/two ☃", b"")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return made.getvalue()


def each(chosen: Callable[[Writer], bool] = lambda writer: True) -> pytest.MarkDecorator:
    """The test is run for each of these writers."""
    return pytest.mark.parametrize(
        "writer", [one for one in WRITERS if chosen(one)], ids=lambda writer: str(writer.name)
    )
