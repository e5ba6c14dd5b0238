import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from smolrun.cli.commands.schema import NAMES
from tests.cli.conftest import ROOT, Ended, program

Smolrun = Callable[..., Ended]


@pytest.mark.parametrize("name", NAMES)
def test_committed_schema_is_what_the_models_give(smolrun: Smolrun, name: str) -> None:
    assert smolrun("schema", name).out == (ROOT / "schemas" / f"{name}.schema.json").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_itself(name: str) -> None:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    validator_for(schema).check_schema(schema)


def test_out_of_date_file_is_found_and_written(smolrun: Smolrun, tmp_path: Path) -> None:
    assert smolrun("schema", "events", "--write", "made", "--check").code == 1
    assert smolrun("schema", "events", "--write", "made").code == 0
    assert smolrun("schema", "events", "--write", "made", "--check").code == 0
    assert (tmp_path / "made/events.schema.json").is_file()


def test_events_of_a_real_run_are_what_the_schema_says() -> None:
    validator = Draft202012Validator(json.loads((ROOT / "schemas/events.schema.json").read_text()))
    ended = program("run", str(ROOT / "playbooks/quickstart.yml"), "--guest", "embedded", "--output", "json", "-v")
    lines = ended.stdout.splitlines()
    for line in lines:
        validator.validate(json.loads(line))
    kinds = [json.loads(line)["event"] for line in lines]
    assert kinds[-1] == "run_finished"
    assert {
        "run_started",
        "play_started",
        "task_started",
        "item_finished",
        "retry_scheduled",
        "output_received",
    } <= set(kinds)


def test_the_modules_of_a_playbook_can_be_in_it(smolrun: Smolrun, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/hello.sh").write_text("# ---\n# description: Say hello\n# ---\n")
    (tmp_path / "site.yml").write_text("- hosts: all\n  tasks: [{hello: }]\n")
    assert "module_hello" in json.loads(smolrun("schema", "playbook", "--with", "site.yml").out)["definitions"]
    assert "module_hello" not in json.loads(smolrun("schema", "playbook").out)["definitions"]
    (tmp_path / "site.yml").write_text("nothing")
    assert smolrun("schema", "playbook", "--with", "site.yml").code == 4
