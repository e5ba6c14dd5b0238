"""``copy``: idempotent, truthful in check mode, and safe with any name."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.modules.guest import Guest

HOSTILE_NAMES = [
    "a b",
    "it's",
    'say "hi"',
    "-rf",
    "$(touch pwned)",
    "`id`",
    "a\nb",
    "naïve ☃",
    "*",
    "~x",
    "a;b",
    "a\\b",
]


def test_the_second_run_changes_nothing_and_takes_one_round_trip(guest: Guest) -> None:
    guest.source("motd", "hello\n")
    arguments = {"src": "motd", "dest": guest.path("motd"), "mode": "0640"}

    first = guest.do("copy", arguments)
    assert first.changed
    assert guest.here("motd").read_text() == "hello\n"
    assert guest.here("motd").stat().st_mode & 0o7777 == 0o640

    trips = guest.round_trips(lambda: guest.do("copy", arguments))
    second = guest.do("copy", arguments)
    assert not second.changed
    assert trips == 1


def test_writing_takes_two_round_trips(guest: Guest) -> None:
    trips = guest.round_trips(lambda: guest.do("copy", {"content": "x", "dest": guest.path("x")}))
    assert trips == 2


@pytest.mark.root
def test_returns_what_ansible_returns(guest: Guest) -> None:
    source = guest.source("motd", "hello\n")
    values = guest.do("copy", {"src": "motd", "dest": guest.path("motd"), "mode": "u=rw,go=r"}).values
    assert values["dest"] == guest.path("motd")
    assert values["src"] == str(source)
    assert values["checksum"] == "f572d396fae9206628714fb2ce00f72e94f2258f"
    assert values["md5sum"] == "b1946ac92492d2347c6235b4d2611184"
    assert (values["mode"], values["state"], values["size"]) == ("0644", "file", 6)
    assert (values["owner"], values["group"], values["uid"], values["gid"]) == ("root", "root", 0, 0)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_only_a_name(guest: Guest, name: str) -> None:
    guest.source(name, "content")
    for _ in range(2):
        result = guest.do("copy", {"src": name, "dest": guest.folder + "/"})
    assert not result.changed
    assert [path.name for path in guest.here().iterdir()] == [name]
    assert guest.here(name).read_text() == "content"


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ("", b""),
        ("no newline", b"no newline"),
        ({"a": [1, None]}, b'{"a": [1, null]}'),
        (["x"], b'["x"]'),
        (5, b"5"),
        ("naïve ☃\n", "naïve ☃\n".encode()),
        ("%s $HOME `id` \\n \\0 '\n", b"%s $HOME `id` \\n \\0 '\n"),
    ],
)
def test_content_is_written_as_it_stands(guest: Guest, content: Any, written: bytes) -> None:
    guest.do("copy", {"content": content, "dest": guest.path("file")})
    assert guest.here("file").read_bytes() == written
    assert not guest.do("copy", {"content": content, "dest": guest.path("file")}).changed


def test_binary_and_large_files_arrive_whole(guest: Guest) -> None:
    content = bytes(range(256)) * 8192
    guest.source("blob", content)
    guest.do("copy", {"src": "blob", "dest": guest.path("blob")})
    assert guest.here("blob").read_bytes() == content


def test_check_mode_tells_what_would_change_and_changes_nothing(guest: Guest) -> None:
    arguments = {"content": "new\n", "dest": guest.path("file")}
    foreseen = guest.do("copy", arguments, check_mode=True, diff_mode=True)
    assert foreseen.changed
    assert not guest.here("file").exists()
    assert (foreseen.diffs[0].before, foreseen.diffs[0].after) == ("", "new\n")

    guest.here("file").write_text("old\n")
    foreseen = guest.do("copy", arguments, check_mode=True, diff_mode=True)
    done = guest.do("copy", arguments, diff_mode=True)
    assert foreseen.diffs == done.diffs
    assert (done.diffs[0].before, done.diffs[0].after) == ("old\n", "new\n")
    assert foreseen.values["mode"] == done.values["mode"]
    assert not guest.do("copy", arguments, check_mode=True).changed


def test_only_the_mode_is_changed_where_only_the_mode_is_other(guest: Guest) -> None:
    guest.do("copy", {"content": "x", "dest": guest.path("file"), "mode": "0600"})
    before = guest.here("file").stat().st_ino
    arguments = {"content": "x", "dest": guest.path("file"), "mode": "0644"}
    foreseen = guest.do("copy", arguments, check_mode=True, diff_mode=True)
    result = guest.do("copy", arguments)
    assert foreseen.changed
    assert result.changed
    assert (foreseen.diffs[0].before, foreseen.diffs[0].after) == ("mode: 0600\n", "mode: 0644\n")
    assert guest.here("file").stat().st_ino == before
    assert guest.here("file").stat().st_mode & 0o7777 == 0o644
    assert not guest.do("copy", arguments).changed


@pytest.mark.root
def test_a_replaced_file_keeps_its_mode_and_owner(guest: Guest) -> None:
    guest.here("file").write_text("old")
    guest.here("file").chmod(0o604)
    os.chown(guest.here("file"), 1000, 1000)
    guest.do("copy", {"content": "new", "dest": guest.path("file")})
    status = guest.here("file").stat()
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o604, 1000, 1000)


def test_a_new_file_gets_what_the_umask_leaves(guest: Guest) -> None:
    guest.do("copy", {"content": "new", "dest": guest.path("file")})
    assert guest.here("file").stat().st_mode & 0o7777 == 0o644


def test_a_mode_with_special_bits_is_registered_as_ansible_writes_it(guest: Guest) -> None:
    values = guest.do("copy", {"content": "x", "dest": guest.path("file"), "mode": "2755"}).values
    assert values["mode"] == "02755"


def test_the_backup_of_a_link_is_what_it_leads_to(guest: Guest) -> None:
    guest.here("target").write_text("old")
    guest.here("link").symlink_to("target")
    done = guest.do("copy", {"content": "new", "dest": guest.path("link"), "backup": True})
    kept = Path(done.values["backup_file"]).name
    assert guest.here(kept).read_text() == "old"
    assert not guest.here(kept).is_symlink()
    assert (guest.here("link").read_text(), guest.here("target").read_text()) == ("new", "old")


@pytest.mark.parametrize(("owner", "group"), [("1000", "1000"), ("root", None), (None, "0")])
@pytest.mark.root
def test_owner_and_group_by_name_or_number(guest: Guest, owner: str | None, group: str | None) -> None:
    arguments = {"content": "x", "dest": guest.path("file")} | ({"owner": owner} if owner else {})
    arguments |= {"group": group} if group else {}
    assert guest.do("copy", arguments).changed
    status = guest.here("file").stat()
    assert status.st_uid == (1000 if owner == "1000" else 0)
    assert status.st_gid == (1000 if group == "1000" else 0)
    assert not guest.do("copy", arguments).changed


def test_an_unknown_owner_is_named_and_nothing_is_left_behind(guest: Guest) -> None:
    message = guest.fails("copy", {"content": "x", "dest": guest.path("file"), "owner": "nobody-at-all"})
    assert "nobody-at-all" in message
    assert list(guest.here().iterdir()) == []


def test_backup_keeps_what_was_there(guest: Guest) -> None:
    guest.here("file").write_text("old")
    result = guest.do("copy", {"content": "new", "dest": guest.path("file"), "backup": "yes"})
    backup = guest.root / str(result.values["backup_file"]).lstrip("/")
    assert backup.read_text() == "old"
    assert guest.here("file").read_text() == "new"
    assert "backup_file" not in guest.do("copy", {"content": "new", "dest": guest.path("file"), "backup": "yes"}).values


def test_without_force_an_existing_file_stays(guest: Guest) -> None:
    guest.here("file").write_text("old")
    assert not guest.do("copy", {"content": "new", "dest": guest.path("file"), "force": "no"}).changed
    assert guest.here("file").read_text() == "old"


def test_validate_keeps_a_bad_file_out(guest: Guest) -> None:
    guest.here("file").write_text("old")
    arguments = {"content": "new $bad", "dest": guest.path("file"), "validate": "grep -q 'good one' %s"}
    assert "failed to validate" in guest.fails("copy", arguments)
    assert guest.here("file").read_text() == "old"
    assert [path.name for path in guest.here().iterdir()] == ["file"]
    assert guest.do("copy", {**arguments, "content": "a good one"}).changed


def test_validate_is_no_shell(guest: Guest) -> None:
    arguments = {"content": "x", "dest": guest.path("file"), "validate": "test -f %s ; touch pwned"}
    guest.fails("copy", arguments)
    assert list(guest.here().iterdir()) == []


def test_a_link_is_replaced_or_followed(guest: Guest) -> None:
    guest.here("target").write_text("old")
    guest.here("link").symlink_to("target")
    guest.do("copy", {"content": "new", "dest": guest.path("link"), "follow": True})
    assert guest.here("link").is_symlink()
    assert guest.here("target").read_text() == "new"
    assert guest.do("copy", {"content": "new", "dest": guest.path("link")}).changed
    assert not guest.here("link").is_symlink()
    assert guest.here("target").read_text() == "new"


def test_what_a_link_leads_to_is_made_beside_it(guest: Guest) -> None:
    guest.here("link").symlink_to("target")
    guest.do("copy", {"content": "new", "dest": guest.path("link"), "follow": True})
    assert guest.here("target").read_text() == "new"


def test_a_missing_folder_is_made_only_where_dest_is_written_as_one(guest: Guest) -> None:
    guest.source("motd", "x")
    assert "does not exist" in guest.fails("copy", {"src": "motd", "dest": guest.path("a/b/motd")})
    result = guest.do("copy", {"src": "motd", "dest": guest.path("a/b/"), "directory_mode": "0750"})
    assert result.values["dest"] == guest.path("a/b/motd")
    assert guest.here("a").stat().st_mode & 0o7777 == 0o750
    assert guest.here("a/b/motd").read_text() == "x"


def test_home_and_variables_of_the_guest_in_dest(local: Guest) -> None:
    environment = {"HOME": local.folder, "SUB": "sub dir"}
    local.here("sub dir").mkdir()
    result = local.do("copy", {"content": "x", "dest": "~/$SUB/${NOPE}"}, environment=environment)
    assert result.values["dest"] == local.path("sub dir/${NOPE}")


def test_a_folder_is_copied_with_all_that_is_in_it(guest: Guest) -> None:
    guest.source("site/index.html", "index")
    guest.source("site/sub dir/-x", "x")
    guest.source("site/.hidden", "h").chmod(0o755)
    (guest.files / "site/empty").mkdir()
    (guest.files / "site/link").symlink_to("index.html")
    arguments = {"src": "site", "dest": guest.folder, "mode": "preserve", "directory_mode": "0711"}

    assert guest.do("copy", arguments, check_mode=True).changed
    assert not guest.here("site").exists()
    assert guest.do("copy", arguments).changed
    assert guest.here("site/sub dir/-x").read_text() == "x"
    assert guest.here("site/.hidden").stat().st_mode & 0o777 == 0o755
    assert guest.here("site/empty").stat().st_mode & 0o777 == 0o711
    assert guest.here("site/link").read_text() == "index"
    assert not guest.here("site/link").is_symlink()
    assert guest.round_trips(lambda: guest.do("copy", arguments)) == 1
    assert not guest.do("copy", arguments).changed

    guest.here("site/index.html").write_text("other")
    assert guest.do("copy", arguments).changed
    assert guest.here("site/index.html").read_text() == "index"


def test_a_slash_at_the_end_copies_what_is_in_the_folder(guest: Guest) -> None:
    guest.source("site/index.html", "index")
    (guest.files / "site/link").symlink_to("index.html")
    arguments = {"src": "site/", "dest": guest.path("new/www"), "local_follow": False}
    assert guest.do("copy", arguments).changed
    assert guest.here("new/www/index.html").read_text() == "index"
    assert guest.here("new/www/link").readlink() == Path("index.html")
    assert not guest.do("copy", arguments).changed


def test_remote_src_copies_on_the_guest(guest: Guest) -> None:
    guest.here("from here").write_text("content")
    guest.here("from here").chmod(0o751)
    arguments = {
        "src": guest.path("from here"), "dest": guest.path("there"), "remote_src": True, "mode": "preserve",
        "checksum": "040f06fd774092478d450774f5ba30c5da78acc8",
    }  # fmt: skip
    assert guest.do("copy", arguments, check_mode=True).changed
    assert not guest.here("there").exists()
    assert guest.do("copy", arguments).changed
    assert guest.here("there").read_text() == "content"
    assert guest.here("there").stat().st_mode & 0o777 == 0o751
    assert not guest.do("copy", arguments).changed
    assert "has the SHA-1" in guest.fails("copy", {**arguments, "checksum": "00"})
    assert "is not on web1" in guest.fails("copy", {**arguments, "src": guest.path("nope")})


def test_remote_src_copies_folders(guest: Guest) -> None:
    guest.here("from/.sub dir").mkdir(parents=True)
    guest.here("from/.sub dir/x\ny").write_text("x")
    guest.here("from/link").symlink_to("nowhere")
    arguments = {"src": guest.path("from") + "/", "dest": guest.path("to"), "remote_src": True}
    assert guest.do("copy", arguments).changed
    assert guest.here("to/.sub dir/x\ny").read_text() == "x"
    assert guest.here("to/link").readlink() == Path("nowhere")
    assert not guest.do("copy", arguments).changed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"src": "nope", "dest": "/tmp/x"}, "could not find"),
        ({"content": "x", "dest": "{folder}"}, "is a folder"),
        ({"content": "x", "dest": "{folder}/"}, "is a folder"),
        ({"content": "x", "dest": "/dev/null"}, "neither a file nor a folder"),
        ({"content": "x", "dest": "{folder}/x", "mode": "preserve"}, "needs `src`"),
        ({"src": "motd", "dest": "{folder}/x", "checksum": "00"}, "has the SHA-1"),
    ],
)
def test_what_cannot_be_done_says_why(guest: Guest, arguments: dict[str, str], message: str) -> None:
    guest.source("motd", "x")
    filled = {key: value.format(folder=guest.folder) for key, value in arguments.items()}
    assert message in guest.fails("copy", filled)


def test_a_vaulted_file_is_decrypted(local: Guest) -> None:
    local.source("secret", "$ANSIBLE_VAULT;1.1;AES256\n00\n")
    assert "vaulted" in local.fails("copy", {"src": "secret", "dest": local.path("secret")})
    local.do("copy", {"src": "secret", "dest": local.path("secret")}, decrypt=lambda content, name: b"plain")
    assert local.here("secret").read_text() == "plain"
    local.do("copy", {"src": "secret", "dest": local.path("secret"), "decrypt": False})
    assert local.here("secret").read_text().startswith("$ANSIBLE_VAULT")


def test_no_content_is_shown_under_no_log(local: Guest) -> None:
    assert local.do("copy", {"content": "s3cret", "dest": local.path("x")}, no_log=True, diff_mode=True).diffs == ()


def test_a_guest_that_cannot_hash_is_told_so(local: Guest, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("stat", "ls", "cat", "readlink"):
        (tools / name).symlink_to(f"/bin/{name}")
    message = local.fails("copy", {"content": "x", "dest": local.path("x")}, environment={"PATH": str(tools)})
    assert "`sha256sum` is not installed on web1" in message


@pytest.mark.root
def test_a_guest_without_stat_is_read_with_ls(local: Guest, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("ls", "cat", "readlink", "md5sum", "wc", "chmod", "chown", "mv", "rm"):
        (tools / name).symlink_to(f"/bin/{name}")
    arguments = {"content": "x", "dest": local.path("x"), "mode": "4755"}
    result = local.do("copy", arguments, environment={"PATH": str(tools)})
    assert result.values["mode"] == "04755"
    assert result.values["owner"] == "root"
    assert not local.do("copy", arguments, environment={"PATH": str(tools)}).changed


def test_what_replaces_a_file_has_the_mode_of_its_source(guest: Guest) -> None:
    guest.here("program").write_text("#!/bin/sh\n")
    guest.here("program").chmod(0o751)
    guest.here("old").write_text("other")
    for name, more, mode in (("new", {}, 0o644), ("old", {}, 0o751), ("other", {"mode": "a=rX"}, 0o444)):
        given = {"src": guest.path("program"), "dest": guest.path(name), "remote_src": True, **more}
        assert guest.do("copy", given).changed
        assert guest.here(name).stat().st_mode & 0o777 == mode
        assert not guest.do("copy", given).changed
    guest.here("other").write_text("other")
    assert guest.do("copy", given).changed
    assert guest.here("other").stat().st_mode & 0o777 == 0o555


def test_a_folder_on_the_guest_is_not_copied_to_where_there_is_none(guest: Guest) -> None:
    guest.here("folder").mkdir()
    given = {"src": guest.path("folder"), "dest": guest.path("no/such"), "remote_src": True}
    assert guest.fails("copy", given) == f"Destination directory {guest.path('no')} does not exist"
    assert not guest.here("no").exists()


@pytest.mark.root
def test_the_folder_that_takes_others_keeps_its_owner(guest: Guest) -> None:
    guest.source("tree/x", "x")
    guest.here("out").mkdir()
    assert guest.do("copy", {"src": "tree/", "dest": guest.path("out"), "owner": "12"}).changed
    assert guest.here("out").stat().st_uid == 0
    assert guest.here("out/x").stat().st_uid == 12


def test_a_closed_folder_of_the_guest_is_closed_in_its_copy(guest: Guest) -> None:
    (guest.here("from") / "closed").mkdir(parents=True)
    (guest.here("from") / "closed/file").write_text("x")
    (guest.here("from") / "closed").chmod(0o700)
    given = {"src": guest.path("from/"), "dest": guest.path("to"), "remote_src": True}
    assert guest.do("copy", given).changed
    assert (guest.here("to") / "closed").stat().st_mode & 0o7777 == 0o700
    assert not guest.do("copy", given).changed
