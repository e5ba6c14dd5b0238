"""What goes wrong in a filter, a test, a lookup or a function, in words."""

from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateRuntimeError


class OperationError(TemplateRuntimeError):
    """A filter, a test or a lookup failed.

    Attributes:
        kind: ``filter``, ``test``, ``lookup`` or ``function``.
        name: its name.
    """

    def __init__(self, kind: str, name: str, reason: str, hint: str | None = None) -> None:
        super().__init__(f"the {kind} '{name}' failed: {reason}")
        self.kind = kind
        self.name = name
        self.hint = hint


def reason_of(error: BaseException) -> str:
    """What an exception says, in words."""
    if isinstance(error, RecursionError):
        return "the template refers to itself, or to too many others, one within the other"
    if isinstance(error, MemoryError):
        return "the template needs more memory than there is"
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    if isinstance(error, TemplateNotFound):
        return f"the template file '{error.name}' was not found"
    if isinstance(error, SecurityError):
        return f"{error} (templates run in a sandbox)"
    if isinstance(error, KeyError):
        return f"there is no key {error}"
    return str(error) or type(error).__name__
