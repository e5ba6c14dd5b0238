"""``user`` and ``group``: on Debian with shadow's tools, on BusyBox with its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from smolrun.modules.accounts.state import Accounts, accounts_of, parse_groups, parse_user
from smolrun.modules.accounts.user_arguments import UserArguments
from smolrun.modules.accounts.user_change import creation, modification
from smolrun.modules.facts.raw import RawFacts
from tests.modules.guest import Guest, SystemGuest

HASH = "$6$abc$Vgu2yJ2QdB5gIUJ6pOM9VXn0AYQkRh7eDdQ0dFfn2yqCVqVg1pXcQ0mKyL0Yh0H0Jf7j2o3kz0bq9c6yS5o5Y1"
slow = pytest.mark.slow


@pytest.fixture
def users(system: SystemGuest) -> Iterator[SystemGuest]:
    yield system
    system.sh("userdel -rf sru 2>/dev/null; groupdel srg 2>/dev/null; groupdel srh 2>/dev/null; rm -rf /home/sr*; :")


def entry(guest: SystemGuest, table: str = "passwd", name: str = "sru") -> str:
    return guest.sh(f"getent {table} {name} || :").strip()


@slow
def test_groups_come_change_and_go(users: SystemGuest) -> None:
    assert users.twice("group", {"name": "srg"}).values["gid"] >= 1000
    users.twice("group", {"name": "srg", "gid": 4321})
    assert entry(users, "group", "srg") == "srg:x:4321:"
    assert "is that of srg already" in users.fails("group", {"name": "srh", "gid": 4321})
    users.twice("group", {"name": "srh", "gid": 4321, "non_unique": True})
    users.twice("group", {"name": "srg", "state": "absent"})
    assert entry(users, "group", "srg") in ("", "srh:x:4321:")


@slow
def test_a_user_comes_with_all_its_properties(users: SystemGuest) -> None:
    users.do("group", {"name": "srg", "gid": 4321})
    wanted: dict[str, Any] = {
        "name": "sru", "uid": 4444, "comment": "A Ünusual: no, 'quoted' one".replace(":", ""), "group": "srg",
        "groups": "games,audio", "shell": "/bin/sh", "home": "/home/sr u", "password": HASH, "expires": 2000000000,
        "umask": "077", "password_expire_max": 90,
    }  # fmt: skip
    first = users.twice("user", wanted)
    assert (first.values["uid"], first.values["group"], first.values["home"]) == (4444, 4321, "/home/sr u")
    assert first.values["password"] == "NOT_LOGGING_PASSWORD"
    assert entry(users) == "sru:x:4444:4321:A Ünusual no, 'quoted' one:/home/sr u:/bin/sh"
    assert users.sh("id -nG sru").split() == ["srg", "audio", "games"]
    shadow = entry(users, "shadow").split(":")
    assert (shadow[1], shadow[4], shadow[7]) == (HASH, "90", str(2000000000 // 86400))
    assert users.sh("stat -c '%a %U' '/home/sr u'") == "700 sru\n"


@slow
def test_a_user_is_changed_only_where_it_differs(users: SystemGuest) -> None:
    users.twice("user", {"name": "sru"})
    assert users.round_trips(lambda: users.do("user", {"name": "sru"})) == 1
    users.twice("user", {"name": "sru", "groups": ["games"], "append": True})
    users.twice("user", {"name": "sru", "groups": ["audio"], "append": True})
    users.twice("user", {"name": "sru", "groups": ["audio"]})
    assert users.sh("id -nG sru").split() == ["sru", "audio"]
    users.twice("user", {"name": "sru", "groups": []})
    users.twice("user", {"name": "sru", "shell": "/bin/sh", "comment": "x", "home": "/home/srv", "move_home": True})
    assert users.sh("ls -d /home/srv") == "/home/srv\n"
    users.twice("user", {"name": "sru", "password": HASH})
    assert not users.do("user", {"name": "sru", "password": "x", "update_password": "on_create"}).changed
    users.twice("user", {"name": "sru", "password_lock": True})
    assert entry(users, "shadow").split(":")[1] == f"!{HASH}"
    assert not users.do("user", {"name": "sru", "password": HASH}).changed  # the lock stays
    users.twice("user", {"name": "sru", "password_lock": False})
    assert entry(users, "shadow").split(":")[1] == HASH
    users.sh("rm -rf /home/srv")
    users.twice("user", {"name": "sru"})
    assert users.sh("stat -c %U /home/srv/.profile") == "sru\n"


@slow
def test_a_user_goes_with_or_without_its_home(users: SystemGuest) -> None:
    users.do("user", {"name": "sru"})
    users.twice("user", {"name": "sru", "state": "absent"})
    assert users.sh("ls -d /home/sru") == "/home/sru\n"
    users.do("user", {"name": "sru"})
    users.twice("user", {"name": "sru", "state": "absent", "remove": True, "force": True})
    assert users.sh("ls /home").split() == ["smol"]


@slow
@pytest.mark.parametrize("passphrase", [None, "se cret"])
def test_a_key_is_made_once(users: SystemGuest, passphrase: str | None) -> None:
    wanted = {"name": "sru", "generate_ssh_key": True, "ssh_key_type": "ed25519", "ssh_key_passphrase": passphrase}
    first = users.twice("user", wanted | {"ssh_key_comment": "my key"})
    assert first.values["ssh_key_file"] == "/home/sru/.ssh/id_ed25519"
    assert first.values["ssh_public_key"].endswith(" my key")
    assert "SHA256:" in first.values["ssh_fingerprint"]
    assert users.sh("stat -c '%a %U' /home/sru/.ssh /home/sru/.ssh/id_ed25519") == "700 sru\n600 sru\n"
    assert users.do("user", wanted).values["ssh_public_key"] == first.values["ssh_public_key"]
    users.sh(f"ssh-keygen -y -P '{passphrase or ''}' -f /home/sru/.ssh/id_ed25519")


@slow
def test_unknown_groups_are_told(users: SystemGuest) -> None:
    assert users.fails("user", {"name": "sru", "groups": "nope"}) == "Group nope does not exist"
    assert users.fails("user", {"name": "sru", "group": "nope"}, check_mode=True) == "Group nope does not exist"


def test_a_guest_with_neither_is_told_what_is_missing(busybox: Guest) -> None:
    """Debian's BusyBox is built without ``adduser`` and ``addgroup``."""
    assert busybox.fails("group", {"name": "bbg"}) == "`groupadd` is not installed on web1"
    assert busybox.fails("user", {"name": "bbu"}) == "`useradd` is not installed on web1"
    assert busybox.fails("user", {"name": "guest", "shell": "/bin/ash"}) == "`usermod` is not installed on web1"
    assert not busybox.do("user", {"name": "guest", "uid": 1000, "shell": "/bin/sh"}).changed
    assert not busybox.do("group", {"name": "guest", "gid": 1000}).changed


