"""``rpm_key``: keys whose packages rpm trusts."""

import re
from typing import Literal

from pydantic import Field, field_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.facts.raw import RawFacts
from smolrun.modules.guest import script_text
from smolrun.modules.packages.keys import fingerprints
from smolrun.modules.system.asking import ask, perform
from smolrun.source.coercions import Boolean, Text, TextList


class RpmKeyArguments(Arguments):
    """Let rpm trust the packages that a key has signed, or no longer.

    Example:
        ```yaml
        - rpm_key:
            key: https://example.com/RPM-GPG-KEY-tool
            fingerprint: EBC6 E12C 62B1 C734 026B 2122 A20E 5214 6B8D 79E6
        - rpm_key:
            key: 6B8D79E6
            state: absent
        ```

    Returns: only ``changed``.

    The guest needs: `rpm` and `gpg`; `curl` or `wget` where the key is a URL.
    """

    key: Text = Field(description="A URL, a path on the guest, or the identifier of a key that is there")
    state: Literal["absent", "present"] = Field("present", description="Whether it is trusted")
    fingerprint: TextList | None = Field(None, description="What the key must be; all of these are in it")
    validate_certs: Boolean = Field(True, description="Whether the certificate of the URL's server must be valid")

    @field_validator("fingerprint")
    @classmethod
    def _digits(cls, value: list[str] | None) -> list[str] | None:
        found = ["".join(each.split()).upper() for each in value or ()]
        for each in found:
            if not re.fullmatch(r"[0-9A-F]{16,64}", each):
                raise mistake(f"'{each}' is no fingerprint: hexadecimal digits, 40 as a rule")
        return None if value is None else found

    @property
    def identifier(self) -> str:
        """The key's identifier, where it is one; as gpg writes it."""
        found = re.fullmatch(r"(?:0x)?([0-9a-f]{8,40})", self.key.strip(), re.I)
        return found[1].upper() if found else ""


def run(arguments: RpmKeyArguments, task: TaskContext) -> ModuleResult:
    source = "" if arguments.identifier else arguments.key
    variables = {"source": source, "insecure": "" if arguments.validate_certs else "yes"}
    raw = ask(task, "rpm_key", arguments=variables)
    if raw.text("problem"):
        raise ModuleError(f"{task.host} cannot get the key at {arguments.key}")
    offered = fingerprints(raw.text("offered"))
    if source and not offered:
        raise ModuleError(f"{arguments.key} holds no key of OpenPGP")
    package = _package(raw, arguments.identifier or offered[0])
    if (package is not None) == (arguments.state == "present"):
        return ModuleResult()
    shown = offered[0] if offered else arguments.identifier
    if arguments.state == "absent":
        if not task.check_mode:
            _apply(task, {"forget": package or ""}, f"forgetting the key {shown}")
        return ModuleResult(changed=True, diffs=(Diff(f"{shown}\n", ""),) if task.diff_mode else ())
    if not source:
        raise ModuleError(f"{task.host} has no key {arguments.identifier}: a URL or a path is needed to import it")
    wrong = [each for each in arguments.fingerprint or () if each not in offered]
    if wrong:
        raise ModuleError(f"the key has not the fingerprint {wrong[0]}, but {', '.join(offered)}")
    if not task.check_mode:
        _apply(task, {**variables, "import": "yes"}, f"importing the key {shown}")
    return ModuleResult(changed=True, diffs=(Diff("", f"{shown}\n"),) if task.diff_mode else ())


def _apply(task: TaskContext, variables: dict[str, str], about: str) -> None:
    perform(task, text=script_text("rpm_key"), needs=["rpm"], arguments=variables, about=about)


def _package(raw: RawFacts, identifier: str) -> str | None:
    """The package in which rpm keeps the key with that identifier, or the end of one."""
    for package, trusted in zip(raw.texts("package"), raw.texts("trusted"), strict=True):
        if any(each.endswith(identifier) for each in fingerprints(trusted)):
            return package
    return None


MODULE = Module(RpmKeyArguments, run)
