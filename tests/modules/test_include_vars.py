from pathlib import Path

import pytest

from tests.engine.conftest import Play, play
from tests.engine.written import local, write

__all__ = ["play"]


def test_files_of_a_folder_are_read_in_order_as_far_as_is_asked(play: Play, tmp_path: Path) -> None:
    write(tmp_path, d__a="x: 1\n", d__b="x: 2\n", d__sub__c="x: 3\n", d__skip="x: 4\n")
    text = "- include_vars: {dir: d, ignore_files: [skip], depth: %d}\n- {name: x, debug: {msg: '{{ x }}'}}\n"
    assert play(local(text % 1)).message("x") == 2
    assert play(local(text % 0)).message("x") == 3


def test_mappings_may_be_merged(play: Play, tmp_path: Path) -> None:
    write(tmp_path, d__a="m: {x: 1, y: 1}\n", d__b="m: {y: 2}\n")
    text = "- include_vars: {dir: d, hash_behaviour: %s}\n- {name: m, debug: {msg: '{{ m }}'}}\n"
    assert play(local(text % "merge")).message("m") == {"x": 1, "y": 2}
    assert play(local(text % "replace")).message("m") == {"y": 2}


def test_what_is_included_beats_vars_of_the_task_and_not_set_fact(play: Play, tmp_path: Path) -> None:
    write(tmp_path, a="x: file\ny: file\n")
    said = play(
        local(
            """
            - set_fact: {y: fact}
            - include_vars: a.yml
            - {name: both, debug: {msg: '{{ x }} {{ y }}'}, vars: {x: task}}
            """
        )
    ).message("both")
    assert said == "file fact"


@pytest.mark.parametrize(
    ("content", "message"), [("- a\n", "has to hold a mapping of variables, not a list"), ("a: [\n", "a.yml:")]
)
def test_a_file_of_something_else_fails(play: Play, tmp_path: Path, content: str, message: str) -> None:
    write(tmp_path, a=content)
    assert message in play(local("- {name: read, include_vars: a.yml}\n")).failure("read").message
