"""``authorized_key``: who may log in with which key."""

from typing import Literal

from pydantic import Field

from smolrun.errors import ModuleError
from smolrun.modules.accounts.key_lines import KeyLine, parse_key, with_keys
from smolrun.modules.base import Arguments, Module, ModuleResult, TaskContext
from smolrun.modules.files.editing import read
from smolrun.modules.files.lines import lines_of
from smolrun.modules.system.asking import ask
from smolrun.modules.system.saving import save, text_of
from smolrun.source.coercions import Boolean, Text

FETCH = """
if has curl; then
	fact keys "$(curl -fsSL $insecure -- "$url" </dev/null || echo "smolrun-failed $?")"
else
	need wget
	fact keys "$(wget -q $wget_insecure -O - -- "$url" </dev/null || echo "smolrun-failed $?")"
fi
"""


class AuthorizedKeyArguments(Arguments):
    """Let a user log in with keys, or no longer.

    Example:
        ```yaml
        - authorized_key:
            user: deploy
            key: "{{ lookup('file', 'deploy.pub') }}"
        - authorized_key:
            user: root
            key: https://github.com/someone.keys
            exclusive: true
        ```

    Returns: ``user``, ``keyfile``, ``key``, ``state``, ``exclusive``.

    The guest needs: ``/bin/sh``; `curl` or `wget` where the keys come from a URL.
    """

    user: Text = Field(description="Who logs in")
    key: Text = Field(description="Public keys, one a line; or a URL (`file://` too) that the guest gets them from")
    state: Literal["absent", "present"] = Field("present", description="Whether they let the user in")
    exclusive: Boolean = Field(False, description="No other line stays in the file")
    key_options: Text | None = Field(None, description='Options in front of the keys (`no-pty,from="10.0.0.*"`)')
    comment: Text | None = Field(None, description="The comment behind the keys, instead of their own")
    path: Text | None = Field(None, description="The file; by default `~user/.ssh/authorized_keys`")
    manage_dir: Boolean = Field(True, description="Make the folder of the file where it is missing")
    follow: Boolean = Field(False, description="Taken for compatibility; what a link leads to is always edited")
    validate_certs: Boolean = Field(True, description="Whether the certificate of the URL's server must be valid")


def run(arguments: AuthorizedKeyArguments, task: TaskContext) -> ModuleResult:
    keys = _keys(arguments, task)
    original = read(arguments.path or f"~{arguments.user}/.ssh/authorized_keys", task)
    if arguments.path is None and f"/~{arguments.user}" in original.state.path:
        problem = f"Failed to lookup user {arguments.user} on {task.host}"
        if task.check_mode and arguments.state == "present":
            return ModuleResult(changed=True, warnings=(f"{problem}: this fails unless an earlier task makes it",))
        raise ModuleError(problem)
    if original.state.leads_to == "directory":
        raise ModuleError(f"{original.state.path} is a folder")
    if not original.state.parent and not arguments.manage_dir and not task.check_mode:
        raise ModuleError(f"the folder of {original.state.path} is not there, and `manage_dir` is false")
    present = arguments.state == "present"
    before = text_of(original)
    lines = with_keys(
        lines_of(before), keys, present=present, exclusive=arguments.exclusive, options=arguments.key_options
    )
    after = "".join(f"{line}\n" for line in lines)
    values = {
        "user": arguments.user,
        "keyfile": original.state.path,
        "key": arguments.key,
        "state": arguments.state,
        "exclusive": arguments.exclusive,
        "unique": False,
    }
    if lines == lines_of(before):
        return ModuleResult(values=values)
    # A file elsewhere may be root's on purpose: so that the user cannot let others in.
    own = arguments.path is None and original.state.path.endswith("/.ssh/authorized_keys")
    outcome = save(
        task,
        original,
        after,
        owner=f"{arguments.user}:",
        mode="0600",
        folder_mode="0700",
        own=own,
        own_folder=own and arguments.manage_dir,
    )
    return ModuleResult(changed=outcome.changed, values=values, diffs=outcome.diffs)


def _keys(arguments: AuthorizedKeyArguments, task: TaskContext) -> list[KeyLine]:
    text = arguments.key
    if text.startswith(("http://", "https://")):
        text = _fetched(arguments, task)
    elif text.startswith("file://"):
        text = _in_file(arguments, task)
    keys = []
    for line in lines_of(text):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = parse_key(line)
        if key is None:
            raise ModuleError(f"invalid key specified: {line.strip()[:60]}")
        comment = key.comment if arguments.comment is None else arguments.comment
        keys.append(KeyLine(key.type, key.blob, key.options, comment))
    return keys


def _in_file(arguments: AuthorizedKeyArguments, task: TaskContext) -> str:
    original = read(arguments.key.removeprefix("file://"), task)
    if original.state.leads_to != "file":
        raise ModuleError(f"the file of keys {original.state.path} is not on {task.host}")
    return text_of(original)


def _fetched(arguments: AuthorizedKeyArguments, task: TaskContext) -> str:
    checked = arguments.validate_certs
    variables = {
        "url": arguments.key,
        "insecure": "" if checked else "--insecure",
        "wget_insecure": "" if checked else "--no-check-certificate",
    }
    text = ask(task, arguments=variables, setup=FETCH).text("keys")
    if "smolrun-failed" in text:
        raise ModuleError(f"the keys at {arguments.key} cannot be got by {task.host}")
    return text


MODULE = Module(AuthorizedKeyArguments, run, collection="ansible.posix")
"""Its home since Ansible 2.10; the short name means the same."""
