"""``hostname``: the name of the guest."""

from typing import Literal

from pydantic import Field, field_validator

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import quoted
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Text

LONGEST = 64  # bytes: HOST_NAME_MAX of Linux, gethostname(2)
READ = """
fact now "$(uname -n)"
file lasting /etc/hostname
for tool in hostnamectl hostname; do
	if has "$tool"; then fact tool "$tool"; fi
done
if [ -d /run/systemd/system ]; then fact systemd yes; fi
"""
WRITE = """
if [ "$how" = systemd ] && hostnamectl set-hostname -- "$name" </dev/null; then
	: # writes /etc/hostname too
else
	temporary=/etc/.hostname.smolrun
	trap 'rm -f "$temporary"' EXIT
	# cat says why it cannot write, and printf of dash does not
	printf '%s\\n' "$name" | cat >"$temporary" && chmod 644 "$temporary" && mv -f "$temporary" /etc/hostname || exit
	if has hostname; then
		hostname "$name"
	elif ! printf '%s' "$name" >/proc/sys/kernel/hostname; then
		need hostname
	fi || exit
fi
fact fqdn "$(hostname -f 2>/dev/null || uname -n)"
"""
Strategy = Literal["alpine", "debian", "generic", "openrc", "redhat", "sles", "systemd"]


class HostnameArguments(Arguments):
    """Give the guest a name, now and for its next start.

    Example:
        ```yaml
        - hostname:
            name: web1
        ```

    Returns: ``name``; the facts ``hostname``, ``nodename``, ``fqdn`` and ``domain`` follow.

    The guest needs: ``/etc/hostname``; `hostnamectl` is asked where systemd runs.
    """

    name: Text = Field(description="The name")
    use: Strategy | None = Field(None, description="How; found out by default")

    @field_validator("name")
    @classmethod
    def _fits(cls, value: str) -> str:
        if not value or len(value.encode()) > LONGEST or any(letter in value for letter in " \t\n/"):
            raise mistake(f"'{value}' cannot be the name of a host (at most {LONGEST} letters, no spaces)")
        return value


def run(arguments: HostnameArguments, task: TaskContext) -> ModuleResult:
    raw = ask(task, setup=READ)
    now, lasting, name = raw.text("now"), raw.text("lasting"), arguments.name
    changed = now != name or lasting != name
    fqdn = name
    if changed and not task.check_mode:
        systemd = "hostnamectl" in raw.texts("tool") and bool(raw.text("systemd"))
        how = "systemd" if arguments.use == "systemd" or (arguments.use is None and systemd) else "file"
        text = f"name={quoted(name)} how={how}\n{WRITE}"
        done = perform(task, text=text, about=f"naming {task.host} '{name}'")
        fqdn = done.stdout.partition("fqdn=")[2].split("\0")[0].strip() or name
    facts = {"hostname": name.split(".")[0], "nodename": name, "fqdn": fqdn, "domain": fqdn.partition(".")[2]}
    before, after = f"hostname = {lasting or now}\n", f"hostname = {name}\n"
    diffs = (Diff(before, after),) if changed and task.diff_mode else ()
    return ModuleResult(
        changed=changed, values={"name": name, "ansible_facts": _prefixed(facts)}, ansible_facts=facts, diffs=diffs
    )


def _prefixed(facts: dict[str, str]) -> dict[str, str]:
    return {f"ansible_{name}": value for name, value in facts.items()}


MODULE = Module(HostnameArguments, run)
