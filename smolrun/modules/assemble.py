"""``assemble``: one file, made of the pieces that lie in a folder."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import expanding
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.content import Content
from smolrun.modules.files.delivery import Delivery, arrived, deliver
from smolrun.modules.files.labels import labelled
from smolrun.modules.files.listing import list_folders, read_files
from smolrun.modules.files.source import find, local_content
from smolrun.source.coercions import Boolean, Pattern, Text


class AssembleArguments(ReplaceArguments):
    """Join the files in a folder, in the order of their names, to one file on the guest.

    Example:
        ```yaml
        - assemble:
            src: /etc/tool/conf.d
            dest: /etc/tool/tool.conf
            regexp: \\.conf$
            validate: tool --check %s
        - assemble:
            src: fragments
            remote_src: false
            dest: /etc/tool/tool.conf
            delimiter: "### next part ###"
        ```

    Returns: ``dest``, ``src``, ``checksum`` (SHA-1), ``md5sum``, ``mode``, ``owner``, ``group``, ``uid``, ``gid``,
    ``size``, ``state``, ``backup_file``. ``changed`` where content, owner or mode were other.

    The guest needs: a tool to hash files; for a folder of the guest also ``find`` and ``stat``.
    """

    src: Text = Field(description="The folder of the pieces")
    dest: Text = Field(description="The file on the guest")
    remote_src: Boolean = Field(
        True, description="`src` is a folder of the guest; `false` looks for it here in `files/`"
    )
    delimiter: Text | None = Field(
        None, description="A line between the pieces; \\n, \\t and the like mean what they do in Python"
    )
    regexp: Pattern | None = Field(
        None, description="Python's regular expression for the names of the pieces; all by default"
    )
    ignore_hidden: Boolean = Field(False, description="Leave out names that begin with a dot")
    decrypt: Boolean = Field(True, description="Decrypt vaulted pieces (`remote_src: false`)")


def run(arguments: AssembleArguments, task: TaskContext) -> ModuleResult:
    if arguments.mode == "preserve":
        raise ModuleError("`mode: preserve` has no meaning for a file that is made of several")
    return _of_guest(arguments, task) if arguments.remote_src else _of_controller(arguments, task)


def _of_guest(arguments: AssembleArguments, task: TaskContext) -> ModuleResult:
    before = f"state_of {expanding(arguments.dest)} yes\n"
    listing = list_folders(task, [arguments.src], follow=True, before=before, must_hash=True)
    for folder, why in listing.skipped.items():
        raise ModuleError(f"the pieces cannot be read on {task.host}: {folder}: {why}")
    wanted = [entry for entry in listing.entries if _is_piece(arguments, entry.name) and not entry.is_folder]
    pieces = [content for _, content in read_files(task, wanted) if content is not None]
    content = Content(joined(pieces, arguments.delimiter))
    done = arrived(_delivery(arguments, content), arguments, task, listing.reading, listing.reading.states[0])
    return _with_md5(done, content)


def _of_controller(arguments: AssembleArguments, task: TaskContext) -> ModuleResult:
    folder = find(task, "files", arguments.src)
    if not folder.is_dir():
        raise ModuleError(f"{folder} is not a folder, and there can be no pieces in it")
    files = sorted(path for path in folder.iterdir() if path.is_file() and _is_piece(arguments, path.name))
    pieces = [_read(path, task, decrypt=arguments.decrypt) for path in files]
    content = Content(joined(pieces, arguments.delimiter))
    return _with_md5(deliver(_delivery(arguments, content), arguments, task), content)


def _with_md5(result: ModuleResult, content: Content) -> ModuleResult:
    """As Ansible tells it, where nothing was changed, too."""
    return replace(result, values={**result.values, "md5sum": content.digest("md5")})


def _read(path: Path, task: TaskContext, *, decrypt: bool) -> bytes:
    source = local_content(path, task, decrypt=decrypt).source
    try:
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise ModuleError(f"{path} cannot be read: {error.strerror}") from error


def _is_piece(arguments: AssembleArguments, name: str) -> bool:
    hidden = arguments.ignore_hidden and name.startswith(".")
    return not hidden and (arguments.regexp is None or re.search(arguments.regexp, name) is not None)


def joined(pieces: Iterable[bytes], delimiter: str | None) -> bytes:
    """The pieces, each but the last ended by a newline, with a line between them where one is asked for."""
    between = b"" if delimiter is None else _unescaped(delimiter)
    if between and not between.endswith(b"\n"):
        between += b"\n"
    parts: list[bytes] = []
    for piece in pieces:
        if parts:
            ended = parts[-1].endswith(b"\n")  # an empty piece is not, and gives an empty line, as in Ansible
            parts.append((b"" if ended else b"\n") + between)
        parts.append(piece)
    return b"".join(parts)


def _unescaped(text: str) -> bytes:
    """With the escapes of Python's bytes (``\\n``, ``\\t``, ``\\x41``) as what they stand for."""
    try:
        return codecs.escape_decode(text.encode("utf-8", "surrogateescape"))[0]
    except ValueError as error:
        raise ModuleError(f"`delimiter` has an escape that is none: {error}") from error


def _delivery(arguments: AssembleArguments, content: Content) -> Delivery:
    return Delivery(content, arguments.dest, "", arguments.src, arguments.mode)


MODULE = Module(AssembleArguments, labelled(run), background="never")
