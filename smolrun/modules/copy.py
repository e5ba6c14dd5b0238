"""``copy``: files of the controller, or a text, onto the guest."""

import json
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import WriteArguments
from smolrun.modules.files.content import Content
from smolrun.modules.files.delivery import Delivery, deliver
from smolrun.modules.files.labels import labelled
from smolrun.modules.files.remote_copy import copy_on_guest
from smolrun.modules.files.source import find, local_content
from smolrun.modules.files.tree import TreeCopy, copy_tree, local_entries
from smolrun.source.coercions import Boolean, FileMode, Text


class CopyArguments(WriteArguments):
    """Put a file, a whole folder or a text onto the guest; nothing is sent where it is there already.

    Example:
        ```yaml
        - copy:
            src: nginx.conf
            dest: /etc/nginx/nginx.conf
            owner: root
            mode: "0644"
            backup: true
            validate: nginx -t -c %s
        - copy:
            content: "{{ settings | to_nice_json }}"
            dest: /etc/tool/settings.json
        - copy:
            src: site/             # what is in the folder; without the slash the folder itself
            dest: /srv/www
            directory_mode: "0755"
        ```

    Returns: ``dest``, ``src``, ``checksum`` (SHA-1), ``md5sum``, ``mode``, ``owner``, ``group``, ``uid``, ``gid``,
    ``size``, ``state``, ``backup_file``. ``changed`` where content, owner or mode were other.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    dest: Text = Field(description="Where it goes on the guest; a folder, or a path that ends with `/`, keeps its name")
    src: Text | None = Field(
        None, description="The file or folder to copy, looked for in `files/` and beside the playbook"
    )
    content: Any = Field(
        None, description="The text to write, instead of `src`; a mapping or a list is written as JSON"
    )
    remote_src: Boolean = Field(False, description="`src` is on the guest already")
    directory_mode: FileMode | None = Field(None, description="Permissions of the folders that are made")
    follow: Boolean = Field(False, description="Where a link stands at `dest`, write what it leads to")
    local_follow: Boolean = Field(True, description="Copy what links in `src` lead to, not the links")
    checksum: Text | None = Field(None, description="The SHA-1 that the file has to have")
    decrypt: Boolean = Field(True, description="Decrypt a vaulted `src`")

    @model_validator(mode="after")
    def _one_source(self) -> "CopyArguments":
        if (self.src is None) == (self.content is None):
            raise mistake("write either `src` or `content`")
        if not self.dest:
            raise mistake("`dest` is empty")
        if self.remote_src and self.content is not None:
            raise mistake("`remote_src` goes with `src`, not with `content`")
        return self


def run(arguments: CopyArguments, task: TaskContext) -> ModuleResult:
    if arguments.src is None:
        return _deliver(arguments, Content(_as_bytes(arguments.content)), "", "content", task)
    if arguments.remote_src:
        return copy_on_guest(_whole(arguments), arguments.checksum, arguments, task)
    source = find(task, "files", arguments.src)
    if source.is_dir():
        return copy_tree(local_entries(source, follow=arguments.local_follow), _whole(arguments), arguments, task)
    content = local_content(source, task, decrypt=arguments.decrypt)
    if arguments.checksum is not None and content.digest("sha1") != arguments.checksum.lower():
        raise ModuleError(f"{source} has the SHA-1 {content.digest('sha1')}, not {arguments.checksum}")
    return _deliver(arguments, content, source.name, str(source), task, source)


def _whole(arguments: CopyArguments) -> TreeCopy:
    return TreeCopy(
        arguments.src or "", arguments.dest, arguments.mode, arguments.directory_mode, follow=arguments.follow
    )


def _deliver(
    arguments: CopyArguments, content: Content, name: str, shown_as: str, task: TaskContext, source: Path | None = None
) -> ModuleResult:
    mode = arguments.mode
    if mode == "preserve":
        if source is None:
            raise ModuleError("`mode: preserve` needs `src`, whose mode is to be kept")
        mode = f"{source.stat().st_mode & 0o7777:04o}"
    delivery = Delivery(
        content,
        arguments.dest,
        name,
        shown_as,
        mode,
        arguments.follow,
        arguments.directory_mode,
        arguments.force,
    )
    return deliver(delivery, arguments, task)


def _as_bytes(content: Any) -> bytes:
    text = json.dumps(content) if isinstance(content, dict | list) else str(content)
    return text.encode("utf-8", "surrogateescape")


MODULE = Module(CopyArguments, labelled(run), background="never")
