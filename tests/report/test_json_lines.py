import io
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from smolrun.report.events_schema import events_schema
from smolrun.report.json_lines import JsonLinesReporter
from tests.report import made_events as made


def lines_of(*happened: Any) -> list[str]:
    stream = io.StringIO()
    reporter = JsonLinesReporter(stream)
    for event in happened:
        reporter(event)
    return stream.getvalue().splitlines()


def test_every_line_is_an_event_that_the_schema_allows() -> None:
    validator = Draft202012Validator(events_schema())
    lines = lines_of(*made.whole_run())
    assert len(lines) == len(made.whole_run())
    for line in lines:
        validator.validate(json.loads(line))


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_lines_are_printable_ascii_and_keep_the_text(hostile: str) -> None:
    (line,) = lines_of(made.finished(made.task(), result={"stdout": hostile}))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["result"]["stdout"] == hostile.encode("utf-8", "replace").decode()


def test_values_that_json_has_not_are_written_all_the_same() -> None:
    result = {"bytes": b"\xff", "nan": float("nan"), "set": {1}, "object": object, 3: "number key", "lone": "\udc80"}
    (line,) = lines_of(made.finished(made.task(), result={str(key): value for key, value in result.items()}))
    read = json.loads(line, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))["result"]
    assert read["bytes"] == "\ufffd"
    assert read["nan"] == "nan"
    assert read["set"] == [1]
    assert read["lone"] == "?"
