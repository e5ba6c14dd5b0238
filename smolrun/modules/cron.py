"""``cron``: jobs that run at their times."""

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.files.editing import read
from smolrun.modules.files.lines import lines_of
from smolrun.modules.system import cron_table
from smolrun.modules.system.asking import ask, perform
from smolrun.modules.system.saving import remove, save, text_of
from smolrun.source.coercions import Boolean, Text

READ = """
need crontab
[ -z "$user" ] || account "$user" >/dev/null || { fact unknown yes; exit 0; }
if found=$(crontab ${user:+-u "$user"} -l 2>/dev/null </dev/null); then
	fact table "$found"
	fact exists yes
fi
"""
WRITE = """
need crontab
if [ -n "$backup" ]; then
	backup=$(mktemp /tmp/crontab.XXXXXXXX) || exit
	crontab ${user:+-u "$user"} -l >"$backup" || exit
	fact backup "$backup"
fi
printf '%s' "$table" | crontab ${user:+-u "$user"} -
"""
Special = Literal["annually", "daily", "hourly", "monthly", "reboot", "weekly", "yearly"]


class CronArguments(Arguments):
    """Keep a job, or an environment variable, in a user's crontab or in a file of /etc/cron.d.

    Example:
        ```yaml
        - cron:
            name: clean up
            minute: "5"
            hour: "4"
            job: find /var/tmp -mtime +7 -delete
        - cron:
            name: PATH
            env: true
            job: /usr/local/bin:/usr/bin:/bin
            cron_file: tool
            user: root
        ```

    Returns: ``jobs`` and ``envs``, the names of all that is there afterwards; ``backup_file``; ``cron_file``.

    The guest needs: `crontab`, except with `cron_file`.
    """

    name: Text = Field(description="The name of the job, which stands in a comment above it; or of the variable")
    job: Text | None = Field(
        None, validation_alias=AliasChoices("job", "value"), description="The command, or the variable's value"
    )
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    user: Text | None = Field(None, description="Whose crontab; with `cron_file`, who runs the job")
    cron_file: Text | None = Field(None, description="A file instead: its name in /etc/cron.d, or its path")
    minute: Text = Field("*", description="Minutes of the hour")
    hour: Text = Field("*", description="Hours of the day")
    day: Text = Field("*", validation_alias=AliasChoices("day", "dom"), description="Days of the month")
    month: Text = Field("*", description="Months of the year")
    weekday: Text = Field("*", validation_alias=AliasChoices("weekday", "dow"), description="Days of the week")
    special_time: Special | None = Field(None, description="A word instead of the five times")
    disabled: Boolean = Field(False, description="The job stays, as a comment")
    env: Boolean = Field(False, description="It is an environment variable")
    insertafter: Text | None = Field(None, description="The variable that a new one stands behind")
    insertbefore: Text | None = Field(None, description="The variable that a new one stands before")
    backup: Boolean = Field(False, description="Keep a copy of the table")

    @model_validator(mode="after")
    def _belong_together(self) -> "CronArguments":
        times = (self.minute, self.hour, self.day, self.month, self.weekday)
        if self.special_time is not None and any(time != "*" for time in times):
            raise mistake("`special_time` stands instead of `minute`, `hour`, `day`, `month` and `weekday`")
        if self.state == "present" and self.job is None:
            raise mistake("`job` is needed")
        if self.job is not None and not self.env and "\n" in self.job.strip("\r\n"):
            raise mistake("the command of `job` must be one line")
        if self.cron_file is not None and self.user is None and self.state == "present" and not self.env:
            raise mistake("`cron_file` needs `user`: its lines say who runs them")
        if self.insertafter is not None and self.insertbefore is not None:
            raise mistake("`insertafter` and `insertbefore` cannot be given together")
        return self

    @property
    def line(self) -> str:
        """The job as it stands in the table."""
        times = f"{self.minute} {self.hour} {self.day} {self.month} {self.weekday}"
        when = f"@{self.special_time}" if self.special_time else times
        who = f"{self.user} " if self.cron_file is not None else ""
        return f"{'#' if self.disabled else ''}{when} {who}{(self.job or '').strip(chr(13) + chr(10))}"


def run(arguments: CronArguments, task: TaskContext) -> ModuleResult:
    return _in_file(arguments, task) if arguments.cron_file is not None else _in_table(arguments, task)


def _in_file(arguments: CronArguments, task: TaskContext) -> ModuleResult:
    name = arguments.cron_file or ""
    original = read(name if name.startswith("/") else f"/etc/cron.d/{name}", task)
    before = text_of(original)
    lines = _after(arguments, lines_of(before))
    values = _values(arguments, lines) | {"cron_file": original.state.path}
    if lines == lines_of(before):
        return ModuleResult(values=values)
    if not any(line.strip() for line in lines):
        outcome = remove(task, original)
    else:
        outcome = save(task, original, _text(lines), mode="0644", backup=arguments.backup)
    if outcome.backup_file is not None:
        values["backup_file"] = outcome.backup_file
    return ModuleResult(changed=outcome.changed, values=values, diffs=outcome.diffs)


def _in_table(arguments: CronArguments, task: TaskContext) -> ModuleResult:
    user = f"user={quoted(arguments.user or '')}\n"
    raw = ask(task, setup=f"{user}{READ}")
    if raw.text("unknown"):
        problem = f"there is no user {arguments.user} on {task.host}"
        if task.check_mode and arguments.state == "present":
            return ModuleResult(changed=True, warnings=(f"{problem}: this fails unless an earlier task makes it",))
        raise ModuleError(problem)
    before = raw.text("table")
    lines = _after(arguments, lines_of(before))
    values = _values(arguments, lines)
    if lines == lines_of(before):
        return ModuleResult(values=values)
    after = _text(lines)
    if not task.check_mode:
        keep = "yes" if arguments.backup and raw.text("exists") else ""
        secrets = {"table": after}
        done = perform(task, text=user + WRITE, arguments={"backup": keep}, secrets=secrets, about="the crontab")
        if keep:
            values["backup_file"] = done.stdout.partition("backup=")[2].split("\0")[0]
    title = f"crontab{f' of {arguments.user}' if arguments.user else ''}"
    shown = f"{before}\n" if before else ""
    diffs = (Diff(shown, after, before_header=title, after_header=title),) if task.diff_mode else ()
    return ModuleResult(changed=True, values=values, diffs=diffs)


def _after(arguments: CronArguments, lines: list[str]) -> list[str]:
    if arguments.env:
        if arguments.state == "absent":
            return cron_table.without_variable(lines, arguments.name)
        try:
            return cron_table.with_variable(
                lines,
                arguments.name,
                arguments.job or "",
                after=arguments.insertafter,
                before=arguments.insertbefore,
            )
        except KeyError as error:
            raise ModuleError(f"Variable named '{error.args[0]}' not found.") from None
    if arguments.state == "absent":
        return cron_table.without_job(lines, arguments.name)
    return cron_table.with_job(lines, arguments.name, arguments.line)


def _values(arguments: CronArguments, lines: list[str]) -> dict[str, Any]:
    return {"jobs": cron_table.jobs(lines), "envs": cron_table.variables(lines), "state": arguments.state}


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


MODULE = Module(CronArguments, run)
