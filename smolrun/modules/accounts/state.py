"""Users and groups as a guest knows them: passwd(5), group(5), shadow(5)."""

from collections.abc import Mapping, Sequence

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import TaskContext
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.files.lines import lines_of
from smolrun.modules.system.asking import ask


@dataclass(frozen=True)
class Group:
    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class User:
    """A line of passwd(5)."""

    name: str
    uid: int
    gid: int
    comment: str
    home: str
    shell: str


@dataclass(frozen=True)
class Accounts:
    """What was told.

    Attributes:
        user: that was asked for; None where there is none.
        shadow: the fields of its line in shadow(5); empty where it cannot be read.
        home_exists: whether its home is a folder.
        tools: what the guest changes accounts with.
    """

    user: User | None
    shadow: Sequence[str]
    groups: Mapping[str, Group]
    home_exists: bool
    tools: frozenset[str]
    key_file: str = ""
    public_key: str | None = None
    fingerprint: str = ""

    def group(self, name_or_number: str) -> Group | None:
        if name_or_number in self.groups:
            return self.groups[name_or_number]
        return next((group for group in self.groups.values() if str(group.gid) == name_or_number), None)

    @property
    def memberships(self) -> frozenset[str]:
        """The groups that name the user as a member."""
        if self.user is None:
            return frozenset()
        return frozenset(group.name for group in self.groups.values() if self.user.name in group.members)


def read_accounts(task: TaskContext, *, user: str = "", local: bool = False, key_file: str = "") -> Accounts:
    """One round trip."""
    variables = {"name": user, "local": "yes" if local else "", "key_file": key_file}
    return accounts_of(ask(task, "account_state", arguments=variables, reads=True))


def accounts_of(raw: RawFacts) -> Accounts:
    names = [name for name, _ in raw.pairs]
    return Accounts(
        user=parse_user(raw.text("passwd")),
        shadow=raw.text("shadow").split(":") if raw.text("shadow") else (),
        groups=parse_groups(raw.text("groups")),
        home_exists=bool(raw.text("home_exists")),
        tools=frozenset(raw.texts("tool")),
        key_file=raw.text("key_file"),
        public_key=raw.text("key") if "key" in names else None,
        fingerprint=raw.text("fingerprint"),
    )


def parse_user(line: str) -> User | None:
    fields = line.split(":")
    if len(fields) < 7 or not fields[2].isdigit() or not fields[3].isdigit():
        return None
    return User(fields[0], int(fields[2]), int(fields[3]), fields[4], fields[5], fields[6])


def parse_groups(text: str) -> dict[str, Group]:
    groups = {}
    for line in lines_of(text):
        fields = line.split(":")
        if len(fields) >= 4 and fields[2].isdigit():
            members = tuple(member for member in fields[3].split(",") if member)
            groups[fields[0]] = Group(fields[0], int(fields[2]), members)
    return groups
