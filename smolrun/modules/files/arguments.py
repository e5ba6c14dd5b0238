"""The arguments that the modules for files share."""

import re
import shlex
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, field_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Boolean, FileMode, Text


def _flags(text: str) -> str:
    if not re.fullmatch(r"[-+=]?[A-Za-z]*", text):
        raise mistake(f"'{text}' are no attributes: one of =, + and -, and letters of chattr(1)")
    return text


FileFlags = Annotated[Text, AfterValidator(_flags)]


class AttributeArguments(Arguments):
    """Who owns a file, and who may do what with it."""

    mode: FileMode | None = Field(
        None,
        description='Permissions: octal in quotes (`"0644"`) or symbolic (`u=rw,g=r,o=r`); else kept, or the umask\'s',
    )
    owner: Text | None = Field(None, description="The user who shall own it, by name or number")
    group: Text | None = Field(None, description="The group that shall own it, by name or number")
    attributes: FileFlags | None = Field(
        None,
        validation_alias=AliasChoices("attributes", "attr"),
        description="Attributes of chattr(1): these and no others (`i`, `=i`), these too (`+i`), or not these (`-i`)",
    )
    seuser: Text | None = Field(None, description="User of its SELinux context; `_default` for what the policy says")
    serole: Text | None = Field(None, description="Role of its SELinux context; `_default` for what the policy says")
    setype: Text | None = Field(None, description="Type of its SELinux context; `_default` for what the policy says")
    selevel: Text | None = Field(None, description="Level of its SELinux context; `_default` for what the policy says")


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
