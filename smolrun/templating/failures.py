"""What goes wrong inside Jinja2, as this package's errors: said plainly and with its place."""

import re
from types import TracebackType

from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateRuntimeError, TemplateSyntaxError

from smolrun.errors import TemplateError, UndefinedVariableError
from smolrun.location import Location, SourceFile
from smolrun.templating.locate import locate
from smolrun.templating.undefined import UndefinedUseError


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


def as_template_error(error: BaseException, text: str) -> TemplateError:
    """The error to raise for `error`, which came out of compiling or running the template `text`."""
    if isinstance(error, TemplateError):
        return error
    if isinstance(error, UndefinedUseError):
        return _undefined(error, text)
    if isinstance(error, TemplateSyntaxError):
        return _syntax(error, text)
    name = error.name if isinstance(error, OperationError) else None
    hint = error.hint if isinstance(error, OperationError) else None
    return TemplateError(reason_of(error), hint=hint, location=_place(error, text, name))


def _undefined(error: UndefinedUseError, text: str) -> TemplateError:
    if error.cause is not None:
        return error.cause
    location = _place(error, text, error.name)
    return UndefinedVariableError(str(error), name=error.name, hint=error.hint, location=location)


def reason_of(error: BaseException) -> str:
    """What an exception says, in words."""
    if isinstance(error, RecursionError):
        return "the template refers to too many others, one within the other"
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


def _syntax(error: TemplateSyntaxError, text: str) -> TemplateError:
    message = error.message or "the template is not valid"
    fragment = syntax_fragment(error, text)
    if error.filename is not None and error.source is not None:
        return TemplateError(message, location=Location(SourceFile(error.filename, error.source), error.lineno, 1))
    return TemplateError(f"not a valid template: {message}", location=locate(text, fragment, error.lineno))


_QUOTED = re.compile(r"'([^']+)'")


def syntax_fragment(error: TemplateSyntaxError, text: str) -> str | None:
    """The piece of the template that a syntax error is about, where its message quotes one that can be found."""
    lines = text.split("\n")
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
    for quoted in reversed(_QUOTED.findall(error.message or "")):
        if quoted in line:
            return str(quoted)
    return None


def _place(error: BaseException, text: str, fragment: str | None) -> Location | None:
    """Where in `text`, or in a file that it includes, the innermost frame of a template stands."""
    place: tuple[str | None, int, str | None] | None = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = (template.name, template.get_corresponding_lineno(trace.tb_lineno), template.filename)
        trace = trace.tb_next
    if place is None:
        return locate(text, fragment)
    name, line, filename = place
    if name is not None and filename not in (None, "<template>"):
        return _in_file(str(filename), line, fragment)
    return locate(text, fragment, line)


def _in_file(filename: str, line: int, fragment: str | None) -> Location:
    from pathlib import Path

    try:
        file = SourceFile(filename, Path(filename).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        file = SourceFile(filename, "")
    column = file.line(line).find(fragment) + 1 if fragment else 1
    return Location(file, line, max(1, column))
