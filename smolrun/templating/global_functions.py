"""The functions that templates may call beside Jinja2's own: lookups, the time, and what is undefined on purpose."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from jinja2 import pass_context
from jinja2.exceptions import TemplateError as JinjaError

from smolrun.errors import SmolVMError
from smolrun.templating.lookups import near
from smolrun.templating.lookups.base import LookupContext
from smolrun.templating.operations import OperationError, reason_of
from smolrun.templating.ports import Values
from smolrun.templating.undefined import Missing, UndefinedUseError, fail

if TYPE_CHECKING:
    from smolrun.templating.environment import NamesContext


def look_up(
    rendering: Values, name: str, terms: Sequence[Any], options: Mapping[str, Any], action: str | None = None
) -> list[Any]:
    """All the results of a lookup.

    Args:
        action: the module of the task that loops over it; None where a template calls it.

    Raises:
        OperationError: there is no such lookup, or it failed.
    """
    known = rendering.templar.environment.lookups
    lookup = known.get(name)
    if lookup is None:
        raise OperationError("lookup", name, "there is no lookup of that name", near(name, known))
    for term in (*terms, *options.values()):
        if isinstance(term, Missing):
            fail(term)
    try:
        return list(lookup(LookupContext(rendering, action), terms, options))
    except (UndefinedUseError, OperationError, RecursionError):
        raise
    except (SmolVMError, JinjaError) as error:
        raise OperationError("lookup", name, str(error)) from error
    except Exception as error:  # as of any function that a template calls
        raise OperationError("lookup", name, reason_of(error)) from error


@pass_context
def lookup(context: "NamesContext", name: str, *terms: Any, **options: Any) -> Any:
    """The results joined by commas where they are texts; the only result, or the list of them, where they are not."""
    wantlist = options.pop("wantlist", False)
    errors = options.pop("errors", "strict")
    if errors not in ("strict", "warn", "ignore"):
        raise OperationError("lookup", str(name), f"errors is '{errors}', and should be strict, warn or ignore")
    rendering = context.parent.rendering
    if rendering is None:
        raise OperationError("lookup", str(name), "it needs the variables: import the file 'with context'")
    try:
        results = look_up(rendering, str(name), terms, options)
    except UndefinedUseError:
        raise
    except (OperationError, SmolVMError) as error:
        if errors == "strict":
            raise
        if errors == "warn":
            rendering.templar.warn(str(error))
        return [] if wantlist else None
    if wantlist:
        return results
    if results and all(isinstance(result, str) for result in results):
        return ",".join(results)
    return results[0] if len(results) == 1 else results


@pass_context
def query(context: "NamesContext", name: str, *terms: Any, **options: Any) -> Any:
    """The results of a lookup as a list."""
    return lookup(context, name, *terms, **{"wantlist": True, **options})


def now(utc: bool = False, fmt: str | None = None) -> Any:
    """The time of the controller, as text where a format is given."""
    moment = datetime.now(UTC).replace(tzinfo=None) if utc else datetime.now()  # noqa: DTZ005 - without zone, as in Ansible
    return moment.strftime(fmt) if fmt else moment


def undef(hint: str | None = None) -> Missing:
    """Something undefined on purpose: a default that has to be overridden."""
    return Missing(hint=hint or "a value has to be given here")


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "lookup": lookup,
    "now": now,
    "q": query,
    "query": query,
    "undef": undef,
}
