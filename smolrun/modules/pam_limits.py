"""``pam_limits``: what users may use up."""

from typing import Literal

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.editing import read
from smolrun.modules.system.limits_conf import SIGNED, Wish, is_value, with_limit
from smolrun.modules.system.saving import save, text_of
from smolrun.source.coercions import Boolean, Text

Item = Literal[
    "as", "chroot", "core", "cpu", "data", "fsize", "locks", "maxlogins", "maxsyslogins", "memlock", "msgqueue", "nice",
    "nofile", "nproc", "priority", "rss", "rtprio", "sigpending", "stack",
]  # fmt: skip


class PamLimitsArguments(Arguments):
    """See to it that a file of limits.conf(5) has a limit.

    Example:
        ```yaml
        - pam_limits:
            domain: "@developers"
            limit_type: soft
            limit_item: nofile
            value: 64000
            comment: they build large things
        - pam_limits:
            domain: "*"
            limit_type: hard
            limit_item: nproc
            value: 4096
            use_min: true
            dest: /etc/security/limits.d/50-processes.conf
        ```

    Returns: ``msg``, the line that has the limit; ``backup_file``.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    domain: Text = Field(description="Whose: a user, `@group`, `%group`, `*`, or a range of ids")
    limit_type: Literal["hard", "soft", "-"] = Field(description="`-` is both")
    limit_item: Item = Field(description="What is limited")
    value: Text = Field(
        description="How much: a number, or `unlimited`, `infinity` or `-1`; for `nice` and `priority` -20 to 19; for "
        "`chroot` a folder"
    )
    use_min: Boolean = Field(False, description="A lower value that is there stays")
    use_max: Boolean = Field(False, description="A higher value that is there stays")
    backup: Boolean = Field(False, description="Keep a copy of the file")
    dest: Text = Field("/etc/security/limits.conf", description="The file")
    comment: Text = Field("", description="Stands after a limit that is new or has changed")

    @model_validator(mode="after")
    def _belong_together(self) -> "PamLimitsArguments":
        if self.use_min and self.use_max:
            raise mistake("`use_min` and `use_max` cannot be given together")
        if not is_value(self.limit_item, self.value):
            known = "a number from -20 to 19" if self.limit_item in SIGNED else "0 or more, `unlimited` or `infinity`"
            raise mistake(f"`value` of `{self.limit_item}` is {known}, not '{self.value}'")
        if not self.domain or any(map(str.isspace, self.domain)) or "\n" in self.comment:
            raise mistake("`domain` is one word, and `comment` one line")
        return self

    @property
    def wish(self) -> Wish:
        keep = "min" if self.use_min else "max" if self.use_max else None
        return Wish(self.domain, self.limit_type, self.limit_item, self.value, keep, self.comment)


def run(arguments: PamLimitsArguments, task: TaskContext) -> ModuleResult:
    original = read(arguments.dest, task)
    path = original.state.path
    if original.state.leads_to == "directory" or not original.state.parent:
        wrong = "is a folder" if original.state.parent else "lies in a folder that is not there"
        raise ModuleError(f"{path} {wrong} on {task.host}")
    text, line = with_limit(text_of(original), arguments.wish)
    if original.exists and text == text_of(original):
        return ModuleResult(msg=line)
    outcome = save(task, original, text, mode="0644", backup=arguments.backup and original.exists)
    kept = {"backup_file": outcome.backup_file} if outcome.backup_file else {}
    return ModuleResult(changed=True, msg=line, values=kept, diffs=outcome.diffs)


MODULE = Module(PamLimitsArguments, run, collection="community.general")
