"""What has to be done to give a user its properties."""

from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.accounts.state import Accounts, User
from smolrun.modules.accounts.user_arguments import UserArguments
from smolrun.modules.commands.quoting import command_line

DAY = 24 * 3600


@dataclass
class Change:
    """Lines of ``sh`` (after user_change.sh) and how they are shown.

    Attributes:
        password: the hash that is to be set; None to leave it.
        shown: what changes, by name: before and after.
    """

    lines: list[str] = field(default_factory=list)
    password: str | None = None
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)

    def command(self, *words: str) -> None:
        self.lines.append(f"{command_line(words)} </dev/null || exit\n")


def creation(arguments: UserArguments, accounts: Accounts) -> Change:
    _check_groups(arguments, accounts)
    change = Change()
    change.shown["user"] = ("", arguments.name)
    if "useradd" not in accounts.tools and "adduser" in accounts.tools:
        _busybox_creation(arguments, change)
    else:
        change.command("useradd", *_useradd_options(arguments, accounts), arguments.name)
    change.password = _target_password(arguments, "")
    _ages(arguments, change, ())
    return change


def _useradd_options(arguments: UserArguments, accounts: Accounts) -> list[str]:
    options = _common_options(arguments)
    if arguments.group is None and arguments.name in accounts.groups:
        options.append("-N")  # else useradd refuses, since it would make that group
    if arguments.groups:
        options += ["-G", ",".join(arguments.groups)]
    options += ["-m"] if arguments.create_home else ["-M"]
    if arguments.create_home and arguments.skeleton is not None:
        options += ["-k", arguments.skeleton]
    if arguments.system:
        options.append("-r")
    keys = {"UMASK": arguments.umask, "UID_MIN": arguments.uid_min, "UID_MAX": arguments.uid_max}
    options += [word for key, value in keys.items() if value is not None for word in ("-K", f"{key}={value}")]
    if arguments.expires is not None:
        options += ["-e", _date(arguments.expires)]
    return options


def _common_options(arguments: UserArguments) -> list[str]:
    options: list[str] = []
    for flag, value in (
        ("-u", arguments.uid),
        ("-c", arguments.comment),
        ("-g", arguments.group),
        ("-s", arguments.shell),
        ("-d", arguments.home),
        ("-Z", arguments.seuser),
    ):
        if value is not None:
            options += [flag, str(value)]
    return [*options, "-o"] if arguments.non_unique else options


def _busybox_creation(arguments: UserArguments, change: Change) -> None:
    options = ["-D"]
    for flag, value in (
        ("-u", arguments.uid),
        ("-g", arguments.comment),
        ("-G", arguments.group),
        ("-s", arguments.shell),
        ("-h", arguments.home),
        ("-k", arguments.skeleton),
    ):
        if value is not None:
            options += [flag, str(value)]
    options += [] if arguments.create_home else ["-H"]
    change.command("adduser", *options, *(["-S"] if arguments.system else []), arguments.name)
    for group in arguments.groups or ():
        change.command("addgroup", arguments.name, group)


def modification(arguments: UserArguments, accounts: Accounts, user: User) -> Change:
    _check_groups(arguments, accounts)
    change = Change()
    options = _changed_properties(arguments, accounts, user, change)
    groups = _changed_groups(arguments, accounts, user, change)
    if groups is not None and "usermod" in accounts.tools:
        options += ["-G", ",".join(groups)]
    elif groups is not None:
        for name in sorted(set(groups) - accounts.memberships):
            change.command("addgroup", arguments.name, name)
        for name in sorted(accounts.memberships - set(groups)):
            change.command("delgroup", arguments.name, name)
    if options:
        change.command("usermod", *options, arguments.name)
    stored = accounts.shadow[1] if len(accounts.shadow) > 1 else ""
    target = _target_password(arguments, stored, exists=True)
    if target is not None and target != stored:
        change.password = target
        change.shown["password"] = ("(the old one)", "(a new one)")
    _ages(arguments, change, accounts.shadow)
    if arguments.create_home and not accounts.home_exists:
        mask = int(arguments.umask or "022", 8)
        words = [arguments.name, arguments.skeleton or "/etc/skel", f"{0o777 & ~mask:o}"]
        change.lines.append(f"make_home {command_line(words)} || exit\n")
        change.shown["home folder"] = ("absent", "directory")
    return change


