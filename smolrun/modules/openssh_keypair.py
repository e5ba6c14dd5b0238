"""``openssh_keypair``: a private key of SSH on the guest, and the public one beside it."""

from typing import Literal

from pydantic import Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.accounts.keypair_state import Keypair
from smolrun.modules.base import Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import command_line, expanding
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.file import MODULE as FILE
from smolrun.modules.files.arguments import AttributeArguments
from smolrun.modules.guest import script_text
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Boolean, Integer, Text

SIZES = {"rsa": 4096, "rsa1": 4096, "dsa": 1024, "ecdsa": 256, "ed25519": 256}
FORMATS = {"pkcs1": ["-m", "PEM"], "pkcs8": ["-m", "PKCS8"]}
ATTRIBUTES = tuple(AttributeArguments.model_fields)


class OpensshKeypairArguments(AttributeArguments):
    """See to it that a guest has a pair of SSH keys, made by its own ssh-keygen. The private key never leaves it.

    Example:
        ```yaml
        - openssh_keypair:
            path: /etc/ssh/ssh_host_ed25519_key
            type: ed25519
        - openssh_keypair:
            path: ~/.ssh/id_rsa
            size: 4096
            comment: deploy@example.com
          register: key
        ```

    Returns: ``public_key`` without its comment, ``fingerprint``, ``size``, ``type``, ``comment``, ``filename``.

    The guest needs: `ssh-keygen`.
    """

    path: Text = Field(description="The private key; the public one has `.pub` after it")
    state: Literal["absent", "present"] = Field("present", description="Whether the pair is to be there")
    type: Literal["rsa", "dsa", "rsa1", "ecdsa", "ed25519"] = Field("rsa", description="The kind of key")
    size: Integer | None = Field(
        None, description="Bits: 4096 for rsa, 256, 384 or 521 for ecdsa (256 by default); ed25519 has but one size"
    )
    comment: Text | None = Field(None, description="The comment of the public key")
    force: Boolean = Field(False, description="Make a new pair each time; the same as `regenerate: always`")
    regenerate: Literal["never", "fail", "partial_idempotence", "full_idempotence", "always"] = Field(
        "partial_idempotence",
        description="What becomes of a key of another type or size: `never` keeps it, `fail` fails, the others make a "
        "new pair; `full_idempotence` does so too where the key cannot be read",
    )
    private_key_format: Literal["auto", "pkcs1", "pkcs8", "ssh"] = Field(
        "auto", description="How the private key is written; `auto` is what ssh-keygen likes"
    )
    backend: Literal["auto", "cryptography", "opensshbin"] = Field(
        "auto", description="Kept for compatibility: keys are made by ssh-keygen"
    )
    passphrase: Text | None = Field(
        None, description="Refused: ssh-keygen would show it in the guest's list of processes", repr=False
    )

    @model_validator(mode="after")
    def _belong_together(self) -> "OpensshKeypairArguments":
        if self.passphrase:
            raise mistake("`passphrase` is not supported: ssh-keygen would show it in the guest's list of processes")
        if self.type in ("rsa", "rsa1") and self.bits < 1024:
            raise mistake(f"an RSA key has at least 1024 bits, not {self.bits}")
        if self.type == "dsa" and self.bits != 1024:
            raise mistake(f"a DSA key has exactly 1024 bits, not {self.bits}")
        if self.type == "ecdsa" and self.bits not in (256, 384, 521):
            raise mistake(f"an ECDSA key has 256, 384 or 521 bits, not {self.bits}")
        if "\n" in (self.comment or ""):
            raise mistake("`comment` is one line")
        return self

    @property
    def bits(self) -> int:
        return SIZES[self.type] if self.size is None or self.type == "ed25519" else self.size

    @property
    def when(self) -> str:
        return "always" if self.force else self.regenerate


