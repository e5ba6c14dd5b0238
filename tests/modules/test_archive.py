"""``archive``: what Ansible packs, under its names, by the guest's own tools; written only where it would be other."""

import io
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.modules.guest import Guest, SystemGuest

NAMES = ["a b", "it's", "-rf", "naïve ☃", "back\\slash", "*", "d/deep/file", ".hidden", "empty/"]
EXPANDERS = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zstd": "zstd"}


@pytest.fixture
def tree(guest: Guest) -> Path:
    """A folder ``top`` with all that is usual and some that is not."""
    root = guest.here("top")
    root.mkdir()
    for name in NAMES:
        path = root / name
        if name.endswith("/"):
            path.mkdir()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n" * 3)
    (root / "script").write_text("#!/bin/sh\n")
    (root / "script").chmod(0o751)
    (root / "link").symlink_to("a b")
    (root / "to folder").symlink_to("d")
    return root


def skip_where_it_cannot(guest: Guest, form: str) -> None:
    if guest.root != Path("/") and form in ("zip", "xz", "zstd"):
        pytest.skip(f"BusyBox cannot pack {form}")


def names_in(archive: Path, form: str) -> set[str]:
    if form == "zip":
        return {name.rstrip("/") for name in zipfile.ZipFile(archive, metadata_encoding="utf-8").namelist()}
    content = archive.read_bytes()
    if form == "zstd":
        content = subprocess.run(["zstd", "-dc"], input=content, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return set(tar.getnames())


@pytest.mark.parametrize("form", ["gz", "bz2", "xz", "tar", "zip", "zstd"])
def test_a_folder_is_packed_once(guest: Guest, tree: Path, form: str) -> None:
    skip_where_it_cannot(guest, form)
    given = {"path": guest.path("top"), "dest": guest.path("out"), "format": form}
    foreseen = guest.do("archive", given, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert "top/a b\n" in foreseen.diffs[0].after
    assert not guest.here("out").exists()
    done = guest.do("archive", given)
    assert done.changed
    expected = {str(path.relative_to(tree.parent)) for path in tree.rglob("*")}
    assert names_in(guest.here("out"), form) == expected
    archived = {path.removeprefix(f"{guest.folder}/") for path in done.values["archived"]}
    folders = {"top/d", "top/d/deep", "top/empty", "top/to folder"} if form == "zip" else set()
    assert archived == expected - folders
    assert foreseen.values["archived"] == done.values["archived"]
    values = {"arcroot": f"{guest.folder}/", "dest": guest.path("out"), "dest_state": "archive", "missing": []}
    values |= {"expanded_paths": [guest.path("top")], "expanded_exclude_paths": [], "state": "file", "mode": "0644"}
    assert done.values.items() >= values.items()
    inode = guest.here("out").stat().st_ino
    assert not guest.do("archive", given, check_mode=True).changed
    assert guest.round_trips(lambda: guest.do("archive", given)) == 2
    assert not guest.do("archive", given, diff_mode=True).diffs
    assert guest.here("out").stat().st_ino == inode
    assert sorted(path.name for path in guest.here().iterdir()) == ["out", "top"]


@pytest.mark.parametrize("form", ["gz", "zip"])
def test_other_contents_make_another_archive(guest: Guest, tree: Path, form: str) -> None:
    skip_where_it_cannot(guest, form)
    given = {"path": guest.path("top"), "dest": guest.path("out"), "format": form}
    guest.do("archive", {**given, "mode": "0600"})
    time = (tree / "a b").stat().st_mtime
    (tree / "a b").write_text("A B\n" * 3)
    os.utime(tree / "a b", (time, time))
    before = guest.here("out").read_bytes()
    foreseen = guest.do("archive", given, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert foreseen.diffs[0].before != foreseen.diffs[0].after
    assert guest.here("out").read_bytes() == before
    done = guest.do("archive", given)
    assert done.changed
    assert done.values["mode"] == "0600"  # it keeps the one it had
    assert not guest.do("archive", given).changed
    (tree / "script").unlink()
    assert guest.do("archive", given).changed
    assert "top/script" not in names_in(guest.here("out"), form)


@pytest.mark.parametrize("form", ["gz", "bz2", "xz", "zstd"])
def test_one_file_is_compressed_alone(guest: Guest, form: str) -> None:
    skip_where_it_cannot(guest, form)
    guest.here("-f").write_text("text\n")
    given = {"path": guest.path("-f"), "format": form}
    assert guest.do("archive", given, check_mode=True).changed
    done = guest.do("archive", given)
    assert (done.changed, done.values["dest"]) == (True, guest.path(f"-f.{form}"))
    assert (done.values["dest_state"], done.values["archived"]) == ("compress", [guest.path("-f")])
    expand = [EXPANDERS[form], "-dc"]
    content = guest.here(f"-f.{form}").read_bytes()
    assert subprocess.run(expand, input=content, capture_output=True, check=True).stdout == b"text\n"
    assert not guest.do("archive", given).changed
    assert not guest.do("archive", given, check_mode=True).changed
    guest.here("-f").write_text("texts\n")
    assert guest.do("archive", given, check_mode=True).changed
    assert guest.do("archive", given).changed


@pytest.mark.parametrize("form", ["gz", "tar", "zip"])
def test_one_file_can_be_an_archive(guest: Guest, form: str) -> None:
    skip_where_it_cannot(guest, form)
    guest.here("f").write_text("text\n")
    given = {"path": guest.path("f"), "format": form, "force_archive": True, "dest": guest.path("f.out")}
    done = guest.do("archive", given)
    assert (done.changed, done.values["dest_state"]) == (True, "archive")
    assert names_in(guest.here("f.out"), form) == {"f"}
    assert not guest.do("archive", given).changed


def test_patterns_and_what_is_excluded(guest: Guest) -> None:
    for name in ("one.conf", "two.conf", "three.txt", ".hidden.conf", "d/x.log", "d/y", "[a].conf", "o'clock.conf"):
        guest.here(name).parent.mkdir(exist_ok=True)
        guest.here(name).write_text(name)
    given: dict[str, Any] = {
        "path": [guest.path("*.conf"), guest.path("nothing*"), guest.path("d"), guest.path("gone")],
        "exclude_path": [guest.path("tw?.conf"), guest.path("one.conf")],
        "exclusion_patterns": ["*.log"],
        "dest": guest.path("out.tgz"),
    }
    done = guest.do("archive", given)
    assert names_in(guest.here("out.tgz"), "gz") == {"[a].conf", "o'clock.conf", "d/y"}
    assert done.values["dest_state"] == "incomplete"
    assert done.values["missing"] == [guest.path("gone")]
    assert done.values["expanded_exclude_paths"] == [guest.path("two.conf"), guest.path("one.conf")]
    assert set(done.values["expanded_paths"]) == {
        guest.path(name) for name in ("[a].conf", "o'clock.conf", "one.conf", "two.conf", "d", "gone")
    }
    assert not guest.do("archive", given).changed


def test_brackets_in_a_pattern(guest: Guest) -> None:
    for name in ("a1", "b1", "c1", "c-1"):
        guest.here(name).write_text("")
    done = guest.do("archive", {"path": guest.path("[!a-b]*1"), "dest": guest.path("out.tar"), "format": "tar"})
    assert names_in(guest.here("out.tar"), "tar") == {"c1", "c-1"}
    assert done.values["arcroot"] == f"{guest.folder}/"


def test_a_slash_at_the_end_packs_what_is_inside(guest: Guest, tree: Path) -> None:
    guest.do("archive", {"path": guest.path("top/"), "dest": guest.path("out.tgz")})
    assert names_in(guest.here("out.tgz"), "gz") == {str(path.relative_to(tree)) for path in tree.rglob("*")}


@pytest.mark.parametrize("form", ["gz", "zip"])
def test_an_empty_folder_makes_an_empty_archive(guest: Guest, form: str) -> None:
    skip_where_it_cannot(guest, form)
    guest.here("top").mkdir()
    given = {"path": guest.path("top"), "dest": guest.path("out"), "format": form}
    assert guest.do("archive", given).changed
    assert names_in(guest.here("out"), form) == set()
    assert not guest.do("archive", given).changed


@pytest.mark.parametrize("form", ["gz", "zip"])
def test_the_archive_is_never_in_itself(guest: Guest, tree: Path, form: str) -> None:
    skip_where_it_cannot(guest, form)
    given = {"path": guest.path("top"), "dest": guest.path("top/d/out"), "format": form}
    assert guest.do("archive", given).changed
    assert "top/d/out" not in names_in(tree / "d/out", form)
    assert not guest.do("archive", given).changed
    assert not guest.do("archive", given, check_mode=True).changed


def test_what_was_packed_can_be_removed(guest: Guest, tree: Path) -> None:
    guest.here("f.txt").write_text("x")
    given = {"path": [guest.path("top"), guest.path("f.txt")], "dest": guest.path("out.tgz"), "remove": True}
    assert guest.do("archive", given, check_mode=True).changed
    assert tree.exists()
    assert guest.do("archive", given).changed
    assert [path.name for path in guest.here().iterdir()] == ["out.tgz"]
    second = guest.do("archive", {**given, "mode": "0600"}, check_mode=True)
    assert second.changed  # its mode
    second = guest.do("archive", given)
    assert (second.changed, second.values["dest_state"], second.values["archived"]) == (False, "archive", [])
    assert second.values["missing"] == [guest.path("f.txt"), guest.path("top")]


def test_what_a_pattern_left_out_of_the_list_stays(guest: Guest) -> None:
    for name in ("a.log", "b.txt"):
        guest.here(name).write_text("")
    guest.do("archive", {"path": guest.path("?.*"), "exclusion_patterns": "*.txt", "dest": guest.path("out.tgz"),
                         "remove": True})  # fmt: skip
    assert sorted(path.name for path in guest.here().iterdir()) == ["b.txt", "out.tgz"]


def test_owner_and_mode(guest: Guest, tree: Path) -> None:
    given = {"path": guest.path("top"), "dest": guest.path("out.tgz"), "mode": "0640", "owner": "1", "group": "1"}
    done = guest.do("archive", given)
    assert (done.values["mode"], done.values["uid"], done.values["gid"]) == ("0640", 1, 1)
    assert not guest.do("archive", given).changed
    guest.here("out.tgz").chmod(0o600)
    assert guest.do("archive", given, check_mode=True).changed
    assert guest.do("archive", given).changed
    assert guest.here("out.tgz").stat().st_mode & 0o777 == 0o640


def test_a_link_at_the_destination_is_followed(guest: Guest, tree: Path) -> None:
    guest.here("link.tgz").symlink_to("real.tgz")
    given = {"path": guest.path("top"), "dest": guest.path("link.tgz")}
    assert guest.do("archive", given).values["dest"] == guest.path("link.tgz")
    assert guest.here("link.tgz").is_symlink()
    assert guest.here("real.tgz").stat().st_size > 0
    assert not guest.do("archive", given).changed


def test_what_unarchive_makes_of_it(guest: Guest, tree: Path) -> None:
    guest.do("archive", {"path": guest.path("top"), "dest": guest.path("out.tgz")})
    guest.here("again").mkdir()
    given = {"src": guest.path("out.tgz"), "dest": guest.path("again"), "remote_src": True}
    assert guest.do("unarchive", given).changed
    assert {path.name for path in guest.here("again/top").rglob("*")} == {path.name for path in tree.rglob("*")}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"path": "@nothing*", "dest": "@x"}, "no source paths were found: nothing is left of @nothing*"),
        ({"path": "@f", "exclude_path": "@f"}, "no source paths were found: nothing is left of @f, of @f"),
        ({"path": "@d"}, "`dest` is needed, the name of the archive, for a folder, a pattern or several paths"),
        ({"path": "@f", "force_archive": True}, "`dest` is needed"),
        ({"path": "@d", "dest": "@d/x", "remove": True}, "the archive @d/x would be removed with @d, which it is in"),
        ({"path": "@f", "dest": "@f"}, "@f would be replaced by itself, compressed"),
        ({"path": "@f", "dest": "@d"}, "@d is a folder on the guest, and cannot be replaced by an archive"),
        ({"path": "@f", "dest": "@no/x"}, "the folder of @no/x does not exist on the guest"),
    ],
)  # fmt: skip
def test_what_cannot_be(guest: Guest, given: dict[str, Any], said: str) -> None:
    guest.here("f").write_text("")
    guest.here("d").mkdir()
    placed = {key: value.replace("@", f"{guest.folder}/") if isinstance(value, str) else value
              for key, value in given.items()}  # fmt: skip
    assert guest.fails("archive", placed).startswith(said.replace("@", f"{guest.folder}/"))


