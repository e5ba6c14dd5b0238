"""One thing worth telling about what somebody wrote: what, where, and what to do."""

from enum import StrEnum

from smolrun.lazy_dataclass import dataclass
from smolrun.location import Location


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Diagnostic:
    """A located error or warning.

    Attributes:
        severity: an error keeps the playbook from running; a warning does so only under ``--strict``.
        code: a stable, kebab-case name of the kind of mistake, e.g. ``unknown-keyword``.
        message: what is wrong, one sentence without a final full stop.
        location: where; None for what lies in no file (a command line option).
        hint: what to do about it, e.g. ``did you mean 'register'?``.
    """

    severity: Severity
    code: str
    message: str
    location: Location | None = None
    hint: str | None = None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR
