"""Reading files: bounded, in UTF-8, vaulted ones opened; every refusal names its place."""

from pathlib import Path

import pytest

from smolrun.errors import LoadError
from smolrun.source.files import read_source, shown_path
from smolrun.source.vault import VaultSecret, VaultSecrets
from tests.source.test_vault import FILE, PASSWORD


def test_the_file_keeps_the_name_it_was_given_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert read_source("a.yml").name == "a.yml"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_source(tmp_path / "a.yml").text == "a: 1\n"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"there is no file .*nowhere\.yml"):
        read_source(tmp_path / "nowhere.yml")


def test_a_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="is a directory"):
        read_source(tmp_path)


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("x" * 101)
    with pytest.raises(LoadError, match="larger than"):
        read_source(tmp_path / "a.yml", limit=100)


def test_a_device_without_end_is_refused_unread() -> None:
    with pytest.raises(LoadError, match="larger than 8 MiB"):
        read_source("/dev/zero")


def test_bytes_that_are_not_utf_8_have_a_place(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes("a: 1\nü: ".encode() + b"caf\xe9\n")
    with pytest.raises(LoadError) as caught:
        read_source(tmp_path / "a.yml")
    assert caught.value.message == "byte 0xe9 is not valid UTF-8"
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == (2, 7)


def test_a_vaulted_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE)
    vault = VaultSecrets((VaultSecret("default", PASSWORD),))
    assert read_source(tmp_path / "a.yml", vault).text == "a: 1\nb: [x]\n"


def test_a_vaulted_file_without_a_password_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE)
    with pytest.raises(LoadError, match="the vaulted file cannot be opened: there is no vault password"):
        read_source(tmp_path / "a.yml")


def test_a_file_that_was_found_has_one_name_whatever_way_led_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here/roles").mkdir(parents=True)
    (tmp_path / "here/link").symlink_to("roles")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ways = ("roles/a.yml", "link/a.yml", "roles/../link/a.yml", str(tmp_path / "here/link/a.yml"))
    assert {shown_path(Path(way)) for way in ways} == {"roles/a.yml"}
    assert shown_path(Path("../other/a.yml")) == "../other/a.yml"
    assert shown_path(tmp_path / "other/a.yml") == str(tmp_path / "other/a.yml")