def busybox_accounts(passwd: str = "") -> Accounts:
    return accounts_of(
        RawFacts(
            [("passwd", passwd), ("home_exists", "yes"), ("groups", "g:x:5:old\nh:x:6:\nold:x:7:\n")]
            + [("tool", tool) for tool in ("adduser", "addgroup", "deluser", "delgroup")]
        )
    )


def test_busybox_has_commands_of_its_own() -> None:
    wanted = UserArguments.model_validate({"name": "new", "uid": 9, "groups": ["g", "h"], "create_home": False})
    assert creation(wanted, busybox_accounts()).lines == [
        "adduser -D -u 9 -H new </dev/null || exit\n",
        "addgroup new g </dev/null || exit\n",
        "addgroup new h </dev/null || exit\n",
    ]
    accounts = busybox_accounts("old:x:1:7::/h:/s")
    assert accounts.user is not None
    moved = modification(UserArguments.model_validate({"name": "old", "groups": ["h"]}), accounts, accounts.user)
    assert moved.lines == ["addgroup old h </dev/null || exit\n", "delgroup old g </dev/null || exit\n"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "x", "append": True}, "`append` needs `groups`"),
        ({"name": "x", "non_unique": True}, "needs `uid`"),
        ({"name": "-x"}, "cannot be a user's name"),
        ({"name": "x", "login_class": "y"}, "login_class"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        UserArguments.model_validate(arguments)


def test_tables_are_read() -> None:
    user = parse_user("a:x:1:2:C:/h:/s")
    assert user is not None
    assert (user.uid, user.gid, user.home) == (1, 2, "/h")
    assert parse_user("") is None
    assert parse_groups("g:x:5:a,b\n\n+nis\n")["g"].members == ("a", "b")
