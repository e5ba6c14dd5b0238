"""``known_hosts``: the keys that SSH on the guest trusts other hosts by."""

from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.accounts.host_key_lines import names, with_key, without
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.editing import Edit, Original, edit, to_bytes
from smolrun.modules.files.lines import lines_of
from smolrun.source.coercions import Boolean, Text
from smolrun.ssh.known_hosts import parse_line


class KnownHostsArguments(ReplaceArguments):
    """See to it that a known_hosts file of the guest has a host's key, or no keys of that host.

    Example:
        ```yaml
        - known_hosts:
            name: git.example.com
            key: git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKkBDfLKQ3LN0aSPyQ7vOPVdkHhOEzw2hJm5kJvCnR
            path: /etc/ssh/ssh_known_hosts
        - known_hosts:
            name: "[old.example.com]:2222"
            state: absent
        ```

    Returns: ``path``, ``name``, ``key``, ``mode``, ``owner``, ``group``. ``changed`` where the file was other.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    name: Text = Field(
        validation_alias=AliasChoices("name", "host"), description="The host, `[host]:port` for another port than 22"
    )
    key: Text | None = Field(None, description="A line as ssh-keyscan(1) prints it: names, type, key")
    path: Text = Field("~/.ssh/known_hosts", description="The file on the guest")
    hash_host: Boolean = Field(False, description="Write a hash of the name, which cannot be read")
    state: Literal["absent", "present"] = Field("present", description="Whether the key is to be there")

    @model_validator(mode="after")
    def _belong_together(self) -> "KnownHostsArguments":
        if self.state == "present" and self.key is None:
            raise mistake("`key` is needed, the line to be there")
        if self.key is not None:
            entry = parse_line(self.key)
            if entry is None or "\n" in self.key.strip():
                raise mistake("`key` is one line: the host's names, the type of the key, and the key")
            if not names(entry, self.name.lower()):
                raise mistake(f"`key` is not one of {self.name}: its first word has to be that name")
        return self


def run(arguments: KnownHostsArguments, task: TaskContext) -> ModuleResult:
    host = arguments.name.lower()

    def decide(original: Original) -> Edit:
        text = original.content.decode("utf-8", "surrogateescape")
        lines = lines_of(text)
        values = {"name": arguments.name, "key": arguments.key}
        if arguments.state == "absent":
            left = without(lines, host, arguments.key)
            return Edit(None if left == lines else to_bytes(_joined(left)), values=values)
        if arguments.key is None:
            raise ModuleError("`key` is needed, the line to be there")
        now = with_key(lines, host, arguments.key.strip(), hash_host=arguments.hash_host)
        return Edit(original.content if now == lines else to_bytes(_joined(now)), values=values)

    return edit(arguments.path, arguments, task, decide)


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


MODULE = Module(KnownHostsArguments, run)
