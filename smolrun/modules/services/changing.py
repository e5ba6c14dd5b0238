"""Brings a service into its state."""

from collections.abc import Sequence
from typing import Any

from smolrun.errors import ModuleError
from smolrun.modules.base import Diff, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.services.arguments import ServiceArguments, State, SystemdArguments
from smolrun.modules.services.reading import Service, ServiceNotFoundError, read_service, service_in
from smolrun.modules.system.asking import perform


def bring(arguments: ServiceArguments | SystemdArguments, task: TaskContext, use: str) -> ModuleResult:
    """Read its state, and change what is to be other."""
    scope = "" if arguments.scope == "system" else f"--{arguments.scope}"
    raw = _read(arguments, task, use, scope)
    if arguments.name is None:
        if raw.text("manager") != "systemd":
            raise ModuleError("`name` is needed: systemd, which could read its files again, does not run on the guest")
        if arguments.daemon_reexec and not task.check_mode:
            perform(task, [_systemctl(scope, "daemon-reexec")])
        return ModuleResult(values={"name": None, "status": {}})
    try:
        runlevel = arguments.runlevel if isinstance(arguments, ServiceArguments) else None
        service = service_in(arguments.name, raw, task, runlevel=runlevel)
    except ServiceNotFoundError as error:
        if not task.check_mode:
            raise
        return ModuleResult(changed=True, warnings=(f"{error.message}: this fails unless an earlier task installs it",))
    words, after = _due(arguments, service)
    commands = _commands(arguments, service, words, scope)
    values: dict[str, Any] = {"name": service.name, **after}
    if service.status is not None:
        values["status"] = service.status
    if (words or arguments.daemon_reexec) and not task.check_mode:
        perform(task, text=commands, about=f"{' and '.join(words)} of {service.name}")
    diffs = _diff(service, after) if task.diff_mode and words else ()
    return ModuleResult(changed=bool(words), values=values, diffs=diffs)


def _read(arguments: ServiceArguments | SystemdArguments, task: TaskContext, use: str, scope: str) -> RawFacts:
    pattern = arguments.pattern or "" if isinstance(arguments, ServiceArguments) else ""
    reload = bool(arguments.daemon_reload) and not task.check_mode
    return read_service(arguments.name, task, use=use, scope=scope, pattern=pattern, reload=reload)


def _due(arguments: ServiceArguments | SystemdArguments, service: Service) -> tuple[list[str], dict[str, Any]]:
    """What has to be done, as systemd's verbs, and the state that it leads to."""
    words: list[str] = []
    after: dict[str, Any] = {}
    if arguments.masked is not None and arguments.masked != service.masked:
        words.append("mask" if arguments.masked else "unmask")
    if arguments.enabled is not None:
        after["enabled"] = arguments.enabled
        if arguments.enabled != service.enabled:
            words.append("enable" if arguments.enabled else "disable")
    verb = _state_verb(arguments.state, service)
    if arguments.state is not None:
        after["state"] = "stopped" if arguments.state == "stopped" else "started"
    if verb and service.offline:
        raise ModuleError(f"{service.name} cannot be brought to `{arguments.state}`: systemd does not run on the guest")
    return [*words, *([verb] if verb else [])], after


def _state_verb(state: State | None, service: Service) -> str | None:
    if state == "started":
        return None if service.runs else "start"
    if state == "stopped":
        stops = service.status is not None and service.status.get("ActiveState") == "deactivating"
        return "stop" if service.runs or stops else None
    if state == "reloaded":
        return "reload" if service.runs else "start"
    return "restart" if state == "restarted" else None


def _systemctl(scope: str, *words: str) -> list[str]:
    return ["systemctl", *([scope] if scope else []), *words]


def _commands(
    arguments: ServiceArguments | SystemdArguments, service: Service, verbs: Sequence[str], scope: str
) -> str:
    if service.manager == "systemd":
        return _systemd_lines(arguments, service, verbs, scope)
    if "mask" in verbs or "unmask" in verbs:
        raise ModuleError("`masked` is for systemd only")
    assert isinstance(arguments, ServiceArguments)
    words = {"openrc": _openrc, "sysvinit": _sysvinit, "service": _sysvinit}[service.manager]
    return "".join(line for verb in verbs for line in words(arguments, service.name, verb))


def _systemd_lines(
    arguments: ServiceArguments | SystemdArguments, service: Service, verbs: Sequence[str], scope: str
) -> str:
    lines = "need systemctl\n"
    if scope == "--user":
        lines += '[ -n "${XDG_RUNTIME_DIR-}" ] || XDG_RUNTIME_DIR=/run/user/$(id -u); export XDG_RUNTIME_DIR\n'
    if arguments.daemon_reexec:
        lines += f"{command_line(_systemctl(scope, 'daemon-reexec'))} || exit\n"
    for verb in verbs:
        flags = ["--no-block"] if arguments.no_block and verb in ("start", "stop", "reload", "restart") else []
        flags += ["--force"] if arguments.force and verb == "enable" else []
        line = command_line(_systemctl(scope, verb, *flags, "--", service.name))
        lines += f"{line} </dev/null || {{ code=$?; {_explain(service.name, scope, verb)} exit $code; }}\n"
    return lines


def _explain(name: str, scope: str, verb: str) -> str:
    """The last words of the unit, so that the failure tells its cause."""
    if verb not in ("start", "restart", "reload"):
        return ""
    user = "--user" if scope == "--user" else ""
    return f"journalctl --no-pager -q -o cat -n 10 {user} -u {command_line([name])} >&2 2>/dev/null;"


def _openrc(arguments: ServiceArguments, name: str, verb: str) -> list[str]:
    if verb in ("enable", "disable"):
        word = "add" if verb == "enable" else "delete"
        return [f"{command_line(['rc-update', word, name, arguments.runlevel])} </dev/null || exit\n"]
    return _with_pause(arguments, ["rc-service", name], verb)


def _sysvinit(arguments: ServiceArguments, name: str, verb: str) -> list[str]:
    if verb in ("enable", "disable"):
        old = "on" if verb == "enable" else "off"
        first = f"{command_line(['update-rc.d', name, 'defaults'])} </dev/null || exit\n" if verb == "enable" else ""
        lines = f"if has update-rc.d; then\n{first}{command_line(['update-rc.d', name, verb])} </dev/null || exit\n"
        lines += f"elif has chkconfig; then\n{command_line(['chkconfig', name, old])} </dev/null || exit\n"
        return [f"{lines}else need update-rc.d\nfi\n"]
    return _with_pause(arguments, [f"/etc/init.d/{name}"], verb)


def _with_pause(arguments: ServiceArguments, command: list[str], verb: str) -> list[str]:
    further = arguments.arguments.split()
    verbs = ["stop", "start"] if verb == "restart" and arguments.sleep else [verb]
    run = [f"{command_line([*command, each, *further])} </dev/null || exit\n" for each in verbs]
    return [run[0], f"sleep {arguments.sleep}\n", run[1]] if len(run) > 1 else run


def _diff(service: Service, after: dict[str, Any]) -> tuple[Diff, ...]:
    before = {"enabled": service.enabled, "state": "started" if service.runs else "stopped"}
    shown = [{key: each[key] for key in sorted(after)} for each in (before, after)]
    texts = ["".join(f"{key}: {value}\n" for key, value in each.items()) for each in shown]
    return (Diff(texts[0], texts[1], before_header=service.name, after_header=service.name),)
