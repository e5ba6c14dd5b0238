"""``timezone``: where in the world the guest's clock is, and what its hardware clock shows."""

from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Text

ZONES = "/usr/share/zoneinfo"
READ = f"""
if [ -n "$zone" ] && [ -f "{ZONES}/$zone" ]; then fact known yes; fi
if [ -L /etc/localtime ]; then
	fact now "$(readlink /etc/localtime)"
elif [ -f /etc/localtime ] && [ -n "$zone" ] && cmp -s /etc/localtime "{ZONES}/$zone"; then
	fact now "{ZONES}/$zone"
fi
file written /etc/timezone
file adjtime /etc/adjtime
if has timedatectl && [ -d /run/systemd/system ]; then fact systemd yes; fi
"""
WRITE = f"""
trap 'rm -f /etc/.localtime.smolrun /etc/.timezone.smolrun' EXIT
if [ -e /etc/timezone ] || [ -e /etc/debian_version ]; then
	# cat says why it cannot write, and printf of dash does not
	printf '%s\\n' "$zone" | cat >/etc/.timezone.smolrun || exit
fi
ln -s "{ZONES}/$zone" /etc/.localtime.smolrun && mv -f /etc/.localtime.smolrun /etc/localtime || exit
if [ -e /etc/.timezone.smolrun ]; then mv -f /etc/.timezone.smolrun /etc/timezone || exit; fi
"""


class TimezoneArguments(Arguments):
    """Set the time zone of a guest, or what its hardware clock shows.

    Example:
        ```yaml
        - timezone:
            name: Europe/Berlin
        ```

    Returns: only ``changed``.

    The guest needs: the zones in /usr/share/zoneinfo (the package tzdata); `timedatectl` or `hwclock` for
    `hwclock`.
    """

    name: Text | None = Field(None, description="The zone, as it is called in /usr/share/zoneinfo")
    hwclock: Literal["UTC", "local"] | None = Field(
        None, validation_alias=AliasChoices("hwclock", "rtc"), description="What the hardware clock shows"
    )

    @model_validator(mode="after")
    def _says_what(self) -> "TimezoneArguments":
        if self.name is None and self.hwclock is None:
            raise mistake("`name` or `hwclock` is needed")
        if self.name is not None and (self.name.startswith(("/", ".")) or ".." in self.name):
            raise mistake(f"'{self.name}' is no time zone such as Europe/Berlin")
        return self


def run(arguments: TimezoneArguments, task: TaskContext) -> ModuleResult:
    zone = arguments.name or ""
    raw = ask(task, setup=READ, arguments={"zone": zone})
    if zone and not raw.text("known"):
        raise ModuleError(f"there is no time zone {zone} in {ZONES} of {task.host}", hint="is tzdata installed there?")
    now = raw.text("now").partition("zoneinfo/")[2]
    written = raw.text("written")
    zone_due = bool(zone) and (now != zone or (written not in ("", zone)))
    clock = "local" if raw.text("adjtime").splitlines()[2:3] == ["LOCAL"] else "UTC"
    clock_due = arguments.hwclock is not None and arguments.hwclock != clock
    if not task.check_mode:
        text = WRITE if zone_due else ""
        if clock_due:
            local = arguments.hwclock == "local"
            text += (
                f"timedatectl set-local-rtc {'1' if local else '0'} </dev/null\n"
                if raw.text("systemd")
                else f"need hwclock\nhwclock --systohc --{'localtime' if local else 'utc'}\n"
            )
        if text:
            perform(task, text=text, arguments={"zone": zone}, about="setting the time zone")
    shown = [(f"name: {now or 'n/a'}\n", f"name: {zone}\n")] if zone_due else []
    shown += [(f"hwclock: {clock}\n", f"hwclock: {arguments.hwclock}\n")] if clock_due else []
    diffs = tuple(Diff(before, after) for before, after in shown) if task.diff_mode else ()
    return ModuleResult(changed=zone_due or clock_due, diffs=diffs)


MODULE = Module(TimezoneArguments, run, collection="community.general")
