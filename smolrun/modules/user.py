"""``user``: users."""

from typing import Any

from smolrun.modules.accounts.state import Accounts, parse_user, read_accounts
from smolrun.modules.accounts.user_arguments import UserArguments
from smolrun.modules.accounts.user_change import Change, creation, modification
from smolrun.modules.base import Diff, Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line, quoted
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import perform


def run(arguments: UserArguments, task: TaskContext) -> ModuleResult:
    key_file = arguments.key_file if arguments.generate_ssh_key else ""
    accounts = read_accounts(task, user=arguments.name, local=arguments.local, key_file=key_file)
    if arguments.state == "absent":
        return _remove(arguments, accounts, task)
    if accounts.user is None:
        change = creation(arguments, accounts)
    else:
        change = modification(arguments, accounts, accounts.user)
    if arguments.generate_ssh_key and accounts.public_key is None:
        words = [
            arguments.name, arguments.key_file, arguments.ssh_key_type, str(arguments.ssh_key_bits or ""),
            arguments.ssh_key_comment if arguments.ssh_key_comment is not None else f"ansible-generated on {task.host}",
        ]  # fmt: skip
        change.lines.append(f"make_key {command_line(words)} || exit\n")
        change.shown["SSH key"] = ("absent", "present")
    return _result(arguments, accounts, change, task)


def _result(arguments: UserArguments, accounts: Accounts, change: Change, task: TaskContext) -> ModuleResult:
    due = bool(change.lines) or change.password is not None
    raw = RawFacts([])
    if due and not task.check_mode:
        raw = RawFacts.parse(_apply(arguments, change, task))
    user = parse_user(raw.text("entry")) or accounts.user
    values: dict[str, Any] = {
        "name": arguments.name,
        "state": "present",
        "append": arguments.append,
        "create_home": arguments.create_home,
        "move_home": arguments.move_home,
        "system": arguments.system,
        "comment": arguments.comment,
        "home": arguments.home,
        "shell": arguments.shell,
    }
    if user is not None:
        values |= {
            "uid": user.uid, "group": user.gid, "comment": user.comment, "home": user.home, "shell": user.shell
        }  # fmt: skip
    if arguments.groups is not None:
        values["groups"] = ",".join(arguments.groups)
    if arguments.password is not None:
        values["password"] = "NOT_LOGGING_PASSWORD"  # noqa: S105  Ansible's words
    if arguments.generate_ssh_key:
        values |= {
            "ssh_key_file": raw.text("key_file") or accounts.key_file,
            "ssh_public_key": raw.text("key") or accounts.public_key,
            "ssh_fingerprint": raw.text("fingerprint") or accounts.fingerprint,
        }
    return ModuleResult(changed=due, values=values, diffs=_diffs(arguments.name, change) if task.diff_mode else ())


def _apply(arguments: UserArguments, change: Change, task: TaskContext) -> bytes:
    secrets = {}
    text = "".join(change.lines)
    if change.password is not None:
        secrets["password"] = change.password
        text += f'set_password {quoted(arguments.name)} "$password" || exit\n'
    if arguments.ssh_key_passphrase is not None:
        secrets["passphrase"] = arguments.ssh_key_passphrase
    needs = [
        tool
        for tool in ("useradd", "usermod", "chage", "adduser", "addgroup", "delgroup")
        if any(line.startswith(f"{tool} ") for line in change.lines)
    ]
    result = perform(
        task,
        text=f'{script_text("user_change")}\n{text}fact entry "$(account {quoted(arguments.name)})"\n',
        needs=needs,
        secrets=secrets,
        about=f"user {arguments.name}",
        writes="/etc",
    )
    return result.stdout_bytes


def _remove(arguments: UserArguments, accounts: Accounts, task: TaskContext) -> ModuleResult:
    values = {"name": arguments.name, "state": "absent", "force": arguments.force, "remove": arguments.remove}
    if accounts.user is None:
        return ModuleResult(values=values)
    if "useradd" not in accounts.tools and "deluser" in accounts.tools:
        command = ["deluser", *(["--remove-home"] if arguments.remove else []), arguments.name]
    else:
        flags = [flag for flag, wanted in (("-f", arguments.force), ("-r", arguments.remove)) if wanted]
        command = ["userdel", *flags, arguments.name]
    if not task.check_mode:
        perform(task, [command], about=f"removing the user {arguments.name}", writes="/etc")
    change = Change(shown={"user": (arguments.name, "")})
    return ModuleResult(changed=True, values=values, diffs=_diffs(arguments.name, change) if task.diff_mode else ())


def _diffs(name: str, change: Change) -> tuple[Diff, ...]:
    if not change.shown:
        return ()
    texts = ["".join(f"{key}: {pair[i]}\n" for key, pair in change.shown.items() if pair[i]) for i in (0, 1)]
    return (Diff(texts[0], texts[1], before_header=name, after_header=name),)


LACKS = {
    "authorization": "only Solaris has authorizations",
    "hidden": "only macOS hides users",
    "login_class": "only the BSDs have login classes",
    "profile": "only Solaris has profiles",
    "role": "only Solaris has roles",
}

MODULE = Module(UserArguments, run, lacks=LACKS)
