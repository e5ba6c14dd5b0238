"""Tests of what tasks registered."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from smolrun.templating.marks import takes_lazy


def _result(value: Any, test: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"'is {test}' asks about a registered result, not about a value of type '{_name(value)}'")
    return value


def _name(value: Any) -> str:
    return "none" if value is None else type(value).__name__


def _true(value: Any) -> bool:
    return value not in (None, False, 0, "", "False", "false", "no")


@takes_lazy
def failed(value: Any) -> bool:
    return _true(_result(value, "failed").get("failed", False))


@takes_lazy
def succeeded(value: Any) -> bool:
    return not failed(value)


@takes_lazy
def changed(value: Any) -> bool:
    """Whether it changed something; of a loop, whether any of its items did."""
    result = _result(value, "changed")
    if "changed" not in result:
        items = result.get("results")
        if isinstance(items, list) and items and isinstance(items[0], Mapping):
            return any(_true(item.get("changed", False)) for item in items)
    return _true(result.get("changed", False))


@takes_lazy
def skipped(value: Any) -> bool:
    return _true(_result(value, "skipped").get("skipped", False))


@takes_lazy
def unreachable(value: Any) -> bool:
    return _true(_result(value, "unreachable").get("unreachable", False))


@takes_lazy
def reachable(value: Any) -> bool:
    return not unreachable(value)


@takes_lazy
def timed_out(value: Any) -> bool:
    """Whether it took longer than it might, by our own word (``timed_out``) or Ansible's (``timedout``)."""
    result = _result(value, "timedout")
    if result.get("timed_out"):
        return True
    period = result.get("timedout") or False
    return bool(period.get("period", False)) if isinstance(period, Mapping) else bool(period)


@takes_lazy
def started(value: Any) -> bool:
    """Whether a background job was started."""
    return _true(_result(value, "started").get("started", True))


@takes_lazy
def finished(value: Any) -> bool:
    """Whether a background job is done."""
    return _true(_result(value, "finished").get("finished", True))


TESTS: Final[dict[str, Callable[..., Any]]] = {
    "change": changed,
    "changed": changed,
    "failed": failed,
    "failure": failed,
    "finished": finished,
    "ok": succeeded,
    "reachable": reachable,
    "skip": skipped,
    "skipped": skipped,
    "started": started,
    "succeeded": succeeded,
    "success": succeeded,
    "successful": succeeded,
    "timedout": timed_out,
    "unreachable": unreachable,
}
