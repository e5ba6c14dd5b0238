"""Which handlers a notification means, and who has been notified of what."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from smolrun.engine.plan import PlannedTask
from smolrun.errors import SmolVMError, TemplateError
from smolrun.location import Location
from smolrun.playbook.models import TasksOfFile, TasksOfRole


class MissingHandlerError(SmolVMError):
    """A task that changed something notified a handler that does not exist; ends the run, as in Ansible."""


class Handlers:
    """The handlers of a play.

    Args:
        planned: in the order of their definition.
        render: renders their names, with the play's own variables only.
    """

    def __init__(self, planned: Sequence[PlannedTask], render: Callable[[object], str]) -> None:
        self.planned: list[PlannedTask] = []
        self._render = render
        self._names: dict[PlannedTask, str | None] = {}
        self._topics: dict[PlannedTask, frozenset[str]] = {}
        self._notified: dict[str, set[PlannedTask]] = {}
        self.add(planned)

    def add(self, handlers: Iterable[PlannedTask]) -> None:
        """Further handlers, which a role that is included brings along; those that are there already stay."""
        for handler in handlers:
            if handler not in self._names:
                self.planned.append(handler)
                self._names[handler] = _rendered(handler.task.name, self._render)
                self._topics[handler] = frozenset(map(str, handler.task.listen))  # no templates, as in Ansible

    def notified(self, host: str) -> set[PlannedTask]:
        """The handlers waiting for this host; the engine takes each one out when it runs."""
        return self._notified.setdefault(host, set())

    def notify(self, host: str, notification: str, location: Location | None = None) -> tuple[PlannedTask, ...]:
        """Notify the handlers that a notification means; those that had not been notified already.

        Args:
            location: of the task that notifies, for the message.

        Raises:
            MissingHandlerError: there are none.
        """
        meant = self.meant_by(notification)
        if not meant:
            raise MissingHandlerError(
                f"there is no handler named '{notification}', and none that listens to it",
                hint=self._hint(notification),
                location=location,
            )
        waiting = self.notified(host)
        new = tuple(handler for handler in meant if handler not in waiting)
        waiting.update(new)
        return new

    def meant_by(self, notification: str) -> tuple[PlannedTask, ...]:
        """The handler of that name, and all that listen to it.

        Where several have a name it is the first of the last list that has any: the play's own comes after those of
        its roles.
        """
        searched = self._searched()
        found: dict[PlannedTask, None] = {}
        for handler in searched:
            if self._is_called(handler, notification):
                found[handler] = None
                break
        seen: set[str] = set()
        for handler in searched:
            name = self._names[handler]
            if notification in self._topics[handler] and not (name and name in seen):
                seen.add(name or "")
                found[handler] = None
        return tuple(found)

    def _searched(self) -> list[PlannedTask]:
        """The lists of handlers (a role's, a file's, the play's), the last one first, each in its own order.

        ``search_handlers_by_notification`` of ansible-core.
        """
        lists = [list(handlers) for _, handlers in groupby(self.planned, _list_of)]
        return [handler for handlers in reversed(lists) for handler in handlers]

    def _is_called(self, handler: PlannedTask, notification: str) -> bool:
        """Whether a notification means a handler, by its name or as ``role : name``."""
        name, role = self._names[handler], handler.role
        return name == notification or (
            name is not None and role is not None and f"{role.role.name} : {name}" == notification
        )

    def _hint(self, notification: str) -> str | None:
        from difflib import get_close_matches

        known: set[str] = {name for name in self._names.values() if name}.union(*self._topics.values())
        template = next((topic for topic in sorted(known) if "{{" in topic), None)
        if template is not None:
            return f"'{template}' is no template where it stands behind 'listen'; a handler's name may be one"
        near = get_close_matches(notification, sorted(known), n=1)
        return f"did you mean '{near[0]}'?" if near else None


def _list_of(handler: PlannedTask) -> int:
    """What tells the list of a handler from others; what a file brings in counts to the list that imports it."""
    parents = reversed(handler.parents)
    return id(
        next(parent for parent in parents if isinstance(parent, TasksOfRole) or not isinstance(parent, TasksOfFile))
    )


def _rendered(text: object, render: Callable[[object], str]) -> str | None:
    """A name as it is notified; None for one that cannot be rendered, and so cannot be notified (as in Ansible)."""
    if text is None:
        return None
    try:
        return render(text)
    except TemplateError:
        return None
