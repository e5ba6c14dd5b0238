"""``htpasswd``: who may log in to a web server, and by which password."""

from dataclasses import replace
from typing import Literal

from pydantic import AliasChoices, Field, field_validator, model_validator

from smolrun.modules.accounts.htpasswd_hashes import ALIASES, SCHEMES, fits, made
from smolrun.modules.base import Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.editing import Edit, Original, edit, to_bytes
from smolrun.modules.files.labels import labelled
from smolrun.source.coercions import Boolean, SecretText, Text

HIDDEN = "(a hash)"


class HtpasswdArguments(ReplaceArguments):
    """See to it that a file of users and passwords of a web server has a user, or does not.

    Example:
        ```yaml
        - htpasswd:
            path: /etc/nginx/passwords
            name: jane
            password: "{{ jane_password }}"
            hash_scheme: bcrypt
            owner: root
            group: www-data
            mode: "0640"
        - htpasswd:
            path: /etc/nginx/passwords
            name: john
            state: absent
        ```

    Returns: ``msg``, ``path``, ``mode``, ``owner``, ``group``. ``changed`` where the user was not there, had another
    password, or the file other permissions; another scheme of the same password alone is no change.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    path: Text = Field(
        validation_alias=AliasChoices("path", "dest", "destfile"), description="The file; its folder is made, too"
    )
    name: Text = Field(validation_alias=AliasChoices("name", "username"), description="The user")
    password: SecretText | None = Field(None, description="The password, which never reaches the guest")
    hash_scheme: Text = Field(
        "apr_md5_crypt",
        validation_alias=AliasChoices("hash_scheme", "crypt_scheme"),
        description=f"How it is hashed: {', '.join(f'`{name}`' for name in SCHEMES)}, or a name that passlib has for "
        f"the best of them: {', '.join(f'`{name}`' for name in ALIASES)}",
    )
    state: Literal["absent", "present"] = Field("present", description="Whether the user is to be there")
    create: Boolean = Field(True, description="Make the file where there is none")

    @field_validator("name")
    @classmethod
    def _a_name(cls, value: str) -> str:
        if not value or ":" in value or "\n" in value or len(value) > 255:
            raise mistake("`name` is a word of at most 255 letters without colons")
        return value

    @field_validator("hash_scheme")
    @classmethod
    def _can_be_made(cls, value: str) -> str:
        if value not in SCHEMES and value not in ALIASES:
            raise mistake(f"`hash_scheme: {value}` cannot be made here; there are {', '.join(SCHEMES)}")
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "HtpasswdArguments":
        if self.state == "present" and self.password is None:
            raise mistake("`password` is needed")
        if self.password is not None and "\n" in self.password.get_secret_value():
            raise mistake("`password` is one line")
        return self


def run(arguments: HtpasswdArguments, task: TaskContext) -> ModuleResult:
    name, diffs = arguments.name, list[Diff]()

    def decide(original: Original) -> Edit:
        if not original.exists and arguments.state == "absent":
            return Edit(None, f"{name} not present", warnings=(f"{original.state.path} does not exist",))
        if not original.exists and not arguments.create:
            return Edit(None, f"Destination {original.state.path} does not exist", failed=True)
        lines = original.content.decode("utf-8", "surrogateescape").splitlines()
        there = [line.partition(":")[2] for line in lines if _is_of(line, name)]
        if arguments.state == "absent":
            wanted, msg = None, f"Remove {name}" if there else f"{name} not present"
        else:
            password = arguments.password.get_secret_value() if arguments.password else ""
            if there and fits(there[0].partition(":")[0], password):
                return Edit(original.content, f"{name} already present")
            wanted = made(arguments.hash_scheme, password)
            path = original.state.path
            created = f"Create {path}" if task.check_mode else f"Created {path} and added {name}"
            msg = f"Add/update {name}" if original.exists else created
        if there or wanted is not None:
            # Hashes are for nobody's eyes: what is shown is that there is one.
            path = original.state.path
            diffs.append(Diff(_shown(name, bool(there), "old"), _shown(name, wanted is not None, "new"), path, path))
        after = "".join(f"{line}\n" for line in with_user(lines, name, wanted))
        return Edit(to_bytes(after) if there or wanted is not None else original.content, msg)

    result = edit(arguments.path, arguments, replace(task, diff_mode=False), decide)
    return replace(result, diffs=tuple(diffs) if task.diff_mode and result.changed else ())


def _is_of(line: str, name: str) -> bool:
    return not line.startswith("#") and line.partition(":")[0] == name


def _shown(name: str, there: bool, which: str) -> str:
    return f"{name}: the {which} password\n" if there else ""


def with_user(lines: list[str], name: str, hashed: str | None) -> list[str]:
    """The lines of a file in which the user has that hash, once; None takes the user out."""
    result: list[str] = []
    done = hashed is None
    for line in lines:
        if not _is_of(line, name):
            result.append(line)
        elif not done:
            done = True
            result.append(f"{name}:{hashed}")
    return result if done else [*result, f"{name}:{hashed}"]


MODULE = Module(HtpasswdArguments, labelled(run), collection="community.general")
