"""Template files: their options, their header, and what they include."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, Self, cast

from jinja2 import FileSystemLoader

from smolrun.errors import TemplateError
from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location
from smolrun.source.text import SourceText, location_of
from smolrun.templating.environment import TemplateEnvironment

_HEADER: Final = re.compile(r"#jinja2:[ \t]*(?P<options>[^\r\n]*)(?:\r\n|\r|\n|$)")


@dataclass(frozen=True)
class FileOptions:
    """How a template file is read; the defaults are those of Ansible's ``template`` module.

    Attributes:
        search_path: the folders that ``include``, ``import`` and ``extends`` look in.
        trim_blocks: the first newline after a block is removed.
        lstrip_blocks: spaces before a block are removed.
        keep_trailing_newline: Jinja2 keeps the last newline of every file, included ones too. What is rendered ends
            with as many as its file in any case.
        newline_sequence: ends every line of the result.
    """

    search_path: tuple[str, ...] = ()
    trim_blocks: bool = True
    lstrip_blocks: bool = False
    keep_trailing_newline: bool = False
    newline_sequence: str = "\n"
    variable_start_string: str = "{{"
    variable_end_string: str = "}}"
    block_start_string: str = "{%"
    block_end_string: str = "%}"
    comment_start_string: str = "{#"
    comment_end_string: str = "#}"
    line_statement_prefix: str | None = None
    line_comment_prefix: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any], search_path: tuple[str, ...]) -> Self:
        """Those given, the defaults for what is None. Raises `TypeError` for an unknown option."""
        return cls(search_path=search_path, **{key: value for key, value in options.items() if value is not None})

    def with_header(self, text: SourceText) -> tuple[SourceText, Self]:
        """The text without its ``#jinja2:`` line, and the options with what that line says.

        Raises:
            TemplateError: the header names something unknown.
        """
        match = _HEADER.match(text)
        if match is None:
            return text, self
        changes: dict[str, Any] = {}
        for pair in filter(None, (part.strip() for part in match["options"].split(","))):
            key, separator, value = pair.partition(":")
            key = key.strip()
            if not separator or key not in _HEADER_OPTIONS:
                raise TemplateError(f"the template's header has an unknown option '{key}'", location=location_of(text))
            changes[key] = _header_value(key, value.strip())
        location = location_of(text)
        below = Location(location.file, location.line + 1, 1) if location is not None else None
        return SourceText(text[match.end() :], below), replace(self, **changes)


_HEADER_OPTIONS: Final = frozenset(FileOptions.__annotations__) - {"search_path"}
_BOOLEAN_OPTIONS: Final = frozenset({"trim_blocks", "lstrip_blocks", "keep_trailing_newline"})


def _header_value(key: str, value: str) -> bool | str:
    if key in _BOOLEAN_OPTIONS:
        return value.lower() in ("true", "yes", "1", "on")
    unquoted = value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"" else value
    return unquoted.replace("\\r", "\r").replace("\\n", "\n") if key == "newline_sequence" else unquoted


def file_environment(base: TemplateEnvironment, options: FileOptions) -> TemplateEnvironment:
    """An environment like `base` that reads files as `options` say."""
    environment = base.overlay(
        trim_blocks=options.trim_blocks,
        lstrip_blocks=options.lstrip_blocks,
        keep_trailing_newline=options.keep_trailing_newline,
        newline_sequence=cast("Literal['\\n', '\\r\\n', '\\r']", options.newline_sequence),
        variable_start_string=options.variable_start_string,
        variable_end_string=options.variable_end_string,
        block_start_string=options.block_start_string,
        block_end_string=options.block_end_string,
        comment_start_string=options.comment_start_string,
        comment_end_string=options.comment_end_string,
        line_statement_prefix=options.line_statement_prefix,
        line_comment_prefix=options.line_comment_prefix,
        loader=FileSystemLoader(options.search_path),
        auto_reload=True,
        cache_size=400,
    )
    environment.raw_strings = False
    return environment