def _changed_properties(arguments: UserArguments, accounts: Accounts, user: User, change: Change) -> list[str]:
    options: list[str] = []
    group = accounts.group(arguments.group) if arguments.group is not None else None
    wanted = {
        "uid": ("-u", user.uid, arguments.uid),
        "comment": ("-c", user.comment, arguments.comment),
        "shell": ("-s", user.shell, arguments.shell),
        "home": ("-d", user.home, arguments.home),
        "gid": ("-g", user.gid, group.gid if group else None),
    }
    for name, (flag, before, after) in wanted.items():
        if after is not None and after != before:
            options += [flag, str(after)]
            change.shown[name] = (str(before), str(after))
    if "-u" in options and arguments.non_unique:
        options.append("-o")
    if "-d" in options and arguments.move_home:
        options.append("-m")
    if arguments.seuser is not None and options:
        options += ["-Z", arguments.seuser]
    if arguments.expires is not None:
        before = accounts.shadow[7] if len(accounts.shadow) > 7 else ""
        after = "" if arguments.expires < 0 else str(int(arguments.expires // DAY))
        if before != after:
            options += ["-e", _date(arguments.expires)]
            change.shown["expires"] = (before or "never", after or "never")
    return options


def _changed_groups(arguments: UserArguments, accounts: Accounts, user: User, change: Change) -> Sequence[str] | None:
    """All the further groups that the user is to be in; None where it is already."""
    if arguments.groups is None:
        return None
    primary = accounts.group(arguments.group) if arguments.group is not None else accounts.group(str(user.gid))
    found = {group.name for name in arguments.groups if (group := accounts.group(name)) is not None}
    now = set(accounts.memberships) - ({primary.name} if primary else set())
    wanted = found - ({primary.name} if primary else set())
    wanted = wanted | now if arguments.append else wanted
    if wanted == now:
        return None
    change.shown["groups"] = (",".join(sorted(now)), ",".join(sorted(wanted)))
    return sorted(wanted)


def _check_groups(arguments: UserArguments, accounts: Accounts) -> None:
    for name in [*([arguments.group] if arguments.group is not None else []), *(arguments.groups or ())]:
        if accounts.group(name) is None:
            raise ModuleError(f"Group {name} does not exist", hint="make it first with the module `group`")


def _target_password(arguments: UserArguments, stored: str, *, exists: bool = False) -> str | None:
    """What is to stand in shadow(5); None to leave it."""
    given = arguments.password if not exists or arguments.update_password == "always" else None  # noqa: S105  no password
    if arguments.password_lock is None:
        same = exists and given is not None and given.lstrip("!") == stored.lstrip("!")
        return None if same else given  # a lock stays, as in Ansible: it is no other password
    bare = (stored if given is None else given).lstrip("!")
    if arguments.password_lock:
        return f"!{bare}" if given is not None or not stored.startswith("!") else None
    return bare if bare and bare != "*" else given


def _ages(arguments: UserArguments, change: Change, shadow: Sequence[str]) -> None:
    options: list[str] = []
    for flag, place, value in (
        ("-m", 3, arguments.password_expire_min),
        ("-M", 4, arguments.password_expire_max),
        ("-W", 5, arguments.password_expire_warn),
        ("-I", 6, arguments.password_expire_account_disable),
    ):
        before = shadow[place] if len(shadow) > place else ""
        if value is not None and before != ("" if value < 0 else str(value)):
            options += [flag, str(value)]
    if options:
        change.command("chage", *options, arguments.name)
        change.shown["password ages"] = ("", " ".join(options))


def _date(seconds: float) -> str:
    return "" if seconds < 0 else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
