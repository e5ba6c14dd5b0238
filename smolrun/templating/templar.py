"""Templates and expressions into values: the one door to everything in this package."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2.environment import Template
from jinja2.exceptions import TemplateError as JinjaError

from smolrun.errors import SmolVMError, TemplateError
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultSecrets
from smolrun.templating import compiling, conditions
from smolrun.templating.conditions import ConditionOutcome
from smolrun.templating.direct import DirectTemplate, direct
from smolrun.templating.environment import TemplateEnvironment
from smolrun.templating.failures import as_template_error
from smolrun.templating.files import FileOptions, file_environment
from smolrun.templating.functions import add_functions, environment_with_functions
from smolrun.templating.global_functions import look_up
from smolrun.templating.lazy import argument, materialise, without_undefined
from smolrun.templating.omit import OMIT
from smolrun.templating.plugins import Functions
from smolrun.templating.presenting import Presenter
from smolrun.templating.rendering import Rendering
from smolrun.templating.text import concat, join_text, keep_newlines, parts_of, text_of

CACHED_TEMPLATES: Final = 8192
"""Compiled templates kept, by their text: about 10 KB each; a large playbook has some thousands."""
CACHED_FILES: Final = 512
"""Compiled template files kept: they are larger."""


class Templar:
    """Renders templates and evaluates expressions. Safe to use from several threads.

    Only `SourceText` is ever compiled. What comes out is plain data and is never rendered again.

    Args:
        base: the folder that relative file names of lookups are looked up from, where the variables have no
            ``ansible_search_path``.
        vault: opens vaulted files for the lookup ``unvault``.
        own: filters, tests and lookups of the user's.
        settings: what the lookup ``config`` tells, by Ansible's names.
        warn: is told what ``lookup(..., errors='warn')`` has to say.
    """

    def __init__(
        self,
        *,
        base: Path | None = None,
        vault: VaultSecrets | None = None,
        own: Functions | None = None,
        settings: Mapping[str, Any] | None = None,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        self.base = base
        self.vault = vault
        self.settings: Mapping[str, Any] = settings or {}
        self.warn = warn
        self.environment: TemplateEnvironment = environment_with_functions(own)
        self._compiled = lru_cache(maxsize=CACHED_TEMPLATES)(self._compile)
        self._compiled_file = lru_cache(maxsize=CACHED_FILES)(self._compile_file)
        self._file_environment = lru_cache(maxsize=64)(
            lambda options: file_environment(self.environment, options),
        )

    def learn(self, own: Functions) -> None:
        """Have further filters, tests and lookups, from now on."""
        add_functions(self.environment, own)

    # --- values ------------------------------------------------------------------------------------

    def render(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """`value` with every template in it rendered, however deep, as plain data.

        A text that is one expression gives the value of that expression, whatever its type; other text gives text.
        Keys and items that are ``omit`` are left out; `OMIT` itself comes back where `value` as a whole is that.

        Raises:
            TemplateError: with the place of the template.
        """
        if isinstance(value, SourceText) and not value.is_template:
            return str(value)
        rendering = Rendering(self, variables)
        if isinstance(value, SourceText):
            return rendering.finish(rendering.run(value), value)
        return rendering.finish(rendering.value(value), value)

    def render_defined(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """As `render`, but items and entries that refer to something undefined are left out.

        Raises:
            TemplateError: with the place of the template; also where `value` itself is undefined.
        """
        rendering = Rendering(self, variables)
        return rendering.finish(without_undefined(argument(rendering.value(value))), value)

    def render_text(self, value: Any, variables: Mapping[str, Any]) -> str:
        """`value` rendered, as text.

        Raises:
            TemplateError: with the place of the template.
        """
        result = self.render(value, variables)
        return result if isinstance(result, str) else text_of(result)

    def evaluate(self, expression: Any, variables: Mapping[str, Any]) -> Any:
        """The value of an expression (written without braces); literals of other types are their own value.

        Raises:
            TemplateError: with its place; also for text that does not come from a playbook.
        """
        if not isinstance(expression, str):
            return expression
        if not isinstance(expression, SourceText):
            raise TemplateError("an expression must be text from a playbook: what was computed is never evaluated")
        rendering = Rendering(self, variables)
        return rendering.finish(rendering.run(expression, expression=True), expression)

    def presented(self, written: Any, variables: Mapping[str, Any], *, expression: bool = False) -> Any:
        """As `render`, or with `expression` as `evaluate`; what is undefined is told within the value.

        Raises:
            TemplateError: something else is wrong with it.
        """
        return Presenter().present(written, Rendering(self, variables), expression=expression)

    def condition(self, expression: Any, variables: Mapping[str, Any]) -> ConditionOutcome:
        """Whether a condition holds, and what is wrong with how it is written.

        Raises:
            TemplateError: with its place.
        """
        return conditions.decide(expression, Rendering(self, variables))

    def lookup(
        self,
        name: str,
        terms: Sequence[Any],
        variables: Mapping[str, Any],
        options: Mapping[str, Any] | None = None,
        *,
        action: str = "",
    ) -> list[Any]:
        """All the results of a lookup, as data; what the ``with_*`` loops are made of.

        Args:
            name: such as ``items`` or ``ansible.builtin.fileglob``.
            terms: rendered already.
            action: the module of the task that loops over it.

        Raises:
            TemplateError: there is no such lookup, or it failed.
        """
        rendering = Rendering(self, variables)
        try:
            found = materialise(look_up(rendering, name, terms, options or {}, action))
        except JinjaError as error:
            raise as_template_error(error, "") from error
        assert isinstance(found, list)
        return found

    # --- files -------------------------------------------------------------------------------------

    def render_file(
        self,
        text: SourceText,
        variables: Mapping[str, Any],
        *,
        search_path: Sequence[str | Path] = (),
        **options: Any,
    ) -> str:
        """The text of a template file, rendered.

        Args:
            text: its content; the first line may be a ``#jinja2:`` header that overrides `options`.
            search_path: folders that ``include``, ``import`` and ``extends`` look in.
            options: see `FileOptions`.

        Raises:
            TemplateError: with the line in the file.
        """
        chosen = FileOptions.of(options, tuple(str(folder) for folder in search_path))
        body, chosen = chosen.with_header(text)
        rendering = Rendering(self, variables)
        try:
            template = self._compiled_file(str(body), chosen)
            context = template.new_context(rendering.names())  # type: ignore[arg-type]
            rendered = join_text(parts_of(template.root_render_func(context)))
            return str(keep_newlines(rendered, body, chosen.newline_sequence))
        except SmolVMError:
            raise
        except RecursionError as error:
            raise as_template_error(error, text) from None
        except Exception as error:  # whatever an expression raises is the template's error
            raise as_template_error(error, body, environment=self._file_environment(chosen)) from error

    # --- what renderings call ----------------------------------------------------------------------

    def run(self, text: SourceText, rendering: Rendering, *, expression: bool = False) -> Any:
        """The value that a template or an expression yields, lazy and possibly undefined."""
        try:
            template = self._compiled(str(text), expression)
            if isinstance(template, DirectTemplate):
                parts = template.values(self.environment, rendering.names())
            else:
                context = template.new_context(rendering.names())  # type: ignore[arg-type]
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

    def _compile_file(self, text: str, options: FileOptions) -> Template:
        return compiling.compile_template(self._file_environment(options), text)

    def _compile(self, text: str, expression: bool) -> Template | DirectTemplate:
        simple = direct(self.environment, compiling.parse(self.environment, text, expression=expression))
        if simple is not None and not (expression and "{{" in text):
            return simple
        compile_text = compiling.compile_expression if expression else compiling.compile_template
        return compile_text(self.environment, text)


__all__ = ["OMIT", "ConditionOutcome", "Templar"]