def run(arguments: OpensshKeypairArguments, task: TaskContext) -> ModuleResult:
    before = Keypair.told(ask(task, setup=_script(arguments, ["tell"])))
    if arguments.state == "absent":
        return _absent(arguments, before, task)
    if before.problem:
        wrong = "is a folder" if before.problem == "folder" else "lies in a folder that is not there"
        raise ModuleError(f"{before.path} {wrong} on {task.host}")
    lines = _changes(arguments, before)
    after = before
    if lines and not task.check_mode:
        done = perform(task, text=_script(arguments, [*lines, "tell"]), about=f"making {before.path}")
        after = Keypair.told(RawFacts.parse(done.stdout_bytes))
    diff = Diff(before.shown(), after.shown(), before.path, before.path)
    attributes = _attributes(arguments, after, task)
    return ModuleResult(
        changed=bool(lines) or attributes,
        values=_values(arguments, after),
        diffs=(diff,) if _differs(diff, task) else (),
    )


def _script(arguments: OpensshKeypairArguments, lines: list[str]) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return f"path={expanding(arguments.path)}\n{script_text('keypair')}\n{text}"


def _differs(diff: Diff, task: TaskContext) -> bool:
    return task.diff_mode and diff.before != diff.after


def _values(arguments: OpensshKeypairArguments, pair: Keypair) -> dict[str, object]:
    return {
        "size": arguments.bits,
        "type": arguments.type,
        "filename": pair.path,
        "fingerprint": pair.fingerprint,
        "public_key": " ".join(pair.public.split()[:2]),
        "comment": pair.comment,
    }


def _absent(arguments: OpensshKeypairArguments, before: Keypair, task: TaskContext) -> ModuleResult:
    there = before.exists or bool(before.public)
    if there and not task.check_mode:
        perform(task, [["rm", "-f", "--", before.path, f"{before.path}.pub"]], about=f"removing {before.path}")
    diff = Diff(before.shown(), "", before.path, before.path)
    return ModuleResult(changed=there, values=_values(arguments, before), diffs=(diff,) if _differs(diff, task) else ())


def _changes(arguments: OpensshKeypairArguments, pair: Keypair) -> list[str]:
    """Lines of ``sh`` that make the pair what it is to be; none where it is."""
    if _needs_new(arguments, pair):
        size = [] if arguments.type == "ed25519" else ["-b", str(arguments.bits)]
        words = ["-t", arguments.type, *size, *FORMATS.get(arguments.private_key_format, [])]
        words += ["-C", arguments.comment or ""]  # without it, it would be the user and the host
        return [f"generate {command_line(words)}"]
    other = arguments.comment is not None and arguments.comment != pair.comment
    if pair.belong_together and not other:
        return []
    kept = pair.comment if arguments.comment is None else arguments.comment
    line = " ".join((*pair.derived.split()[:2], kept)).rstrip()
    if other and pair.format == "ssh":  # the private key has its comment, too
        words = ["-q", "-c", "-P", "", "-C", arguments.comment or ""]
        return [
            f"restore {command_line([line])}",
            f'ssh-keygen {command_line(words)} -f "$path" >/dev/null </dev/null || exit',
        ]
    return [f"restore {command_line([line])}"]


def _needs_new(arguments: OpensshKeypairArguments, pair: Keypair) -> bool:
    when = arguments.when
    if not pair.exists or when == "always":
        return True
    if not pair.derived:
        if when == "full_idempotence":
            return True
        raise ModuleError(
            f"Unable to read the key {pair.path}, which has a passphrase or is broken: {pair.complaint}",
            hint="`regenerate: full_idempotence` or `force: true` makes a new one in its place",
        )
    wanted = arguments.private_key_format
    fits = (pair.type, pair.size) == (arguments.type, arguments.bits) and wanted in ("auto", pair.format)
    if when == "fail" and not fits:
        raise ModuleError(
            f"Key has wrong type and/or size: {pair.path} is {pair.type} with {pair.size} bits",
            hint="`regenerate: partial_idempotence` or `force: true` makes a new one in its place",
        )
    return not fits and when != "never"


def _attributes(arguments: OpensshKeypairArguments, pair: Keypair, task: TaskContext) -> bool:
    """Owner, group, mode and the like of both files, where any are asked for and the files are there."""
    wanted = {name: getattr(arguments, name) for name in ATTRIBUTES if getattr(arguments, name) is not None}
    if not wanted or not pair.exists:
        return False
    paths = [pair.path, *([f"{pair.path}.pub"] if pair.public else [])]
    results = [FILE.run(FILE.arguments.model_validate({"path": path, **wanted}), task) for path in paths]
    return any(result.changed for result in results)


MODULE = Module(OpensshKeypairArguments, run, collection="community.crypto")
