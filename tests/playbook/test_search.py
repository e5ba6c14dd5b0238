"""Where files are looked for."""

from pathlib import Path

from smolrun.playbook.search import find, places


def test_the_folder_of_the_kind_comes_first() -> None:
    assert places("files", "a", [Path("/p"), Path("/q")]) == (
        Path("/p/files/a"), Path("/p/a"), Path("/q/files/a"), Path("/q/a"),
    )  # fmt: skip


def test_an_absolute_path_is_the_only_place() -> None:
    assert places("templates", "/x/a", [Path("/p")]) == (Path("/x/a"),)


def test_the_home_folder_is_understood() -> None:
    assert places("files", "~/a", [Path("/p")]) == (Path("~/a").expanduser(),)


def test_what_is_nowhere_is_none(tmp_path: Path) -> None:
    assert find("files", "a", [tmp_path]) is None
    (tmp_path / "a").mkdir()
    assert find("files", "a", [tmp_path]) == tmp_path / "a"
