"""``iptables``: rules, policies and chains of the packet filter."""

from smolrun.errors import ModuleError
from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Diff, Module, ModuleResult, TaskContext
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import ask, perform
from smolrun.modules.system.iptables_arguments import IptablesArguments
from smolrun.modules.system.iptables_rule import rule_words

BINARIES = {"ipv4": "iptables", "ipv6": "ip6tables"}


@dataclass(frozen=True)
class Change:
    """What is to be done.

    Attributes:
        commands: the words of each call, without the table.
        before: what is there in place of it, as ``iptables -S`` shows it.
        after: what will be there.
    """

    commands: tuple[list[str], ...] = ()
    before: str = ""
    after: str = ""


def run(arguments: IptablesArguments, task: TaskContext) -> ModuleResult:
    words = rule_words(arguments)
    change = _change(arguments, words, _read(arguments, words, task), task)
    if change.commands and not task.check_mode:
        calls = "".join(f"tables {command_line(call)} || exit\n" for call in change.commands)
        about = f"`{BINARIES[arguments.ip_version]} {' '.join(change.commands[-1])}`"
        perform(task, text=f"{script_text('iptables')}\n{calls}", arguments=_variables(arguments), about=about)
    names = ("ip_version", "table", "chain", "flush", "state", "chain_management")
    shown = Diff(change.before, change.after, arguments.table, arguments.table)
    return ModuleResult(
        changed=bool(change.commands),
        values={**{name: getattr(arguments, name) for name in names}, "rule": " ".join(words)},
        diffs=(shown,) if change.commands and task.diff_mode else (),
    )


def _variables(arguments: IptablesArguments) -> dict[str, str]:
    return {"tool": BINARIES[arguments.ip_version], "table": arguments.table, "wait": arguments.wait or ""}


def _read(arguments: IptablesArguments, words: list[str], task: TaskContext) -> RawFacts:
    chain = arguments.chain or ""
    lines = f"{script_text('iptables')}\ntold chain {command_line(['-S', *([chain] if chain else [])])}\n"
    if words and not arguments.flush and not arguments.policy:
        lines += f"told rule {command_line(['-C', chain, *words])}\n"
    return ask(task, setup=lines, arguments=_variables(arguments))


def _change(arguments: IptablesArguments, words: list[str], raw: RawFacts, task: TaskContext) -> Change:
    chain, there = arguments.chain or "", raw.text("chain_code") == "0"
    listed = raw.text("chain").splitlines() if there else []
    if arguments.flush:
        if chain and not there:
            raise ModuleError(f"there is no chain {chain} in the table {arguments.table} of {task.host}")
        rules = "".join(f"{line}\n" for line in listed if line.startswith("-A"))
        return Change((["-F", *([chain] if chain else [])],), rules) if rules else Change()
    if arguments.policy:
        return _policy(chain, arguments.policy, listed, task)
    make = arguments.chain_management and not there and arguments.state == "present"
    made = (["-N", chain],) if make else ()
    shown = f"-N {chain}\n" if make else ""
    if words:
        return _rule(arguments, words, made, shown, found=raw.text("rule_code") == "0")
    if arguments.chain_management and there and arguments.state == "absent":
        return Change((["-X", chain],), f"-N {chain}\n")
    return Change(made, "", shown)


def _policy(chain: str, policy: str, listed: list[str], task: TaskContext) -> Change:
    now = next((line.split()[2] for line in listed if line.startswith(f"-P {chain} ")), None)
    if now is None:
        raise ModuleError(f"the chain {chain} has no policy on {task.host}: only the kernel's own chains have")
    return (
        Change((["-P", chain, policy],), f"-P {chain} {now}\n", f"-P {chain} {policy}\n") if now != policy else Change()
    )


def _rule(
    arguments: IptablesArguments, words: list[str], made: tuple[list[str], ...], shown: str, *, found: bool
) -> Change:
    chain = arguments.chain or ""
    line = f"-A {chain} {' '.join(words)}\n"
    if found == (arguments.state == "present"):
        return Change()
    if found:
        return Change((["-D", chain, *words],), line)
    number = [arguments.rule_num] if arguments.rule_num and arguments.action == "insert" else []
    flag = "-I" if arguments.action == "insert" else "-A"
    return Change((*made, [flag, chain, *number, *words]), "", f"{shown}{line}")


MODULE = Module(IptablesArguments, run)
