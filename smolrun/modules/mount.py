"""``mount``: file systems, now and in fstab."""

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.files.editing import Original, read
from smolrun.modules.system.asking import ask, perform
from smolrun.modules.system.fstab import Entry, mounted_at, with_entry, without_entry
from smolrun.modules.system.saving import save, text_of
from smolrun.source.coercions import Boolean, Text

State = Literal["absent", "absent_from_fstab", "ephemeral", "mounted", "present", "remounted", "unmounted"]
READ = """
file mounts /proc/mounts
if [ -e "$path" ]; then fact exists yes; fi
if [ -L "$path" ]; then fact real "$(readlink -f "$path")"; fi
"""


class MountArguments(Arguments):
    """Mount a file system, or take it away, in fstab and at once.

    Example:
        ```yaml
        - mount:
            path: /srv/data
            src: /dev/vdb1
            fstype: ext4
            opts: noatime
            state: mounted
        ```

    Returns: ``name``, ``src``, ``fstype``, ``opts``, ``dump``, ``passno``, ``fstab``, ``backup_file``.

    The guest needs: `mount` and `umount`, where something is to be mounted at once.
    """

    path: Text = Field(validation_alias=AliasChoices("path", "name"), description="Where; `none` for swap")
    state: State = Field(
        description="`mounted` now and in fstab, `present` in fstab, `unmounted` now, `absent` neither (and no "
        "folder), `absent_from_fstab`, `remounted`, `ephemeral` now only"
    )
    src: Text | None = Field(None, description="The device, or what else is mounted")
    fstype: Text | None = Field(None, description="The type of the file system")
    opts: Text | None = Field(None, description="Options, with commas; `defaults` by default")
    dump: Text = Field("0", description="For dump(8)")
    passno: Text = Field("0", description="When fsck(8) checks it")
    fstab: Text | None = Field(None, description="The file; /etc/fstab by default")
    boot: Boolean = Field(True, description="Mount it when the guest starts; `false` adds `noauto`")
    backup: Boolean = Field(False, description="Keep a copy of the file")
    opts_no_log: Boolean = Field(False, description="The options are a secret and are not shown in diffs")

    @model_validator(mode="after")
    def _complete(self) -> "MountArguments":
        if self.state in ("mounted", "present", "ephemeral") and (self.src is None or self.fstype is None):
            raise mistake(f"`state: {self.state}` needs `src` and `fstype`")
        return self

    @property
    def options(self) -> str:
        options = self.opts or "defaults"
        return options if self.boot or "noauto" in options.split(",") else f"{options},noauto"

    @property
    def entry(self) -> Entry:
        return Entry(self.src or "", self.path, self.fstype or "", self.options, self.dump, self.passno)


def run(arguments: MountArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, setup=READ, arguments={"path": arguments.path})
    now = mounted_at(raw.text("mounts"), raw.text("real") or arguments.path)
    original = read(arguments.fstab or "/etc/fstab", task)
    text = text_of(original)
    after = text
    if arguments.state in ("mounted", "present"):
        after = with_entry(text, arguments.entry)
    elif arguments.state in ("absent", "absent_from_fstab"):
        after = without_entry(text, arguments.path, arguments.src)
    steps = _steps(arguments, now, exists=bool(raw.text("exists")), listed=after != text)
    return _apply(arguments, task, original, (text, after), steps)


def _steps(arguments: MountArguments, now: Entry | None, *, exists: bool, listed: bool) -> list[str]:
    """Lines of ``sh`` for what is mounted now.

    Args:
        listed: the entry of fstab changes.
    """
    path = quoted(arguments.path)
    fstab = ["-T", arguments.fstab] if arguments.fstab is not None else []
    match arguments.state:
        case "mounted":
            make = [] if exists else [f"mkdir -p -- {path}"]
            if now is None:
                return [*make, command_line(["mount", *fstab, arguments.path])]
            if not listed:
                return []
            again = command_line(["mount", *fstab, arguments.path])
            if "bind" in arguments.options.split(",") or now.source != arguments.src:
                return [f"umount {path}", again]
            remount = command_line(["mount", *fstab, "-o", "remount", arguments.path])
            return [f"{remount} || {{ umount {path} && {again}; }}"]
        case "ephemeral":
            if now is not None:
                if now.source != arguments.src:
                    raise ModuleError(f"{arguments.path} is the mount point of {now.source} already")
                return [command_line(["mount", "-o", f"remount,{arguments.options}", arguments.path])]
            make = [] if exists else [f"mkdir -p -- {path}"]
            words = [
                "mount",
                "-t",
                arguments.fstype or "",
                "-o",
                arguments.options,
                arguments.src or "",
                arguments.path,
            ]
            return [*make, command_line(words)]
        case "unmounted" | "absent":
            gone = [f"umount {path}"] if now is not None else []
            remove = [f"rmdir -- {path}"] if arguments.state == "absent" and exists and arguments.path != "none" else []
            return [*gone, *remove]
        case "remounted":
            if now is None:
                raise ModuleError(f"nothing is mounted at {arguments.path}")
            options = f"remount,{arguments.opts}" if arguments.opts else "remount"
            return [command_line(["mount", *fstab, "-o", options, arguments.path])]
    return []


def _apply(
    arguments: MountArguments, task: TaskContext, original: Original, texts: tuple[str, str], steps: list[str]
) -> ModuleResult:
    entry = arguments.entry
    values: dict[str, Any] = {
        "name": arguments.path, "src": arguments.src, "fstype": arguments.fstype, "opts": entry.options,
        "dump": entry.dump, "passno": entry.passno, "fstab": original.state.path, "boot": arguments.boot,
    }  # fmt: skip
    diffs: tuple[Diff, ...] = ()
    if texts[0] != texts[1]:
        outcome = save(task, original, texts[1], mode="0644", backup=arguments.backup)
        diffs = () if arguments.opts_no_log else outcome.diffs
        if outcome.backup_file is not None:
            values["backup_file"] = outcome.backup_file
    if steps and not task.check_mode:
        try:
            text = "".join(f"{step} </dev/null || exit\n" for step in steps)
            perform(task, text=text, needs=["mount", "umount"], about=f"{arguments.path}: {arguments.state}")
        except ModuleError:
            if texts[0] != texts[1] and arguments.state == "mounted":
                save(task, read(original.state.path, task), texts[0])  # a bad line can keep a guest from starting
            raise
    if steps and task.diff_mode and not diffs:
        diffs = (Diff("", f"{arguments.path}: {arguments.state}\n"),)
    return ModuleResult(changed=bool(steps) or texts[0] != texts[1], values=values, diffs=diffs)


MODULE = Module(MountArguments, run, collection="ansible.posix")
