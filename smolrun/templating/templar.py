"""Templates and expressions into values: the one door to everything in this package.

Jinja2 and what is built on it are imported when there is something to render: a tenth of the start of a short run.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from smolrun.errors import TemplateError
from smolrun.source.text import SourceText
from smolrun.source.vault import VaultSecrets
from smolrun.templating import conditions
from smolrun.templating.conditions import ConditionOutcome
from smolrun.templating.omit import OMIT
from smolrun.templating.plugins import Functions
from smolrun.templating.settled import settled

if TYPE_CHECKING:
    from smolrun.templating.environment import TemplateEnvironment
    from smolrun.templating.rendering import Rendering
    from smolrun.templating.templates import Templates


class Templar:
    """Renders templates and evaluates expressions. Safe to use from several threads.

    Only `SourceText` is ever compiled. What comes out is plain data and is never rendered again.

    Args:
        base: the folder that relative file names of lookups are looked up from, where the variables have no
            ``ansible_search_path``.
        vault: opens vaulted files for lookups.
        own: filters, tests and lookups of the user's.
        settings: what the lookup ``config`` tells, by Ansible's names.
        patience: seconds that a command of the lookups ``pipe`` and ``lines`` may take; None for no limit.
        warn: is told what ``lookup(..., errors='warn')`` has to say.
    """

    def __init__(
        self,
        *,
        base: Path | None = None,
        vault: VaultSecrets | None = None,
        own: Functions | None = None,
        settings: Mapping[str, Any] | None = None,
        patience: float | None = 600,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        self.base = base
        self.vault = vault
        self.settings: Mapping[str, Any] = settings or {}
        self.patience = patience
        self.warn = warn
        self._learned = [] if own is None else [own]
        self._templates: Templates | None = None
        self._making = RLock()

    def learn(self, own: Functions) -> None:
        """Have further filters, tests and lookups, from now on."""
        with self._making:
            self._learned.append(own)
            if self._templates is not None:
                self._templates.learn(own)

    @property
    def templates(self) -> "Templates":
        """The compiled templates, for renderings."""
        if self._templates is None:
            with self._making:
                if self._templates is None:
                    self._templates = self._made()
        return self._templates

    def _made(self) -> "Templates":
        from smolrun.templating.templates import Templates

        templates = Templates()
        for own in self._learned:
            templates.learn(own)
        return templates

    @property
    def environment(self) -> "TemplateEnvironment":
        return self.templates.environment

    def _rendering(self, variables: Mapping[str, Any]) -> "Rendering":
        from smolrun.templating.rendering import Rendering

        return Rendering(self, variables)

    # --- values ------------------------------------------------------------------------------------

    def render(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """`value` with every template in it rendered, however deep, as plain data.

        A text that is one expression gives the value of that expression, whatever its type; other text gives text.
        Keys and items that are ``omit`` are left out; `OMIT` itself comes back where `value` as a whole is that.

        Raises:
            TemplateError: with the place of the template.
        """
        plain = settled(value)
        if plain is not None:
            return plain[0]
        rendering = self._rendering(variables)
        if isinstance(value, SourceText):
            return rendering.finish(rendering.run(value), value)
        return rendering.finish(rendering.value(value), value)

    def render_defined(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """As `render`, but items and entries that refer to something undefined are left out.

        Raises:
            TemplateError: with the place of the template; also where `value` itself is undefined.
        """
        from smolrun.templating.lazy import argument, without_undefined

        rendering = self._rendering(variables)
        return rendering.finish(without_undefined(argument(rendering.value(value))), value)

    def render_text(self, value: Any, variables: Mapping[str, Any]) -> str:
        """`value` rendered, as text.

        Raises:
            TemplateError: with the place of the template.
        """
        result = self.render(value, variables)
        if isinstance(result, str):
            return result
        from smolrun.templating.text import text_of

        return text_of(result)

    def evaluate(self, expression: Any, variables: Mapping[str, Any]) -> Any:
        """The value of an expression (written without braces); literals of other types are their own value.

        Raises:
            TemplateError: with its place; also for text that does not come from a playbook.
        """
        if not isinstance(expression, str):
            return expression
        if not isinstance(expression, SourceText):
            raise TemplateError("an expression must be text from a playbook: what was computed is never evaluated")
        rendering = self._rendering(variables)
        return rendering.finish(rendering.run(expression, expression=True), expression)

    def presented(self, written: Any, variables: Mapping[str, Any], *, expression: bool = False) -> Any:
        """As `render`, or with `expression` as `evaluate`; what is undefined is told within the value.

        Raises:
            TemplateError: something else is wrong with it.
        """
        from smolrun.templating.presenting import Presenter

        return Presenter().present(written, self._rendering(variables), expression=expression)

    def condition(self, expression: Any, variables: Mapping[str, Any]) -> ConditionOutcome:
        """Whether a condition holds, and what is wrong with how it is written.

        Raises:
            TemplateError: with its place.
        """
        return conditions.decide(expression, lambda: self._rendering(variables))

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
        from jinja2.exceptions import TemplateError as JinjaError

        from smolrun.templating.failures import as_template_error
        from smolrun.templating.global_functions import look_up
        from smolrun.templating.lazy import materialise

        rendering = self._rendering(variables)
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
        return str(self.templates.run_file(text, self._rendering(variables), search_path, options))

    def file_value(
        self, text: SourceText, variables: Mapping[str, Any], *, search_path: Sequence[str | Path] = (), **options: Any
    ) -> Any:
        """As `render_file`, but a file that is one expression gives its value, whatever its type."""
        rendering = self._rendering(variables)
        return rendering.finish(self.templates.run_file(text, rendering, search_path, options, as_value=True), text)


__all__ = ["OMIT", "ConditionOutcome", "Templar"]
