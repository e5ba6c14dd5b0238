"""``ini_file``: options and sections of INI files."""

from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.editing import Edit, Original, edit, no_file, to_bytes
from smolrun.modules.files.ini import Wish, edit_ini
from smolrun.modules.files.labels import labelled
from smolrun.source.coercions import Boolean, Text, TextList


class Condition(Arguments):
    """An option that a section must have, so that it is the one that is meant."""

    option: Text = Field(description="The option")
    value: Text | None = Field(None, description="Its value; without one, any will do")
    values: TextList | None = Field(None, description="Its values, of which one will do")

    @model_validator(mode="after")
    def _one_way(self) -> "Condition":
        if self.value is not None and self.values is not None:
            raise mistake("`value` and `values` cannot be given together")
        return self

    @property
    def accepted(self) -> tuple[str, ...]:
        """The values of which one will do; none where any will."""
        return tuple(self.values or ()) if self.value is None else (self.value,)


class IniFileArguments(ReplaceArguments):
    """See to it that an INI file has an option with a value, or has none such; the rest of it stays as it is.

    Example:
        ```yaml
        - ini_file:
            path: /etc/tool.ini
            section: server
            option: port
            value: "8080"
        - ini_file:
            path: /etc/tool.ini
            section: old
            state: absent
        - ini_file:
            path: /etc/systemd/journald.conf
            section: Journal
            option: SystemMaxUse
            value: 1G
            no_extra_spaces: true
        - ini_file:
            path: /etc/tool.ini
            section: Peer
            section_has_values:
              - option: AllowedIPs
                value: 10.128.0.12/32
            option: PersistentKeepalive
            value: "25"
        ```

    Returns: ``msg`` (``option added``, ``option changed``, ``section and option added``, ``section removed``, ``OK``),
    ``path``, ``mode``, ``owner``, ``group``, ``backup_file``. ``changed`` where the file was other.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    path: Text = Field(validation_alias=AliasChoices("path", "dest"), description="The file on the guest")
    section: Text | None = Field(None, description="The section; without it, what stands before the first one")
    section_has_values: list[Condition] = Field(
        [], description="Of several sections of that name, the first with these; a new one where none has them"
    )
    option: Text | None = Field(None, description="The option; without it, the section as a whole")
    value: Text | None = Field(None, description="Its value")
    values: TextList | None = Field(None, description="Its values, where it may stand there several times")
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    exclusive: Boolean = Field(True, description="The option has these values and no others")
    no_extra_spaces: Boolean = Field(False, description="No blanks around the `=`")
    ignore_spaces: Boolean = Field(False, description="A line that differs only in blanks around the `=` stays")
    allow_no_value: Boolean = Field(False, description="An option may stand there without `=` and value")
    modify_inactive_option: Boolean = Field(True, description="A line that is commented out is put to use")
    create: Boolean = Field(True, description="Make the file where there is none")
    follow: Boolean = Field(True, description="Kept for compatibility: what a link leads to is edited")

    @model_validator(mode="after")
    def _belong_together(self) -> "IniFileArguments":
        if self.value is not None and self.values is not None:
            raise mistake("`value` and `values` cannot be given together")
        given = self.value is not None or bool(self.values)
        if self.state == "present" and self.option is not None and not given and not self.allow_no_value:
            raise mistake("`option` needs `value`, `values`, or `allow_no_value: true`")
        return self

    @property
    def wish(self) -> Wish:
        values: tuple[str | None, ...] = tuple(self.values) if self.values else (self.value,)
        return Wish(
            section=self.section,
            option=self.option,
            values=values,
            present=self.state == "present",
            exclusive=self.exclusive,
            tight=self.no_extra_spaces,
            same_spaced=self.ignore_spaces,
            revive=self.modify_inactive_option,
            having=tuple((each.option, each.accepted) for each in self.section_has_values),
        )


def run(arguments: IniFileArguments, task: TaskContext) -> ModuleResult:
    def decide(original: Original) -> Edit:
        if not original.exists and (arguments.state == "absent" or not arguments.create):
            return Edit(None, "OK") if arguments.state == "absent" else no_file(original.state.path)
        edited = edit_ini(original.content.decode("utf-8", "surrogateescape"), arguments.wish)
        return Edit(to_bytes(edited.text), edited.msg)

    return edit(arguments.path, arguments, task, decide)


MODULE = Module(IniFileArguments, labelled(run), collection="community.general")