def test_missing_tools_are_told(busybox: Guest) -> None:
    busybox.here("f").write_text("")
    assert busybox.fails("archive", {"path": busybox.path("f"), "format": "zip"}) == "`zip` is not installed on web1"
    assert busybox.fails("archive", {"path": busybox.path("f"), "format": "xz"}) == (
        "`xz` that can pack (that of BusyBox only unpacks) is not installed on web1"
    )


def test_a_zip_has_no_link_that_leads_nowhere(local: Guest) -> None:
    local.here("d").mkdir()
    local.here("d/l").symlink_to("nowhere")
    given = {"path": local.path("d"), "dest": local.path("o.zip"), "format": "zip"}
    assert local.fails("archive", given).endswith(f"{local.path('d/l')} leads nowhere")
    assert local.do("archive", given | {"exclusion_patterns": "*/l"}).changed


def test_a_file_that_cannot_be_packed_is_told(guest: Guest, tree: Path) -> None:
    guest.here("out.tgz").mkdir()
    assert "is a folder" in guest.fails("archive", {"path": guest.path("top"), "dest": guest.path("out.tgz")})
    guest.here("gone").symlink_to("nowhere")
    message = guest.fails("archive", {"path": guest.path("gone"), "format": "gz"})
    assert message.startswith(f"{guest.path('gone.gz')} cannot be packed on web1: ")
    assert not guest.here("gone.gz").exists()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["gz", "bz2", "xz", "tar", "zip"])
def test_a_real_guest(tooled: SystemGuest, form: str) -> None:
    tooled.sh("mkdir -p /srv/some && date >/srv/some/date && ln -sf date /srv/some/link")
    tooled.twice("archive", {"path": "/srv/some", "dest": f"/srv/out.{form}", "format": form, "mode": "0600"})
    tooled.twice("archive", {"path": "/srv/some/date", "dest": f"/srv/date.{form}", "format": form})
