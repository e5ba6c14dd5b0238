"""Lists of conditions: ``when``, ``changed_when``, ``failed_when``, ``until``, ``break_when``."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from smolrun.diagnostic import Diagnostic
from smolrun.errors import SmolVMError, TemplateError, UndefinedVariableError
from smolrun.lazy_dataclass import dataclass
from smolrun.playbook.models import Condition
from smolrun.source.text import location_of
from smolrun.templating.templar import Templar


@dataclass(frozen=True)
class Verdict:
    """What a list of conditions came to.

    Attributes:
        holds: all of them do.
        false: the first that does not.
    """

    holds: bool
    false: Condition | None = None


class ConditionError(SmolVMError):
    """A condition could not be evaluated, or is not boolean under ``--strict``.

    Attributes:
        condition: as it was written.
        keyword: which keyword it belongs to.
    """

    def __init__(self, keyword: str, condition: Condition, cause: SmolVMError) -> None:
        super().__init__(
            f"the condition of '{keyword}' cannot be evaluated: {cause.message}",
            hint=cause.hint,
            location=cause.location or location_of(condition),
        )
        self.condition = condition
        self.keyword = keyword
        self.undefined = isinstance(cause, UndefinedVariableError)


@dataclass(frozen=True)
class ConditionJudge:
    """Evaluates conditions.

    Attributes:
        templar: what does it.
        strict: conditions that are not boolean are errors.
        warn: told what is wrong with how a condition is written.
    """

    templar: Templar
    strict: bool
    warn: Callable[[Diagnostic], None]

    def all_hold(self, keyword: str, conditions: Iterable[Condition], variables: Mapping[str, Any]) -> Verdict:
        """Whether all hold; evaluated in order, up to the first that does not.

        Raises:
            ConditionError: with the place of the condition.
        """
        for condition in conditions:
            if not self._holds(keyword, condition, variables):
                return Verdict(False, condition)
        return Verdict(True)

    def _holds(self, keyword: str, condition: Condition, variables: Mapping[str, Any]) -> bool:
        if isinstance(condition, bool):
            return condition
        try:
            outcome = self.templar.condition(condition, variables)
        except TemplateError as error:
            raise ConditionError(keyword, condition, error) from error
        if outcome.warning is not None:
            if self.strict:
                warning = outcome.warning
                cause = TemplateError(warning.message, hint=warning.hint, location=warning.location)
                raise ConditionError(keyword, condition, cause)
            self.warn(outcome.warning)
        return outcome.value
