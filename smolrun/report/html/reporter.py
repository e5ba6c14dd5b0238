"""``--report html=FILE``: the whole run as one page."""

from pathlib import Path

from smolrun.engine.events import Event, RunFinished
from smolrun.report.html.page import page
from smolrun.report.story import StoryTeller
from smolrun.report.whole_file import replace_file


class HtmlReporter:
    """Collects what happens and writes the page when the run ends, whole or not at all.

    Args:
        path: replaced by a rename, so that a reader never sees half of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._teller = StoryTeller()

    def __call__(self, event: Event) -> None:
        self._teller(event)
        if isinstance(event, RunFinished):
            replace_file(self._path, page(self._teller.story).encode())
