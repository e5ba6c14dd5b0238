"""``unarchive``: compares before it unpacks, needs only tar or unzip on the guest, and stays in its folder."""

import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.archives.arguments import UnarchiveArguments
from tests.modules.guest import Guest
from tests.modules.web_server import web_server

FORMATS = {"tar": "cf", "tar.gz": "czf", "tar.bz2": "cjf", "tar.xz": "cJf", "tar.zst": "--zstd -cf"}
NAMES = ["a b", "it's", "-rf", "naïve ☃", "back\\slash", "*", "d/deep/file", ".hidden", "empty/"]


@pytest.fixture(autouse=True)
def _tools() -> None:
    for tool in ("zip", "unzip", "zstd", "xz", "bzip2"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder to be packed, with all that is usual and some that is not."""
    root = tmp_path / "tree" / "top"
    root.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        path = root / name
        if name.endswith("/"):
            path.mkdir()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n" * number)
        os.utime(path, (1_600_000_000 + 2 * number, 1_600_000_000 + 2 * number))
    (root / "script").write_text("#!/bin/sh\n")
    (root / "script").chmod(0o751)
    (root / "d").chmod(0o700)
    (root / "link").symlink_to("a b")
    return root.parent


def pack(tree: Path, form: str) -> Path:
    archive = tree.parent / f"packed.{form}"
    if form == "zip":
        subprocess.run(["zip", "-qry", archive, "top"], cwd=tree, check=True)
    else:
        subprocess.run(["sh", "-c", f"tar {FORMATS[form]} {archive} top"], cwd=tree, check=True)
    return archive


def place(guest: Guest, archive: Path, remote: bool) -> dict[str, Any]:
    """The arguments for an archive here, or on the guest."""
    guest.here("out").mkdir(exist_ok=True)
    if remote:
        shutil.copy(archive, guest.here(archive.name))
        return {"src": guest.path(archive.name), "dest": guest.path("out"), "remote_src": True}
    guest.source(archive.name, archive.read_bytes())
    return {"src": archive.name, "dest": guest.path("out")}


def same_trees(one: Path, other: Path) -> None:
    for found in (one, other):
        assert found.is_dir()
    names = {str(path.relative_to(one)) for path in one.rglob("*")}
    assert names == {str(path.relative_to(other)) for path in other.rglob("*")}
    for name in names:
        a, b = one / name, other / name
        assert a.lstat().st_mode == b.lstat().st_mode, name
        if a.is_symlink():
            assert a.readlink() == b.readlink()
        elif a.is_file():
            assert a.read_bytes() == b.read_bytes()
            assert int(a.stat().st_mtime) == int(b.stat().st_mtime), name


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
@pytest.mark.parametrize("form", [*FORMATS, "zip"])
def test_all_of_it_is_there_once(guest: Guest, tree: Path, form: str, remote: bool) -> None:
    if remote and guest.root != Path("/") and form in ("zip", "tar.zst"):
        pytest.skip("BusyBox has neither unzip -Z nor zstd")
    given = place(guest, pack(tree, form), remote)
    foreseen = guest.do("unarchive", given, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert "top/a b\n" in foreseen.diffs[0].after
    assert not list(guest.here("out").iterdir())
    done = guest.do("unarchive", {**given, "list_files": True})
    assert done.changed
    assert "top/a b" in done.values["files"]
    assert done.values["state"] == "directory"
    same_trees(tree / "top", guest.here("out/top"))
    assert not guest.do("unarchive", given, check_mode=True).changed
    trips = guest.round_trips(lambda: guest.do("unarchive", given))
    assert not guest.do("unarchive", given, diff_mode=True).diffs
    assert trips <= (3 if form == "zip" else 2) if remote else trips == 1


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
def test_what_is_other_is_unpacked_again(guest: Guest, tree: Path, remote: bool) -> None:
    given = place(guest, pack(tree, "tar.gz"), remote)
    guest.do("unarchive", given)
    spoilt: list[Callable[[Path], object]] = [
        lambda top: (top / "a b").write_text("other"),
        lambda top: (top / "it's").write_text((top / "it's").read_text().replace("i", "j")),
        lambda top: (top / "script").chmod(0o644),
        lambda top: (top / "script").unlink(),
        lambda top: (top / "empty").rmdir(),
        lambda top: (top / "d").chmod(0o755),
        lambda top: (top / "link").rename(top / "it's"),
    ]
    for spoil in spoilt:
        spoil(guest.here("out/top"))
        assert guest.do("unarchive", given, check_mode=True).changed
        assert guest.do("unarchive", given).changed
        same_trees(tree / "top", guest.here("out/top"))
        assert not guest.do("unarchive", given).changed
    guest.here("out/top/of somebody").write_text("else")
    assert not guest.do("unarchive", given).changed


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
@pytest.mark.parametrize(
    ("more", "there", "missing"),
    [
        ({"exclude": ["*.hidden", "deep"]}, ["top/a b", "top/d"], ["top/.hidden", "top/d/deep"]),
        ({"include": ["top/d/deep/file"]}, ["top/d/deep/file"], ["top/a b"]),
        ({"extra_opts": ["--strip-components=1"]}, ["a b", "d/deep/file", "script"], ["top"]),
        ({"extra_opts": ["--strip-components=1"], "exclude": ["script"]}, ["a b"], ["top", "script"]),
    ],
    ids=str,
)
def test_a_choice(
    guest: Guest, tree: Path, remote: bool, more: dict[str, Any], there: list[str], missing: list[str]
) -> None:
    if remote and guest.root != Path("/") and "extra_opts" in more:
        more = {**more, "extra_opts": ["--strip-components", "1"]}
    given = {**place(guest, pack(tree, "tar.gz"), remote), **more}
    assert guest.do("unarchive", given, check_mode=True).changed
    assert guest.do("unarchive", given).changed
    assert all(guest.here(f"out/{name}").exists() for name in there)
    assert not any(guest.here(f"out/{name}").exists() for name in missing)
    assert not guest.do("unarchive", given).changed


def test_what_is_not_in_it_cannot_be_included(guest: Guest, tree: Path) -> None:
    given = {**place(guest, pack(tree, "tar.gz"), False), "include": ["top/nope"]}
    assert "'top/nope' is not in the archive" in guest.fails("unarchive", given)


def test_parts_of_a_zip(local: Guest, tree: Path) -> None:
    for remote in (False, True):
        given = place(local, pack(tree, "zip"), remote)
        local.do("unarchive", {**given, "include": ["top/d/*"]})
        assert sorted(path.name for path in local.here("out/top").iterdir()) == ["d"]
        shutil.rmtree(local.here("out/top"))
        local.do("unarchive", {**given, "exclude": ["top/d/*", "*hidden"]})
        assert not local.here("out/top/.hidden").exists()
        assert local.here("out/top/script").exists()
        shutil.rmtree(local.here("out/top"))


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_owner_and_mode(guest: Guest, tree: Path, remote: bool) -> None:
    given = {**place(guest, pack(tree, "tar.gz"), remote), "owner": "12", "group": "34", "mode": "u=rwX,g=rX,o="}
    assert guest.do("unarchive", given).changed
    for path in [guest.here("out/top"), *guest.here("out/top").rglob("*")]:
        status = path.lstat()
        assert (status.st_uid, status.st_gid) == (12, 34), path
        if not path.is_symlink():
            assert status.st_mode & 0o777 == (0o750 if path.is_dir() or path.name == "script" else 0o640), path
    assert not guest.do("unarchive", given).changed
    guest.here("out/top/script").chmod(0o600)
    assert guest.do("unarchive", given, check_mode=True).changed
    assert guest.do("unarchive", given).changed
    assert guest.here("out/top/script").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
def test_newer_files_stay(local: Guest, tree: Path, remote: bool) -> None:
    given = {**place(local, pack(tree, "tar.gz"), remote), "keep_newer": True}
    local.do("unarchive", given)
    local.here("out/top/a b").write_text("newer")
    assert not local.do("unarchive", given).changed
    local.here("out/top/script").unlink()
    assert local.do("unarchive", given).changed
    assert local.here("out/top/a b").read_text() == "newer"


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
def test_creates(guest: Guest, tree: Path, remote: bool) -> None:
    given = {**place(guest, pack(tree, "tar"), remote), "creates": guest.path("there")}
    guest.here("there").touch()
    result = guest.do("unarchive", given)
    assert result.skipped
    assert "exists" in result.msg
    assert not list(guest.here("out").iterdir())


def tar_of(*members: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return packed.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, 1 if kind == tarfile.REGTYPE else 0
    return info


DANGEROUS = {
    "has an absolute name": [member("/etc/smolrun-x")],
    "would be outside": [member("fine"), member("a/../../x")],
    "is a link to /etc": [member("l", tarfile.SYMTYPE, "/etc")],
    "is a link to ../../..": [member("a/l", tarfile.SYMTYPE, "../../..")],
    "through a link of the same": [member("l", tarfile.SYMTYPE, "d"), member("l/x")],
    "is a device": [member("tty", tarfile.CHRTYPE)],
    "would be outside of": [member("h", tarfile.LNKTYPE, "../../etc/passwd")],
}


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
@pytest.mark.parametrize("problem", DANGEROUS)
def test_dangerous_archives_are_refused_as_a_whole(guest: Guest, tmp_path: Path, problem: str, remote: bool) -> None:
    archive = tmp_path / "evil.tar"
    archive.write_bytes(tar_of(*DANGEROUS[problem]))
    given = place(guest, archive, remote)
    message = guest.fails("unarchive", given)
    assert message.startswith("the archive is refused, since '")
    assert problem in message or "has an absolute name in it, or one that would be outside" in message
    assert not list(guest.here("out").iterdir())


def test_a_link_in_a_zip_that_leads_out_is_refused(local: Guest, tmp_path: Path) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        info = zipfile.ZipInfo("l[1]")
        info.external_attr = 0o120777 << 16
        packed.writestr(info, "/etc")
    for remote in (False, True):
        message = local.fails("unarchive", place(local, archive, remote))
        assert "'l[1]' in it is a link to /etc" in message


def test_names_with_newlines(local: Guest, busybox: Guest, tmp_path: Path) -> None:
    archive = tmp_path / "odd.tar"
    archive.write_bytes(tar_of(member("two\nlines"), member("other")))
    for guest, remote in ((local, False), (local, True), (busybox, False)):
        guest.do("unarchive", place(guest, archive, remote))
        assert guest.here("out/two\nlines").exists()
        assert not guest.do("unarchive", place(guest, archive, remote)).changed
        shutil.rmtree(guest.here("out"))
    assert "cannot be told apart" in busybox.fails("unarchive", place(busybox, archive, True))


@pytest.mark.parametrize("remote", [False, True], ids=["here", "on the guest"])
def test_hard_links(guest: Guest, tree: Path, remote: bool) -> None:
    os.link(tree / "top/script", tree / "top/zz-same")
    given = place(guest, pack(tree, "tar.gz"), remote)
    guest.do("unarchive", given)
    assert guest.here("out/top/zz-same").stat().st_ino == guest.here("out/top/script").stat().st_ino
    assert not guest.do("unarchive", given).changed


def test_options_that_only_tar_understands(local: Guest, tree: Path) -> None:
    given = {**place(local, pack(tree, "tar.gz"), False), "extra_opts": ["--transform", "s/^top/else/"]}
    local.here("temporary").mkdir()
    environment = {"TMPDIR": local.path("temporary")}
    assert local.do("unarchive", given, environment=environment).changed
    same_trees(tree / "top", local.here("out/else"))
    assert not local.do("unarchive", given, environment=environment).changed
    assert not list(local.here("temporary").iterdir())


def test_from_the_network(local: Guest, tree: Path) -> None:
    archive = pack(tree, "tar.gz")
    local.here("out").mkdir()
    with web_server() as web:
        web.files["/p.tar.gz"] = archive.read_bytes()
        given = {"src": f"{web.url}/file/p.tar.gz", "dest": local.path("out"), "remote_src": True}
        assert local.do("unarchive", given, check_mode=True).changed
        assert local.do("unarchive", given).changed
        assert not local.do("unarchive", given).changed
        same_trees(tree / "top", local.here("out/top"))
        assert "Failure downloading" in local.fails("unarchive", {**given, "src": f"{web.url}/status/404"})


def test_what_is_wrong_is_told(guest: Guest, tree: Path) -> None:
    given = place(guest, pack(tree, "tar.gz"), False)
    nowhere = {**given, "dest": guest.path("nowhere")}
    assert "must be an existing dir" in guest.fails("unarchive", nowhere)
    guest.source("bad.tar.gz", b"not an archive")
    assert "not an archive that can be read" in guest.fails("unarchive", {**given, "src": "bad.tar.gz"})
    guest.source("empty.tar.gz", b"")
    assert "the file is 0 bytes" in guest.fails("unarchive", {**given, "src": "empty.tar.gz"})
    missing = {**given, "src": guest.path("nope.tar"), "remote_src": True}
    assert "does not exist on web1" in guest.fails("unarchive", missing)


def test_missing_tools_are_told_by_name(busybox: Guest, tree: Path) -> None:
    assert busybox.fails("unarchive", place(busybox, pack(tree, "tar.zst"), True)) == "`zstd` is not installed on web1"
    assert "unzip" in busybox.fails("unarchive", place(busybox, pack(tree, "zip"), True))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"copy": False, "remote_src": True}, "cannot be given together"),
        ({"include": ["a"], "exclude": ["b"]}, "cannot be given together"),
        ({"src": "https://x/y.tgz"}, "remote_src: true"),
        ({"mode": "preserve"}, "preserve"),
    ],
)
def test_wrong_arguments_are_told(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        UnarchiveArguments.model_validate({"src": "a", "dest": "/b", **more})


def test_the_old_word_copy() -> None:
    assert UnarchiveArguments.model_validate({"src": "https://x/y", "dest": "/", "copy": "no"}).on_guest
