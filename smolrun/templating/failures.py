"""What goes wrong inside Jinja2, as this package's errors: said plainly and with its place."""

from types import TracebackType
from typing import TYPE_CHECKING

from jinja2.exceptions import TemplateSyntaxError

from smolrun.errors import TemplateError, UndefinedVariableError
from smolrun.location import Location, SourceFile
from smolrun.templating.locate import locate
from smolrun.templating.operations import OperationError, reason_of
from smolrun.templating.undefined import Place, UndefinedUseError

if TYPE_CHECKING:
    from smolrun.templating.environment import TemplateEnvironment


def as_template_error(
    error: BaseException,
    text: str,
    *,
    expression: bool = False,
    environment: "TemplateEnvironment | None" = None,
) -> TemplateError:
    """The error to raise for `error`, which came out of compiling or running the template `text`.

    Args:
        expression: `text` is a bare expression.
        environment: reads `text`, where that is not the usual one.
    """
    if isinstance(error, TemplateError):
        return error
    if isinstance(error, UndefinedUseError):
        return _undefined(error, text)
    if isinstance(error, TemplateSyntaxError):
        return _syntax(error, text, expression, environment)
    name = error.name if isinstance(error, OperationError) else None
    hint = error.hint if isinstance(error, OperationError) else None
    return TemplateError(reason_of(error), hint=hint, location=_place(error, text, name))


def _undefined(error: UndefinedUseError, text: str) -> TemplateError:
    if error.cause is not None:
        return error.cause
    location = _place(error, text, error.name)
    return UndefinedVariableError(str(error), name=error.name, hint=error.hint, location=location)


def _syntax(
    error: TemplateSyntaxError, text: str, expression: bool, environment: "TemplateEnvironment | None"
) -> TemplateError:
    """An error of the syntax: by columns where it is in `text` itself, by lines where it is in an included file."""
    if error.filename is not None and error.source is not None:
        source = SourceFile(error.filename, error.source)
        return TemplateError(f"not a valid template: {error.message}", location=Location(source, error.lineno, 1))
    from smolrun.templating.analysis import analyse  # which names every filter and test

    found = analyse(text, expression=expression, environment=environment)
    if found.error is not None:
        return TemplateError(found.error.message, hint=found.error.hint, location=found.error.location)
    for kind, unknown in (("filter", found.unknown_filters), ("test", found.unknown_tests)):
        for function in unknown:
            message = f"there is no {kind} '{function.name}'"
            return TemplateError(message, hint=function.hint, location=function.location)
    return TemplateError(f"not a valid template: {error.message}", location=locate(text, None, error.lineno))


def _place(error: BaseException, text: str, fragment: str | None) -> Location | None:
    """Where in `text`, or in a file that it includes, the innermost frame of a template stands."""
    place: Place | None = getattr(error, "place", None)
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = Place(template.name, template.get_corresponding_lineno(trace.tb_lineno), template.filename)
        trace = trace.tb_next
    if place is None:
        return locate(text, fragment, _line_of(text, fragment))
    name, line, filename = place
    if name is not None and filename not in (None, "<template>"):
        return _in_file(str(filename), line, fragment)
    return locate(text, fragment, line)


def _line_of(text: str, fragment: str | None) -> int:
    """The first line of `text` that has the fragment."""
    lines = text.split("\n") if fragment else []
    return next((number for number, line in enumerate(lines, 1) if fragment and fragment in line), 1)


def _in_file(filename: str, line: int, fragment: str | None) -> Location:
    from pathlib import Path

    try:
        file = SourceFile(filename, Path(filename).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        file = SourceFile(filename, "")
    column = file.line(line).find(fragment) + 1 if fragment else 1
    return Location(file, line, max(1, column))
