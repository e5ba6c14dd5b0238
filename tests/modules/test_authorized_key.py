"""``authorized_key``: the file that sshd reads, for a user of the guest."""

import os
from typing import Any

import pytest

from smolrun.modules.accounts.key_lines import parse_key, with_keys
from tests.modules.guest import Guest

ONE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOne one@example"
TWO = "ssh-rsa AAAAB3NzaC1yc2EAAAATwo= two words"


@pytest.fixture
def home(busybox: Guest) -> Guest:
    for left in (busybox.root / "home/guest").glob(".ssh/*"):
        left.unlink()
    return busybox


def lines(guest: Guest) -> list[str]:
    return (guest.root / "home/guest/.ssh/authorized_keys").read_text().splitlines()


def test_a_key_lets_the_user_in_once(home: Guest) -> None:
    wanted = {"user": "guest", "key": ONE}
    assert home.do("authorized_key", wanted, check_mode=True).changed
    result = home.do("authorized_key", wanted)
    assert (result.changed, result.values["keyfile"]) == (True, "/home/guest/.ssh/authorized_keys")
    assert not home.do("authorized_key", wanted, check_mode=True).changed
    assert home.round_trips(lambda: home.do("authorized_key", wanted)) == 1
    file = home.root / "home/guest/.ssh/authorized_keys"
    assert (file.stat().st_uid, file.stat().st_gid, file.stat().st_mode & 0o777) == (1000, 1000, 0o600)
    assert (file.parent.stat().st_uid, file.parent.stat().st_mode & 0o777) == (1000, 0o700)
    assert lines(home) == [ONE]


def test_keys_are_added_changed_and_removed(home: Guest) -> None:
    home.do("authorized_key", {"user": "guest", "key": f"# mine\n{ONE}\n\n{TWO}\n"})
    assert lines(home) == [ONE, TWO]
    changed = home.do(
        "authorized_key", {"user": "guest", "key": ONE, "key_options": 'no-pty,from="a b"'}, diff_mode=True
    )
    assert changed.diffs[0].after.startswith('no-pty,from="a b" ssh-ed25519')
    assert lines(home) == [f'no-pty,from="a b" {ONE}', TWO]
    assert not home.do("authorized_key", {"user": "guest", "key": ONE, "key_options": 'no-pty,from="a b"'}).changed
    assert home.do("authorized_key", {"user": "guest", "key": TWO, "comment": "x"}).changed
    assert lines(home)[1].endswith("Two= x")
    assert home.do("authorized_key", {"user": "guest", "key": ONE, "state": "absent"}).changed
    assert not home.do("authorized_key", {"user": "guest", "key": ONE, "state": "absent"}).changed
    assert home.do("authorized_key", {"user": "guest", "key": ONE, "exclusive": True}).changed
    assert lines(home) == [ONE]


def test_what_was_there_becomes_the_users(home: Guest) -> None:
    """A folder that root has made first would keep its user out: sshd trusts neither."""
    file = home.root / "home/guest/.ssh/authorized_keys"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{TWO}\n")
    for path, mode in ((file, 0o664), (file.parent, 0o755)):
        path.chmod(mode)
        os.chown(path, 0, 0)
    assert home.do("authorized_key", {"user": "guest", "key": ONE, "manage_dir": False}).changed
    assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (1000, 0o600)
    assert (file.parent.stat().st_uid, file.parent.stat().st_mode & 0o777) == (0, 0o755)
    assert home.do("authorized_key", {"user": "guest", "key": TWO, "state": "absent"}).changed
    assert (file.parent.stat().st_uid, file.parent.stat().st_mode & 0o777) == (1000, 0o700)


def test_keys_from_a_file_of_the_guest(home: Guest) -> None:
    home.here("a key.pub").write_text(f"{ONE}\n{TWO}\n")
    wanted = {"user": "guest", "key": f"file://{home.path('a key.pub')}"}
    assert home.do("authorized_key", wanted).changed
    assert not home.do("authorized_key", wanted).changed
    assert lines(home) == [ONE, TWO]
    message = home.fails("authorized_key", {"user": "guest", "key": "file:///no/such"})
    assert message == "the file of keys /no/such is not on web1"


def test_another_file_and_a_folder_that_is_missing(home: Guest) -> None:
    path = home.path("deep/keys")
    message = home.fails("authorized_key", {"user": "guest", "key": ONE, "path": path, "manage_dir": False})
    assert "manage_dir" in message
    assert home.do("authorized_key", {"user": "guest", "key": ONE, "path": path}).changed
    assert home.here("deep/keys").read_text() == f"{ONE}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"user": "nobody-here", "key": ONE}, "Failed to lookup user nobody-here"),
        ({"user": "guest", "key": "no key"}, "invalid key specified: no key"),
    ],
)
def test_what_cannot_be(home: Guest, arguments: dict[str, Any], message: str) -> None:
    assert message in home.fails("authorized_key", arguments)


def test_a_user_that_an_earlier_task_would_make(home: Guest) -> None:
    foreseen = home.do("authorized_key", {"user": "nobody-here", "key": ONE}, check_mode=True)
    assert foreseen.changed
    assert "unless an earlier task makes it" in foreseen.warnings[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_keys_come_from_where_the_guest_gets_them(local: Guest) -> None:
    import http.server
    import threading

    folder = local.here()
    (folder / "keys").write_text(f"{TWO}\n")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *arguments: Any) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/keys"
        wanted = {"user": "root", "key": url, "path": local.path("authorized")}
        assert local.do("authorized_key", wanted).changed
        assert "cannot be got" in local.fails("authorized_key", wanted | {"key": f"{url}-not"})
        server.shutdown()
    assert local.here("authorized").read_text() == f"{TWO}\n"


def test_lines_are_taken_apart() -> None:
    key = parse_key('command="echo \\"ssh-rsa x\\"",no-pty ssh-rsa AAAA a b c')
    assert key is not None
    assert (key.options, key.type, key.comment) == ('command="echo \\"ssh-rsa x\\"",no-pty', "ssh-rsa", "a b c")
    assert parse_key("# ssh-rsa AAAA") is None
    assert with_keys(["# note", ONE, ONE], [], present=True, exclusive=False, options=None) == ["# note", ONE, ONE]
