"""The templates of one templar, compiled: what Jinja2 does here. The first template of a run imports it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2.environment import Template
from jinja2.runtime import Undefined

from smolrun.errors import SmolVMError
from smolrun.source.text import SourceText
from smolrun.templating import compiling
from smolrun.templating.bindings import Names
from smolrun.templating.direct import DirectTemplate, direct
from smolrun.templating.environment import TemplateEnvironment
from smolrun.templating.failures import as_template_error
from smolrun.templating.files import FileOptions, file_environment
from smolrun.templating.functions import add_functions, environment_with_functions
from smolrun.templating.omit import OMIT
from smolrun.templating.plugins import Functions
from smolrun.templating.ports import Values
from smolrun.templating.syntax import take_tree
from smolrun.templating.text import concat, join_text, keep_newlines, parts_of

CACHED_TEMPLATES: Final = 8192
"""Compiled templates kept, by their text: about 10 KB each; a large playbook has some thousands."""
CACHED_FILES: Final = 512
"""Compiled template files kept: they are larger."""


class Templates:
    """Compiles templates once and runs them. Safe to use from several threads.

    Args:
        own: filters, tests and lookups of the user's.
    """

    def __init__(self, own: Functions | None = None) -> None:
        self.environment: TemplateEnvironment = environment_with_functions(own)
        self._compiled = lru_cache(maxsize=CACHED_TEMPLATES)(self._compile)
        self._compiled_file = lru_cache(maxsize=CACHED_FILES)(self._compile_file)
        self._file_environment = lru_cache(maxsize=64)(
            lambda options: file_environment(self.environment, options),
        )

    def learn(self, own: Functions) -> None:
        """Have further filters, tests and lookups, from now on."""
        add_functions(self.environment, own)

    def run(self, text: SourceText, rendering: Values, *, expression: bool = False) -> Any:
        """The value that a template or an expression yields, lazy and possibly undefined."""
        try:
            template = self._compiled(str(text), expression)
            if isinstance(template, DirectTemplate):
                parts = template.values(self.environment, Names(rendering, {}))
            else:
                context = template.new_context(Names(rendering, {}))  # type: ignore[arg-type]
                parts = list(parts_of(template.root_render_func(context)))
            if expression:
                return parts[0]
            if len(parts) == 1 and parts[0] is OMIT:
                return OMIT
            return keep_newlines(concat(parts), text)
        except SmolVMError:
            raise
        except RecursionError as error:
            raise as_template_error(error, text) from None
        except Exception as error:  # whatever an expression raises is the template's error
            raise as_template_error(error, text, expression=expression, environment=self.environment) from error

    def run_file(
        self,
        text: SourceText,
        rendering: Values,
        search_path: Sequence[str | Path],
        options: dict[str, Any],
        *,
        as_value: bool = False,
    ) -> Any:
        """The text of a template file, or its value; see `Templar.render_file` and `Templar.file_value`."""
        chosen = FileOptions.of(options, tuple(str(folder) for folder in search_path))
        body, chosen = chosen.with_header(text)
        if as_value:
            chosen = replace(chosen, keep_trailing_newline=False)  # one expression and a newline are one expression

        def rendered(parts: Iterable[Any]) -> Any:
            return keep_newlines(concat(_said(parts)) if as_value else join_text(parts), body, chosen.newline_sequence)

        try:
            template = self._compiled_file(str(body), chosen)
            if isinstance(template, DirectTemplate):
                with suppress(Exception):  # what goes wrong is told by the compiled one, which knows the line
                    return rendered(_defined(template.values(self._file_environment(chosen), Names(rendering, {}))))
                template = compiling.compile_template(self._file_environment(chosen), str(body))
            context = template.new_context(Names(rendering, {}))  # type: ignore[arg-type]
            return rendered(parts_of(template.root_render_func(context)))
        except SmolVMError:
            raise
        except RecursionError as error:
            raise as_template_error(error, text) from None
        except Exception as error:  # whatever an expression raises is the template's error
            raise as_template_error(error, body, environment=self._file_environment(chosen)) from error

    def _compile_file(self, text: str, options: FileOptions) -> Template | DirectTemplate:
        environment = self._file_environment(options)
        tree = take_tree(environment, text)
        simple = direct(environment, tree)
        if simple is not None:
            return simple
        tree.set_environment(environment)  # another may have parsed it
        template: Template = environment.from_string(tree)
        return template

    def _compile(self, text: str, expression: bool) -> Template | DirectTemplate:
        simple = direct(self.environment, compiling.parse(self.environment, text, expression=expression))
        if simple is not None and not (expression and "{{" in text):
            return simple
        compile_text = compiling.compile_expression if expression else compiling.compile_template
        return compile_text(self.environment, text)


def _defined(parts: list[Any]) -> list[Any]:
    """The parts, if all of them are defined. Raises `ValueError`."""
    if any(isinstance(part, Undefined) for part in parts):
        raise ValueError("an undefined part")
    return parts


def _said(parts: Iterable[Any]) -> list[Any]:
    """The parts without empty texts, which blocks leave behind; at least one."""
    return [part for part in parts if not (isinstance(part, str) and not part)] or [""]
