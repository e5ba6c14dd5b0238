"""Variables files: found beside the playbook, the first that exists, and mappings only."""

from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.location import Location, SourceFile
from smolrun.playbook.vars_files import load_vars_file, read_variables
from smolrun.source.text import SourceText


def test_the_folder_vars_comes_before_the_folder_of_the_playbook(tmp_path: Path) -> None:
    (tmp_path / "vars").mkdir()
    (tmp_path / "a.yml").write_text("x: beside")
    (tmp_path / "vars" / "a.yml").write_text("x: in vars")
    assert load_vars_file("a.yml", tmp_path) == {"x": "in vars"}


def test_of_a_list_the_first_that_exists_is_meant(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("x: b")
    (tmp_path / "c.yml").write_text("x: c")
    assert load_vars_file(["a.yml", "b.yml", "c.yml"], tmp_path) == {"x": "b"}


def test_an_absolute_name_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("x: 1")
    assert load_vars_file(str(tmp_path / "a.yml"), Path("/nowhere")) == {"x": 1}


def test_the_values_are_trusted_text_with_places(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("x: '{{ y }}'\n")
    value = load_vars_file("a.yml", tmp_path)["x"]
    assert isinstance(value, SourceText)
    assert value.location is not None
    assert (value.location.line, value.location.column) == (1, 4)


def test_an_empty_file_has_no_variables(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("# nothing yet\n")
    assert read_variables(tmp_path / "a.yml") == {}


def test_a_missing_file_is_told_at_its_place_in_the_playbook(tmp_path: Path) -> None:
    place = Location(SourceFile("p.yml", ""), 2, 16)
    with pytest.raises(LoadError, match=r"there is no variables file a\.yml") as caught:
        load_vars_file("a.yml", tmp_path, location=place)
    assert caught.value.location is place
    assert caught.value.hint == f"looked for {tmp_path}/vars/a.yml, {tmp_path}/a.yml"


def test_a_file_that_is_no_mapping_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("- a\n")
    with pytest.raises(LoadError, match="this is a list"):
        load_vars_file("a.yml", tmp_path)
