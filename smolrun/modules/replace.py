"""``replace``: all that matches a regular expression in a text file, replaced."""

import re

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext
from smolrun.modules.files.arguments import EditArguments
from smolrun.modules.files.editing import Edit, Original, edit, no_file
from smolrun.modules.files.labels import labelled
from smolrun.source.coercions import Pattern, Text


class ReplaceFileArguments(EditArguments):
    """Replace every match of a regular expression in a text file.

    Example:
        ```yaml
        - replace:
            path: /etc/hosts
            regexp: '(\\s)old\\.host\\.name(\\s.*)?$'
            replace: '\\1new.host.name\\2'
            backup: true
        - replace:
            path: /etc/apache2/sites-available/default.conf
            after: <VirtualHost [*]>
            before: </VirtualHost>
            regexp: ^(.+)$
            replace: '# \\1'
        ```

    Returns: ``msg`` (``3 replacements made``), ``backup_file``, ``path``, ``mode``, ``owner``, ``group``. ``changed``
    where the file is other than before. A file that somebody else changes in the same moment is not overwritten: the
    task fails.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    regexp: Pattern = Field(
        description="Python's regular expression; `^` and `$` match at every line, `.` matches no newline"
    )
    replace: Text = Field("", description="What stands for each match; \\1 or \\g<name> is a group. Nothing by default")
    after: Pattern | None = Field(
        None, description="Replace only what comes after a match of this, where `.` matches newlines too"
    )
    before: Pattern | None = Field(
        None, description="Replace only what comes before a match of this, where `.` matches newlines too"
    )
    encoding: Text = Field("utf-8", description="The encoding of the file")


def run(arguments: ReplaceFileArguments, task: TaskContext) -> ModuleResult:
    return edit(arguments.path, arguments, task, lambda original: decide(arguments, original))


def decide(arguments: ReplaceFileArguments, original: Original) -> Edit:
    """The file with every match replaced."""
    if not original.exists:
        return no_file(original.state.path)
    try:
        text = original.content.decode(arguments.encoding, "surrogateescape")
        section = _section(arguments, text)
        if section is None:
            pattern = _section_pattern(arguments)
            return Edit(original.content, f"Pattern for before/after params did not match the given file: {pattern}")
        start, end = section
        replaced, count = re.subn(arguments.regexp, arguments.replace, text[start:end], flags=re.MULTILINE)
        if replaced == text[start:end]:
            return Edit(original.content)
        content = (text[:start] + replaced + text[end:]).encode(arguments.encoding, "surrogateescape")
    except LookupError as error:
        raise ModuleError(f"there is no encoding '{arguments.encoding}', or no such group: {error}") from error
    except UnicodeError as error:
        raise ModuleError(f"{original.state.path} is no text in {arguments.encoding}: {error}") from error
    except re.error as error:
        raise ModuleError(f"`replace` uses a group that `regexp` does not have: {error}") from error
    return Edit(content, f"{count} replacements made")


def _section(arguments: ReplaceFileArguments, text: str) -> tuple[int, int] | None:
    """Where the part begins and ends that `after` and `before` bound; None where they do not match."""
    pattern = _section_pattern(arguments)
    if pattern is None:
        return 0, len(text)
    match = re.search(pattern, text, re.DOTALL)
    return match.span("subsection") if match else None


def _section_pattern(arguments: ReplaceFileArguments) -> str | None:
    after, before = arguments.after, arguments.before
    if not after and not before:
        return None
    return f"{after or ''}(?P<subsection>.*{'?' if after and before else ''}){before or ''}"


MODULE = Module(ReplaceFileArguments, labelled(run))
