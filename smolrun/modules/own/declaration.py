"""What a module in ``sh`` says of itself in its header. The words and the types are those of Ansible's argument specs.

The rules: docs.ansible.com, "Ansible module architecture", "Argument spec".
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from smolrun.modules.base import mistake
from smolrun.source.coercions import Boolean, Text, Texts

RESERVED = frozenset({"check_mode", "diff_mode"})
"""Shell variables that every module finds set."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _checked_name(name: str) -> str:
    # In lower case, as the variables that mean something to a shell (PATH, IFS, HOME) are not.
    if not _NAME.fullmatch(name):
        raise mistake(f"'{name}' cannot be an argument: lower-case letters, digits and underscores make a name")
    if name in RESERVED:
        raise mistake(f"'{name}' cannot be an argument: every module finds the variable ${name} set")
    return name


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeclaredArgument(_Declared):
    """One argument of a module."""

    type: Literal["str", "int", "float", "bool", "list", "dict"] = "str"
    description: Text = ""
    required: Boolean = False
    default: Any = None
    choices: list[Any] | None = None
    elements: Literal["str", "int", "float", "bool", "dict"] | None = None
    aliases: Texts = []
    secret: Boolean = Field(False, validation_alias=AliasChoices("secret", "no_log"))

    @model_validator(mode="after")
    def _fits_together(self) -> "DeclaredArgument":
        if self.required and self.default is not None:
            raise mistake("an argument that is required has no use for a default")
        if self.choices is not None and self.type not in ("str", "int", "list"):
            raise mistake(f"'choices' are for str, int and list, not for {self.type}")
        if self.elements is not None and self.type != "list":
            raise mistake(f"'elements' are those of a list, and this is a {self.type}")
        if self.secret and self.type != "str":
            raise mistake(f"only a str can be secret, and this is a {self.type}")
        return self


def _described(value: Any) -> Any:
    return {} if value is None else value


class Declaration(_Declared):
    """The header of a module.

    Attributes:
        description: what it is for.
        arguments: by name.
        check_mode: it can tell what would change; ``always``: it changes nothing, and runs in check mode too.
        output: ``json``: it prints one JSON object; otherwise it tells things by the functions it is given.
        needs: tools that have to be on the guest.
        example: for people.
        returns: for people.
    """

    description: Text
    arguments: dict[
        Annotated[str, AfterValidator(_checked_name)], Annotated[DeclaredArgument, BeforeValidator(_described)]
    ] = {}
    check_mode: Boolean | Literal["always"] = False
    output: Literal["functions", "json"] = "functions"
    needs: Texts = []
    example: Any = None
    returns: Any = None

    @model_validator(mode="after")
    def _each_name_once(self) -> "Declaration":
        names = [*self.arguments, *(alias for argument in self.arguments.values() for alias in argument.aliases)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise mistake(f"'{twice}' is the name of two arguments")
        return self
