"""The arguments that the modules for files share."""

import shlex

from pydantic import AliasChoices, Field, field_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Boolean, FileMode, Text


class AttributeArguments(Arguments):
    """Who owns a file, and who may do what with it."""

    mode: FileMode | None = Field(
        None,
        description='Permissions: octal in quotes (`"0644"`) or symbolic (`u=rw,g=r,o=r`); else kept, or the umask\'s',
    )
    owner: Text | None = Field(None, description="The user who shall own it, by name or number")
    group: Text | None = Field(None, description="The group that shall own it, by name or number")


class ReplaceArguments(AttributeArguments):
    """How a file is replaced."""

    backup: Boolean = Field(False, description="Keep a copy of what was there, its name made of the date and time")
    validate_with: Text | None = Field(
        None,
        validation_alias=AliasChoices("validate"),
        description="A command that checks the new file before it is put in place; `%s` stands for its name",
    )
    unsafe_writes: Boolean = Field(
        False, description="Write into the file itself where it cannot be replaced as a whole (a bind mount)"
    )

    @field_validator("validate_with")
    @classmethod
    def _names_the_file(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if "%s" not in value:
            raise mistake("`validate` must contain %s, which stands for the file to check")
        try:
            shlex.split(value)
        except ValueError as error:
            raise mistake(f"the command of `validate` cannot be split into words: {str(error).lower()}") from None
        return value


class WriteArguments(ReplaceArguments):
    """How a file is replaced, if at all."""

    force: Boolean = Field(
        True,
        validation_alias=AliasChoices("force", "thirsty"),
        description="Replace a file with other content; `false` writes only where there is none",
    )


class EditArguments(ReplaceArguments):
    """A text file that is changed in parts."""

    path: Text = Field(
        validation_alias=AliasChoices("path", "dest", "destfile", "name"), description="The file on the guest"
    )
