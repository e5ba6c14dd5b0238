"""``acl``: who may do what with a file, beyond owner, group and mode."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, expanding
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Boolean, Text

_TYPES = {"u": "user", "g": "group", "m": "mask", "o": "other"}
_MASKS = {"mask": ["--mask"], "no_mask": ["--no-mask"]}


class AclArguments(Arguments):
    """Give a user or a group rights on a file or folder, take them away, or tell what there is.

    Example:
        ```yaml
        - acl:
            path: /etc/tool.conf
            etype: user
            entity: joe
            permissions: r
            state: present
        - acl:
            path: /srv/shared
            etype: group
            entity: staff
            permissions: rwX
            default: true          # for what is made in there from now on
            recursive: true
            state: present
        - acl:
            path: /etc/tool.conf
            entry: user:joe
            state: absent
        - acl:
            path: /etc/tool.conf
          register: rights
        ```

    Returns: ``acl``, the entries as ``getfacl`` tells them, after the change; ``msg``.

    The guest needs: ``setfacl`` and ``getfacl`` (package acl), or those of nfs4-acl-tools with `use_nfsv4_acls`.
    """

    path: Text = Field(validation_alias=AliasChoices("path", "name"), description="The file or folder on the guest")
    state: Literal["absent", "present", "query"] = Field("query", description="`query` only tells what there is")
    etype: Literal["group", "mask", "other", "user"] | None = Field(None, description="Whom the rights are for")
    entity: Text = Field("", description="The user or the group, by name; empty for the owner")
    permissions: Text | None = Field(None, description="`r`, `w`, `x`, `X` (only where somebody may execute), `-`")
    entry: Text | None = Field(None, description="All at once, `[default:]type:entity[:permissions]`")
    default: Boolean = Field(False, description="What is made in the folder from now on has them")
    follow: Boolean = Field(True, description="With `recursive`: into the folders that links lead to")
    recursive: Boolean = Field(
        False, validation_alias=AliasChoices("recursive", "recurse"), description="All that is in the folder, too"
    )
    recalculate_mask: Literal["default", "mask", "no_mask"] = Field(
        "default", description="Whether setfacl makes the mask anew"
    )
    use_nfsv4_acls: Boolean = Field(False, description="The lists of NFSv4; entries that allow (`A`) only")

    @model_validator(mode="after")
    def _belong_together(self) -> "AclArguments":
        for problem in (self._problem_of_query(), self._problem_of_entry(), self._problem_of_parts()):
            if problem:
                raise mistake(problem)
        if self.use_nfsv4_acls and (self.recursive or self.default or self.recalculate_mask != "default"):
            raise mistake("`use_nfsv4_acls` goes without `recursive`, `default` and `recalculate_mask`")
        return self

    def _problem_of_query(self) -> str | None:
        if self.state != "query":
            return None
        given = [name for name in ("recursive", "entry") if getattr(self, name)]
        given += ["recalculate_mask"] if self.recalculate_mask != "default" else []
        return f"`{given[0]}` goes with `state: present` and `state: absent` only" if given else None

    def _problem_of_entry(self) -> str | None:
        if self.entry is None or self.state == "query":
            return None
        if self.etype or self.entity or self.permissions:
            return "`entry` goes without `etype`, `entity` and `permissions`"
        parts = self.entry.split(":")
        in_all = len(parts) - (self.entry.lower().startswith("d"))
        if in_all not in ((3,) if self.state == "present" else (2, 3)):
            form = "type:entity:permissions" if self.state == "present" else "type:entity"
            return f"`entry` is `{form}`, with `default:` before it or not, where `state` is {self.state}"
        if self.wish.etype is None:
            return "`entry` is for a user, a group, the mask or other"
        return None

    def _problem_of_parts(self) -> str | None:
        if self.entry is not None or self.state == "query":
            return None
        if self.etype is None:
            return f"`etype` is needed with `state: {self.state}`"
        if self.state == "absent" and not self.entity:
            return "`entity` is needed with `state: absent`"
        if self.state == "absent" and self.permissions and not self.use_nfsv4_acls:
            return "`permissions` goes with `state: present` only"
        if self.permissions is None and (self.state == "present" or self.use_nfsv4_acls):
            return "`permissions` is needed"
        return None

    @property
    def wish(self) -> "Wish":
        if self.entry is None:
            return Wish(self.default, self.etype, self.entity, self.permissions)
        parts = self.entry.split(":")
        default = self.entry.lower().startswith("d")
        etype, entity, *more = parts[1:] if default else parts
        return Wish(default or self.default, _TYPES.get(etype[:1].lower()), entity, more[0] if more else None)


@dataclass(frozen=True)
class Wish:
    """One entry of a list.

    Attributes:
        default: of what is made in a folder.
    """

    default: bool
    etype: str | None
    entity: str
    permissions: str | None

    def words(self, *, nfs4: bool, absent: bool) -> str:
        if nfs4:
            # What the tools of NFSv4 call rwx comes with reading attributes and lists, and synchronizing.
            return f"A:{'g' if self.etype == 'group' else ''}:{self.entity}:{self.permissions}tcy"
        return f"{self.etype}:{self.entity}" + (f":{self.permissions}" if self.permissions and not absent else "")


def run(arguments: AclArguments, task: TaskContext) -> ModuleResult:
    if arguments.use_nfsv4_acls:
        return _run_nfs4(arguments, task)
    get = _get(arguments)
    if arguments.state == "query":
        raw = _ask(arguments, task, [], get)
        return ModuleResult(msg="current acl", values={"acl": entries_of(raw.text("acl"))})
    absent = arguments.state == "absent"
    entry = arguments.wish.words(nfs4=False, absent=absent)
    # What stands before the entry applies to it.
    change = [*_options(arguments), *_MASKS.get(arguments.recalculate_mask, []), "-x" if absent else "-m", entry]
    raw = _ask(arguments, task, ["setfacl", "--test", *change], get)
    told, tried = raw.text("acl"), [line for line in raw.text("tried").splitlines() if not line.endswith(": *,*")]
    if tried and not task.check_mode:
        told = _change(task, ["setfacl", *change, "--", raw.text("place")], [*get, "--", raw.text("place")])
    diffs = (_diff(raw.text("acl"), tried, default=arguments.wish.default),) if tried and task.diff_mode else ()
    return _result(entry, told, changed=bool(tried), absent=absent, diffs=diffs)


def _run_nfs4(arguments: AclArguments, task: TaskContext) -> ModuleResult:
    get = ["nfs4_getfacl"]
    raw = _ask(arguments, task, [], get)
    now = entries_of(raw.text("acl"))
    if arguments.state == "query":
        return ModuleResult(msg="current acl", values={"acl": now})
    absent = arguments.state == "absent"
    entry = arguments.wish.words(nfs4=True, absent=absent)
    changed = (entry in now) == absent
    told = raw.text("acl")
    if changed and not task.check_mode:
        place = raw.text("place")
        told = _change(task, ["nfs4_setfacl", "-x" if absent else "-a", entry, "--", place], [*get, "--", place])
    shown = Diff(f"{entry}\n" if absent else "", "" if absent else f"{entry}\n")
    return _result(entry, told, changed=changed, absent=absent, diffs=(shown,) if changed and task.diff_mode else ())


def _options(arguments: AclArguments) -> list[str]:
    given = {"--default": arguments.wish.default if arguments.state != "query" else arguments.default}
    given |= {"--recursive": arguments.recursive, "--physical": not arguments.follow}
    return [option for option, wanted in given.items() if wanted]


def _get(arguments: AclArguments) -> list[str]:
    return ["getfacl", "--absolute-names", *_options(arguments)]


def _ask(arguments: AclArguments, task: TaskContext, test: Sequence[str], get: Sequence[str]) -> RawFacts:
    if arguments.use_nfsv4_acls:
        tools = "nfs4_getfacl" if arguments.state == "query" else "nfs4_setfacl nfs4_getfacl"
    else:
        tools = "getfacl" if arguments.state == "query" else "setfacl getfacl"
    folders = arguments.state == "present" and arguments.wish.default and not arguments.recursive
    given = {"tools": tools, "try": command_line(test), "get": command_line(get)}
    raw = ask(
        task,
        "acl",
        arguments={**given, "only_folders": "yes" if folders else ""},
        setup=f"path={expanding(arguments.path)}",
    )
    if raw.text("problem") == "nowhere":
        raise ModuleError(f"{raw.text('place')} is not there on {task.host}, or cannot be come at")
    if raw.text("problem") == "folder":
        raise ModuleError(f"`default` is for folders, and {raw.text('place')} is none")
    return raw


def _change(task: TaskContext, change: list[str], get: list[str]) -> str:
    done = perform(
        task, [change], text=f'said=$({command_line(get)}) && fact acl "$said"\n', about=f"the rights of {change[-1]}"
    )
    return RawFacts.parse(done.stdout_bytes).text("acl")


def _result(entry: str, told: str, *, changed: bool, absent: bool, diffs: tuple[Diff, ...]) -> ModuleResult:
    msg = f"{entry} is {'absent' if absent else 'present'}"
    return ModuleResult(changed=changed, msg=msg, values={"acl": entries_of(told)}, diffs=diffs)


def entries_of(told: str) -> list[str]:
    """The lines of getfacl(1) that are entries; an empty one stands between two files."""
    lines = [line.strip() for line in told.splitlines() if not line.startswith("#")]
    return lines[:-1] if lines and not lines[-1] else lines


def _diff(told: str, tried: Sequence[str], *, default: bool) -> Diff:
    before, after = "", ""
    known = {found[1]: block for block in told.split("\n\n") if (found := re.search(r"^# file: (.*)$", block, re.M))}
    for line in tried:
        path, _, new = line.rpartition(": ")
        entries = [one.partition("\t")[0] for one in entries_of(known.get(path, ""))]
        before += "".join(f"{text}\n" for text in (f"# file: {path}", *entries))
        after += "".join(f"{text}\n" for text in (f"# file: {path}", *_long(new, default=default)))
    return Diff(before, after)


def _long(tried: str, *, default: bool) -> list[str]:
    """What ``setfacl --test`` foresees, as getfacl(1) would write it."""
    parts = [part for part in tried.split(",") if part != "*" and part.startswith("d:") == default]
    found = (part.removeprefix("d:").partition(":") for part in parts)
    return [f"{_TYPES.get(kind, kind)}:{rest}" for kind, _, rest in found]


MODULE = Module(AclArguments, run, collection="ansible.posix")
