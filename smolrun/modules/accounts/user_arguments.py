"""The arguments of ``user``."""

from typing import Any, Literal

from pydantic import AliasChoices, Field, field_validator, model_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Boolean, Integer, Number, Text, TextList


class UserArguments(Arguments):
    """Make a user, change one, or remove one.

    Example:
        ```yaml
        - user:
            name: deploy
            shell: /bin/bash
            groups: [sudo, www-data]
            append: true
            generate_ssh_key: true
        - user:
            name: former
            state: absent
            remove: true
        ```

    Returns: ``name``, ``uid``, ``group``, ``groups``, ``home``, ``shell``, ``comment``, ``state``, ``append``,
    ``create_home``, ``system``; ``ssh_key_file``, ``ssh_public_key`` and ``ssh_fingerprint`` with
    `generate_ssh_key`.

    The guest needs: `useradd`, `usermod`, `userdel`, `chpasswd`, or BusyBox's `adduser`, `addgroup`, `deluser`
    (which cannot change the number, home or shell of a user that is there); `chage` for the ages of passwords.
    """

    name: Text = Field(validation_alias=AliasChoices("name", "user"), description="The user's login")
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    uid: Integer | None = Field(None, description="Its number", ge=0)
    non_unique: Boolean = Field(False, description="Its number may be another user's too")
    comment: Text | None = Field(None, description="Its real name, say")
    group: Text | None = Field(None, description="Its primary group, by name or number")
    groups: TextList | None = Field(None, description="Further groups; an empty list leaves all but the primary one")
    append: Boolean = Field(False, description="Leave it in groups that are not named")
    shell: Text | None = Field(None, description="Its login shell")
    home: Text | None = Field(None, description="Its home")
    create_home: Boolean = Field(
        True,
        validation_alias=AliasChoices("create_home", "createhome"),
        description="Make its home where there is none",
    )
    move_home: Boolean = Field(False, description="Move the old home to a new `home`")
    skeleton: Text | None = Field(None, description="What a new home is a copy of, instead of /etc/skel")
    umask: Text | None = Field(None, description='For the permissions of a new home (`"077"`)')
    password: Text | None = Field(None, description="Its password as crypt(5) hashes it; see `password_hash`")
    update_password: Literal["always", "on_create"] = Field(
        "always", description="Whether a user that is there gets the password too"
    )
    password_lock: Boolean | None = Field(None, description="Whether no password lets it in")
    password_expire_max: Integer | None = Field(None, description="Days after which its password has to be changed")
    password_expire_min: Integer | None = Field(None, description="Days before its password may be changed")
    password_expire_warn: Integer | None = Field(None, description="Days that it is warned beforehand")
    password_expire_account_disable: Integer | None = Field(
        None, description="Days after its password has expired that it is locked out"
    )
    expires: Number | None = Field(None, description="When it ends, in seconds since 1970; negative for never")
    system: Boolean = Field(False, description="A new user gets a number below those of people")
    force: Boolean = Field(False, description="Remove it though it is logged in (`userdel --force`)")
    remove: Boolean = Field(False, description="Remove its home and mail too")
    local: Boolean = Field(False, description="Only /etc/passwd counts, not a directory service")
    seuser: Text | None = Field(None, description="Its SELinux user")
    uid_min: Integer | None = Field(None, description="Smallest number that a new user may get")
    uid_max: Integer | None = Field(None, description="Largest number that a new user may get")
    generate_ssh_key: Boolean = Field(False, description="Make it a key pair where there is none")
    ssh_key_file: Text | None = Field(None, description="Where, below its home; by default .ssh/id_<type>")
    ssh_key_type: Text = Field("rsa", description="What kind of key")
    ssh_key_bits: Integer | None = Field(None, description="How long")
    ssh_key_comment: Text | None = Field(None, description="Its comment")
    ssh_key_passphrase: Text | None = Field(None, description="What the private key is locked with")

    @field_validator("expires", mode="before")
    @classmethod
    def _empty_is_never(cls, value: Any) -> Any:
        return -1 if value == "" else value

    @field_validator("name")
    @classmethod
    def _a_login(cls, value: str) -> str:
        if not value or ":" in value or "\n" in value or value.startswith("-"):
            raise mistake(f"'{value}' cannot be a user's name")
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "UserArguments":
        if self.non_unique and self.uid is None:
            raise mistake("`non_unique` needs `uid`")
        if self.append and self.groups is None:
            raise mistake("`append` needs `groups`")
        return self

    @property
    def key_file(self) -> str:
        return self.ssh_key_file or f".ssh/id_{self.ssh_key_type}"
