import io

import pytest

from smolrun.report.colour import wants_colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "expected"),
    [
        (None, True, {"TERM": "xterm"}, True),
        (None, False, {"TERM": "xterm"}, False),
        (None, True, {"TERM": "dumb"}, False),
        (None, True, {}, False),
        (None, True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (None, True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        (None, False, {"FORCE_COLOR": "1"}, True),
        (None, False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, False, {"NO_COLOR": "1"}, True),
        (False, True, {"TERM": "xterm"}, False),
    ],
)
def test_colour_rules(choice: bool | None, terminal: bool, environment: dict[str, str], expected: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert wants_colour(choice, stream, environment) is expected
