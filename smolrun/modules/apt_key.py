"""``apt_key``: keys that apt trusts for every source; Debian has given it up, see ``deb822_repository``."""

from typing import Literal

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line
from smolrun.modules.guest import script_text
from smolrun.modules.packages.keys import fingerprints
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Boolean, Text

ADD = """
get_keys || exit
apt-key ${keyring:+--keyring "$keyring"} add "$scratch/key" </dev/null
"""


class AptKeyArguments(Arguments):
    """Let apt trust a key for every source, or no longer.

    Debian 13 has no `apt-key` any more; `deb822_repository` with `signed_by` works everywhere, and trusts a key
    only for the source that it belongs to.

    Example:
        ```yaml
        - apt_key:
            url: https://example.com/key.asc
            id: 9FED2BCBDCD29CDF762678CBAED4B06F473041FA
        ```

    Returns: ``id``, ``short_id``, ``fp``.

    The guest needs: `apt-key` and `gpg` (the package gnupg).
    """

    id: Text | None = Field(
        None, description="The key's fingerprint, or the end of it; spares getting a key that is there"
    )
    url: Text | None = Field(None, description="Where the guest gets the key")
    data: Text | None = Field(None, description="The key itself, armoured")
    file: Text | None = Field(None, description="The key's path on the guest")
    keyserver: Text | None = Field(None, description="The key server that the guest gets the key from")
    keyring: Text | None = Field(None, description="The file that the key goes to (`/etc/apt/trusted.gpg.d/tool.gpg`)")
    state: Literal["absent", "present"] = Field("present", description="Whether it is trusted")
    validate_certs: Boolean = Field(True, description="Whether the certificate of the URL's server must be valid")

    @model_validator(mode="after")
    def _belong_together(self) -> "AptKeyArguments":
        given = [name for name in ("data", "file", "keyserver", "url") if getattr(self, name) is not None]
        if len(given) > 1:
            raise mistake(f"`{given[0]}` and `{given[1]}` cannot be given together")
        if self.keyserver is not None and self.id is None:
            raise mistake("`keyserver` needs `id`")
        if self.id is not None and not _letters(self.id):
            raise mistake(f"'{self.id}' is no fingerprint: hexadecimal digits, at least 8 of them")
        if not given and (self.state == "present" or self.id is None):
            raise mistake("one of `data`, `file`, `keyserver`, `url` is needed")
        return self


def _letters(key: str) -> str:
    """A fingerprint as gpg writes it; empty where it is none."""
    text = key.replace(" ", "").upper().removeprefix("0X")
    return text if len(text) >= 8 and all(letter in "0123456789ABCDEF" for letter in text) else ""


def run(arguments: AptKeyArguments, task: TaskContext) -> ModuleResult:
    wanted_id = _letters(arguments.id or "")
    offers = not (wanted_id and (arguments.state == "absent" or arguments.keyserver is not None))
    variables = {
        "keyring": arguments.keyring or "",
        "source": (arguments.url or arguments.file or "") if offers else "",
        "data": (arguments.data or "") if offers else "",
        "insecure": "" if arguments.validate_certs else "yes",
    }
    raw = ask(task, "apt_key", arguments=variables)
    if raw.text("problem"):
        raise ModuleError(f"{task.host} cannot get the key: {arguments.url or arguments.file}")
    trusted, offered = fingerprints(raw.text("trusted")), fingerprints(raw.text("offered"))
    if offers and not offered:
        raise ModuleError("what is given holds no key of OpenPGP")
    if wanted_id and offered and not _any_ends(offered, wanted_id):
        raise ModuleError(f"the key that is given is {offered[0]}, not {wanted_id}")
    key = wanted_id or offered[0]
    found = next((each for each in trusted if each.endswith(key)), None)
    values = {"id": key[-16:], "short_id": key[-8:], "fp": found or (offered[0] if offered else key)}
    if (found is not None) == (arguments.state == "present"):
        return ModuleResult(values=values)
    if not task.check_mode:
        _change(arguments, task, key, variables)
    shown = (f"{values['fp']}\n", "") if arguments.state == "absent" else ("", f"{values['fp']}\n")
    return ModuleResult(changed=True, values=values, diffs=(Diff(*shown),) if task.diff_mode else ())


def _change(arguments: AptKeyArguments, task: TaskContext, key: str, variables: dict[str, str]) -> None:
    ring = ["--keyring", arguments.keyring] if arguments.keyring is not None else []
    if arguments.state == "absent":
        perform(task, [["apt-key", *ring, "del", key]], about="forgetting the key")
    elif arguments.keyserver is not None:
        words = ["apt-key", *ring, "adv", "--no-tty", "--keyserver", arguments.keyserver, "--recv", key]
        perform(task, text=f"{command_line(words)} </dev/null\n", needs=["apt-key", "gpg"], about="getting the key")
    else:
        perform(task, text=f"{script_text('apt_key')}\n{ADD}", arguments=variables, about="trusting the key")


def _any_ends(keys: list[str], end: str) -> bool:
    return any(key.endswith(end) for key in keys)


MODULE = Module(AptKeyArguments, run)
