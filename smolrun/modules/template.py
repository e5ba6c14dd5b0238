"""``template``: a Jinja2 file of the controller, rendered and written onto the guest."""

from collections import ChainMap
from pathlib import Path

from pydantic import Field, field_validator

from smolrun.errors import ModuleError
from smolrun.location import Location, SourceFile
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import WriteArguments
from smolrun.modules.files.content import Content
from smolrun.modules.files.delivery import Delivery, deliver
from smolrun.modules.files.labels import labelled
from smolrun.modules.files.source import find, local_content
from smolrun.source.coercions import Boolean, Text
from smolrun.source.text import SourceText
from smolrun.templating.template_facts import template_facts

NEWLINES = {"\n": "\n", "\r": "\r", "\r\n": "\r\n", "\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n"}


class TemplateArguments(WriteArguments):
    """Render a Jinja2 template with the variables of the task and write it to a file on the guest.

    Example:
        ```yaml
        - template:
            src: nginx.conf.j2
            dest: /etc/nginx/nginx.conf
            owner: root
            group: root
            mode: "0644"
            validate: nginx -t -c %s
          notify: reload nginx
        ```

    Returns: ``dest``, ``src``, ``checksum`` (SHA-1), ``md5sum``, ``mode``, ``owner``, ``group``, ``uid``, ``gid``,
    ``size``, ``state``, ``backup_file``. ``changed`` where content, owner or mode were other. In the template:
    ``ansible_managed``, ``template_path``, ``template_fullpath``, ``template_host``, ``template_uid``,
    ``template_run_date``, ``template_destpath``, ``template_mtime``.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    src: Text = Field(description="The template, looked for in `templates/` and beside the playbook")
    dest: Text = Field(description="Where it goes on the guest; a folder, or a path that ends with `/`, keeps its name")
    follow: Boolean = Field(False, description="Where a link stands at `dest`, write what it leads to")
    newline_sequence: Text = Field("\n", description="What ends every line: `\\n`, `\\r` or `\\r\\n`")
    block_start_string: Text | None = Field(None, description="What begins a statement; `{%`")
    block_end_string: Text | None = Field(None, description="What ends a statement; `%}`")
    variable_start_string: Text | None = Field(None, description="What begins an expression; `{{`")
    variable_end_string: Text | None = Field(None, description="What ends an expression; `}}`")
    comment_start_string: Text | None = Field(None, description="What begins a comment; `{#`")
    comment_end_string: Text | None = Field(None, description="What ends a comment; `#}`")
    trim_blocks: Boolean = Field(True, description="Remove the newline after a statement")
    lstrip_blocks: Boolean = Field(False, description="Remove white space before a statement on its line")
    output_encoding: Text = Field("utf-8", description="The encoding of the written file")

    @field_validator("newline_sequence")
    @classmethod
    def _newline(cls, value: str) -> str:
        if value not in NEWLINES:
            raise mistake("`newline_sequence` is one of \\n, \\r and \\r\\n")
        return NEWLINES[value]


def run(arguments: TemplateArguments, task: TaskContext) -> ModuleResult:
    path = find(task, "templates", arguments.src)
    rendered = _rendered(arguments, path, task)
    try:
        content = Content(rendered.encode(arguments.output_encoding))
    except (LookupError, UnicodeEncodeError) as error:
        raise ModuleError(f"{path} cannot be written as {arguments.output_encoding}: {error}") from error
    mode = f"{path.stat().st_mode & 0o7777:04o}" if arguments.mode == "preserve" else arguments.mode
    delivery = Delivery(content, arguments.dest, path.name, str(path), mode, arguments.follow, force=arguments.force)
    return deliver(delivery, arguments, task)


def _rendered(arguments: TemplateArguments, path: Path, task: TaskContext) -> str:
    source = local_content(path, task, decrypt=True).source
    try:
        text = (source if isinstance(source, bytes) else source.read_bytes()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModuleError(f"{path} is not a UTF-8 text: {error.reason} at byte {error.start}") from error
    written = SourceText(text, Location(SourceFile(str(path), text), 1, 1))
    return task.templar.render_file(
        written,
        ChainMap(template_facts(path, str(path), arguments.dest, task.variables), task.variables),  # type: ignore[arg-type]  # it is only read
        search_path=_search_path(path, task),
        trim_blocks=arguments.trim_blocks,
        lstrip_blocks=arguments.lstrip_blocks,
        newline_sequence=arguments.newline_sequence,
        block_start_string=arguments.block_start_string,
        block_end_string=arguments.block_end_string,
        variable_start_string=arguments.variable_start_string,
        variable_end_string=arguments.variable_end_string,
        comment_start_string=arguments.comment_start_string,
        comment_end_string=arguments.comment_end_string,
    )


def _search_path(path: Path, task: TaskContext) -> list[str]:
    """Where ``include`` looks: beside the template, then in ``templates/`` of each place the task may look in."""
    given = task.variables.get("ansible_search_path", ())
    places = [Path(str(place)) for place in given] if isinstance(given, list | tuple) else []
    folders = [path.parent, *(folder for place in places for folder in (place / "templates", place))]
    return list(dict.fromkeys(map(str, folders)))


MODULE = Module(TemplateArguments, labelled(run), background="never")
