"""``ufw``: the firewall that Ubuntu and Debian have."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, WithJsonSchema, model_validator

from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import perform
from smolrun.modules.system.ufw_settings import Settings, place
from smolrun.source.coercions import Boolean, Integer, Text

STATES = {"enabled": "enable", "disabled": "disable", "reloaded": "reload", "reset": "reset"}
OFF = "`insert_relative_to` counts the rules of a firewall that is on; this one is off, and the rule comes last"


def _word(value: object) -> object:
    """YAML reads ``on`` and ``off`` without quotes as booleans."""
    return {"true": "on", "false": "off"}.get(str(value).lower(), value)


Level = Annotated[
    Literal["on", "off", "low", "medium", "high", "full"],
    BeforeValidator(_word),
    WithJsonSchema({"enum": ["on", "off", "low", "medium", "high", "full", True, False]}),
]


class UfwArguments(Arguments):
    """Turn ufw on or off, say what it does with packets that no rule is about, and add or delete a rule.

    Example:
        ```yaml
        - ufw:
            rule: allow
            port: ssh
            proto: tcp
        - ufw:
            rule: deny
            src: 192.0.2.0/24
            port: "25"
            proto: tcp
            comment: no mail from there
        - ufw:
            state: enabled
            policy: deny
        ```

    Returns: ``commands``, what ufw was called with; ``msg``, what ``ufw status verbose`` says afterwards (not in check
    mode). ``changed`` where a rule, a policy, the log or the state is another than before; always for `state: reloaded`
    and `state: reset`.

    The guest needs: `ufw`, and root's rights.
    """

    state: Literal["disabled", "enabled", "reloaded", "reset"] | None = Field(
        None,
        description="`enabled` (which loads the rules anew) and `disabled` mean now and at every start of the guest; "
        "`reset` turns it off and forgets all rules",
    )
    default: Literal["allow", "deny", "reject"] | None = Field(
        None,
        validation_alias=AliasChoices("default", "policy"),
        description="What becomes of packets that no rule is about; in the direction of `direction`, or `incoming`",
    )
    direction: Literal["in", "incoming", "out", "outgoing", "routed"] | None = Field(
        None, description="Of a rule (`in`, `out`) or of `default` (`incoming`, `outgoing`, `routed`)"
    )
    logging: Level | None = Field(None, description="How much is logged; `on` is `low`, where it was `off`")
    rule: Literal["allow", "deny", "limit", "reject"] | None = Field(
        None, description="What becomes of the packets that the other arguments describe"
    )
    delete: Boolean = Field(False, description="The rule is not to be there")
    insert: Integer | None = Field(None, description="The number that a new rule gets; without it, it is the last")
    insert_relative_to: Literal["zero", "first-ipv4", "last-ipv4", "first-ipv6", "last-ipv6"] = Field(
        "zero", description="Where `insert` counts from; needs a firewall that is on"
    )
    route: Boolean = Field(False, description="The rule is for packets that are forwarded")
    log: Boolean = Field(False, description="Log new connections that the rule is about")
    from_ip: Text = Field(
        "any", validation_alias=AliasChoices("from_ip", "from", "src"), description="Address or network they come from"
    )
    from_port: Text | None = Field(None, description="Port they come from")
    to_ip: Text = Field(
        "any", validation_alias=AliasChoices("to_ip", "dest", "to"), description="Address or network they go to"
    )
    to_port: Text | None = Field(
        None,
        validation_alias=AliasChoices("to_port", "port"),
        description="Port they go to: a number, a name, a range (`60000:61000`), or several with commas",
    )
    proto: Literal["any", "tcp", "udp", "ipv6", "esp", "ah", "gre", "igmp", "vrrp"] | None = Field(
        None, validation_alias=AliasChoices("proto", "protocol"), description="Their protocol"
    )
    name: Text | None = Field(
        None, validation_alias=AliasChoices("name", "app"), description="A profile of /etc/ufw/applications.d"
    )
    interface: Text | None = Field(
        None,
        validation_alias=AliasChoices("interface", "if"),
        description="The interface they pass in the `direction` of the rule",
    )
    interface_in: Text | None = Field(
        None,
        validation_alias=AliasChoices("interface_in", "if_in"),
        description="The interface they come in by; with `interface_out` for `route` alone",
    )
    interface_out: Text | None = Field(
        None, validation_alias=AliasChoices("interface_out", "if_out"), description="The interface they go out by"
    )
    comment: Text | None = Field(None, description="Kept with the rule; ufw 0.35 or later")

    @model_validator(mode="after")
    def _belong_together(self) -> "UfwArguments":
        if not (self.state or self.default or self.rule or self.logging):
            raise mistake("one of `state`, `default`, `rule` and `logging` is needed")
        both = [name for name in ("name", "proto", "logging") if getattr(self, name) is not None]
        if len(both) > 1:
            raise mistake(f"`{both[0]}` and `{both[1]}` cannot be given together")
        if self.interface is not None and self.direction is None:
            raise mistake("`interface` needs `direction`")
        if self.direction is not None and (self.interface_in is not None or self.interface_out is not None):
            raise mistake("`direction` has no meaning beside `interface_in` and `interface_out`, which say it already")
        if self.default and self.direction in ("in", "out"):
            raise mistake("the `direction` of `default` is `incoming`, `outgoing` or `routed`")
        if self.rule and self.direction in ("incoming", "outgoing", "routed"):
            raise mistake("the `direction` of a `rule` is `in` or `out`")
        if self.rule and not self.route and self.interface_in and self.interface_out:
            raise mistake("Only route rules (`route: true`) have both `interface_in` and `interface_out`")
        if "'" in (self.comment or ""):
            raise mistake("ufw takes no ' in a `comment`")
        return self


def run(arguments: UfwArguments, task: TaskContext) -> ModuleResult:
    number, warnings = _number(arguments, task)
    if task.check_mode:
        commands = [["--dry-run", *_rule(arguments, number)]] if arguments.rule else []
        raw = _tell(task, ["firewall before_status status", "settings before", *_calls("dry_run", commands)])
        before = Settings.told(raw, "before")
        after = _foreseen(arguments, before, raw.text("dry_run"))
    else:
        commands = list(_commands(arguments, number))
        asked = ["firewall before_status status"] if arguments.state else []  # which takes a tenth of a second
        changes = [*asked, "settings before", *_calls("said", commands), "settings after"]
        raw = _tell(task, [*changes, "firewall after_status status verbose"])
        before, after = Settings.told(raw, "before"), Settings.told(raw, "after")
        after = after if arguments.state else replace(after, active=None)
    shown = Diff(before.shown(), after.shown(), "ufw", "ufw")
    return ModuleResult(
        changed=before != after or arguments.state in ("reloaded", "reset"),
        msg=raw.text("after_status"),
        values={"commands": [command_line(["ufw", *words]) for words in commands]},
        diffs=(shown,) if task.diff_mode and before != after else (),
        warnings=warnings,
    )


def _tell(task: TaskContext, lines: Iterable[str]) -> RawFacts:
    text = f"{script_text('ufw')}\n" + "".join(f"{line}\n" for line in lines)
    return RawFacts.parse(perform(task, text=text, needs=["ufw"], about="setting up the firewall").stdout_bytes)


def _calls(name: str, commands: Iterable[list[str]]) -> list[str]:
    return [f"firewall {name} {command_line(words)}" for words in commands]


def _number(arguments: UfwArguments, task: TaskContext) -> tuple[int | None, tuple[str, ...]]:
    """What the rule is inserted as, and what the user should know about that."""
    if arguments.insert is None or not arguments.rule or arguments.delete:
        return None, ()
    if arguments.insert_relative_to == "zero":
        return arguments.insert, ()
    numbered = _tell(task, ["firewall numbered status numbered"]).text("numbered")
    if not numbered.startswith("Status: active"):
        return None, (OFF,)
    return place(arguments.insert, arguments.insert_relative_to, numbered), ()


def _commands(arguments: UfwArguments, number: int | None) -> Iterator[list[str]]:
    """The words of each call of ufw, in the order that Ansible calls it in."""
    if arguments.state:
        yield ["-f", STATES[arguments.state]]
    if arguments.default:
        yield ["default", arguments.default, *([arguments.direction] if arguments.direction else [])]
    if arguments.rule:
        yield _rule(arguments, number)
    if arguments.logging:
        yield ["logging", arguments.logging]


def _rule(arguments: UfwArguments, number: int | None) -> list[str]:
    """The words of a rule in the full syntax of ufw(8)."""
    words = [
        *(["route"] if arguments.route else []),
        *(["delete"] if arguments.delete else []),
        *(["insert", str(number)] if number is not None else []),
        arguments.rule or "",
        *([arguments.direction] if arguments.direction else []),
        *_pair(["on"], arguments.interface),
        *_pair(["in", "on"], arguments.interface_in),
        *_pair(["out", "on"], arguments.interface_out),
        *(["log"] if arguments.log else []),
    ]
    for name, value in (
        ("from", arguments.from_ip),
        ("port", arguments.from_port),
        ("to", arguments.to_ip),
        ("port", arguments.to_port),
        ("proto", arguments.proto),
        ("app", arguments.name),
        ("comment", arguments.comment),
    ):
        words += _pair([name], value)
    return words


def _pair(words: list[str], value: str | None) -> list[str]:
    return [*words, value] if value else []


def _foreseen(arguments: UfwArguments, before: Settings, dry_run: str) -> Settings:
    after = before.after(dry_run)
    if arguments.state in ("enabled", "disabled", "reset"):
        on = arguments.state == "enabled"
        after = replace(after, active=on, at_boot=on)
    if arguments.default:
        after = after.with_policy(arguments.direction or "incoming", arguments.default)
    return after.with_level(arguments.logging) if arguments.logging else after


MODULE = Module(UfwArguments, run, collection="community.general")
