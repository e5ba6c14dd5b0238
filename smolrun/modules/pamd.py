"""``pamd``: the rules by which users are let in."""

import posixpath
from dataclasses import replace
from typing import Literal

from pydantic import Field, field_validator, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.editing import read
from smolrun.modules.system.pam_rules import (
    Rule,
    changed,
    inserted,
    is_control,
    lines_of,
    normal,
    split,
    with_arguments,
)
from smolrun.modules.system.saving import save, text_of
from smolrun.source.coercions import Boolean, Text, TextList

Kind = Literal["account", "-account", "auth", "-auth", "password", "-password", "session", "-session"]


class PamdArguments(Arguments):
    """Change the rules of a service in /etc/pam.d that have a type, a control and a module, or what stands beside them.

    Example:
        ```yaml
        - pamd:
            name: sshd
            type: session
            control: optional
            module_path: pam_motd.so
            state: absent
        - pamd:
            name: su
            type: auth
            control: sufficient
            module_path: pam_rootok.so
            new_type: auth
            new_control: required
            new_module_path: pam_wheel.so
            module_arguments: use_uid
            state: after
        - pamd:
            name: common-password
            type: password
            control: requisite
            module_path: pam_pwquality.so
            module_arguments: [retry=3, minlen=12]
            state: args_present
        ```

    Returns: ``change_count``, how many rules were changed, added or removed; ``backupdest``.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    name: Text = Field(description="The service, which is the name of its file")
    type: Kind = Field(description="The type of the rules")
    control: Text = Field(description="Their control; `[success=1 default=ignore]` in quotes")
    module_path: Text = Field(description="Their module")
    state: Literal["absent", "after", "args_absent", "args_present", "before", "updated"] = Field(
        "updated",
        description="`updated` changes the rules, `absent` removes them, `before` and `after` put a new one beside "
        "each, `args_present` and `args_absent` see to arguments of the module",
    )
    new_type: Kind | None = Field(None, description="The type of the new rule, or that rules are to have")
    new_control: Text | None = Field(None, description="The same of the control")
    new_module_path: Text | None = Field(None, description="The same of the module")
    module_arguments: TextList | None = Field(
        None, description='Arguments of the module; with `updated` they replace all that are there, `""` removes them'
    )
    path: Text = Field("/etc/pam.d", description="The folder of the services")
    backup: Boolean = Field(False, description="Keep a copy of the file")

    @field_validator("new_control")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        if value and not is_control(value):
            raise mistake(f"'{value}' is no control of PAM: a rule with it would lock users out")
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "PamdArguments":
        beside = self.state in ("before", "after")
        if beside and not (self.new_type and self.new_control and self.new_module_path):
            raise mistake(f"`state: {self.state}` needs `new_type`, `new_control` and `new_module_path`")
        if self.state.startswith("args_") and self.module_arguments is None:
            raise mistake(f"`state: {self.state}` needs `module_arguments`")
        if self.state == "args_present" and any(word.startswith("[") for word in self.words or ()):
            raise mistake("arguments in brackets cannot be added with `args_present`: use `updated`")
        if "\n" in "".join((self.new_control or "", self.new_module_path or "", *(self.module_arguments or ()))):
            raise mistake("a rule is one line")
        return self

    @property
    def words(self) -> tuple[str, ...] | None:
        """The arguments of the module, each by itself."""
        return None if self.module_arguments is None else split(" ".join(self.module_arguments))

    @property
    def key(self) -> tuple[str, str, str]:
        return self.type, normal(self.control), self.module_path


def run(arguments: PamdArguments, task: TaskContext) -> ModuleResult:
    original = read(posixpath.join(arguments.path, arguments.name), task)
    if original.state.leads_to != "file":
        raise ModuleError(f"there is no service {original.state.path} of PAM on {task.host}")
    lines, count = _edited(arguments, lines_of(text_of(original)))
    if not count:
        return ModuleResult(values={"change_count": 0, "backupdest": ""})
    outcome = save(task, original, "".join(lines), backup=arguments.backup)
    return ModuleResult(
        changed=True,
        values={"change_count": count, "backupdest": outcome.backup_file or ""},
        diffs=outcome.diffs,
    )


def _edited(arguments: PamdArguments, lines: list[str]) -> tuple[list[str], int]:
    words = arguments.words
    if arguments.state in ("before", "after"):
        control = normal(arguments.new_control or "")
        new = Rule(arguments.new_type or "", control, arguments.new_module_path or "", words or ())
        return inserted(lines, arguments.key, new, after=arguments.state == "after")

    def change(rule: Rule) -> Rule | None:
        if arguments.state == "absent":
            return None
        if arguments.state == "args_present":
            return replace(rule, arguments=with_arguments(rule.arguments, words or ()))
        if arguments.state == "args_absent":
            return replace(rule, arguments=tuple(word for word in rule.arguments if word not in (words or ())))
        return Rule(
            arguments.new_type or rule.type,
            normal(arguments.new_control) if arguments.new_control else rule.control,
            arguments.new_module_path or rule.path,
            rule.arguments if words is None else words,
        )

    return changed(lines, arguments.key, change)


MODULE = Module(PamdArguments, run, collection="community.general")
