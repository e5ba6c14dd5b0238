"""``deb822_repository``: where apt gets packages from, one file each."""

import re
from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Arguments, Diff, Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.editing import read
from smolrun.modules.system.asking import ask
from smolrun.modules.system.saving import remove, save, text_of
from smolrun.source.coercions import Boolean, FileMode, Integer, Text, TextList

KEYRINGS = "/etc/apt/keyrings"
FIELDS = {
    "allow_downgrade_to_insecure": "Allow-Downgrade-To-Insecure", "allow_insecure": "Allow-Insecure",
    "allow_weak": "Allow-Weak", "architectures": "Architectures", "by_hash": "By-Hash", "check_date": "Check-Date",
    "check_valid_until": "Check-Valid-Until", "components": "Components", "date_max_future": "Date-Max-Future",
    "enabled": "Enabled", "exclude": "Exclude", "include": "Include", "inrelease_path": "InRelease-Path",
    "languages": "Languages", "name": "X-Repolib-Name", "pdiffs": "PDiffs", "signed_by": "Signed-By",
    "suites": "Suites", "targets": "Targets", "trusted": "Trusted", "types": "Types", "uris": "URIs",
}  # fmt: skip
"""deb822 fields (sources.list(5)) by argument, in the order that they stand in the file."""


class Deb822RepositoryArguments(Arguments):
    """Keep a package source in a file of its own, with its key.

    Example:
        ```yaml
        - deb822_repository:
            name: docker
            types: deb
            uris: https://download.docker.com/linux/debian
            suites: "{{ ansible_distribution_release }}"
            components: stable
            signed_by: https://download.docker.com/linux/debian/gpg
          register: source
        - apt:
            update_cache: true
          when: source is changed
        ```

    Returns: ``repo`` (the text), ``dest`` (the file), ``key_filename``.

    The guest needs: `apt-helper`, which comes with apt, where `signed_by` is a URL.
    """

    name: Text = Field(description="The name of the source; the file is named after it")
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    types: TextList = Field(default_factory=lambda: ["deb"], description="`deb`, `deb-src` or both")
    uris: TextList | None = Field(None, description="Where the packages are")
    suites: TextList | None = Field(None, description="Releases")
    components: TextList | None = Field(None, description="Parts of the releases")
    architectures: TextList | None = Field(None, description="Architectures; by default those of the guest")
    signed_by: Text | None = Field(
        None, description="The key: a path on the guest, a URL, a fingerprint, or the armoured key itself"
    )
    enabled: Boolean | None = Field(None, description="Whether the source counts")
    mode: FileMode = Field("0644", description="Permissions of a new file")
    allow_downgrade_to_insecure: Boolean | None = Field(None, description="See sources.list(5)")
    allow_insecure: Boolean | None = Field(None, description="Take it though nobody has signed it")
    allow_weak: Boolean | None = Field(None, description="Take it though it is signed weakly")
    by_hash: Boolean | None = Field(None, description="Get the index by its hash")
    check_date: Boolean | None = Field(None, description="Whether an index of the future is refused")
    check_valid_until: Boolean | None = Field(None, description="Whether an old index is refused")
    date_max_future: Integer | None = Field(None, description="Seconds that an index may be ahead of the clock")
    exclude: TextList | None = Field(None, description="Packages that are not taken from it")
    include: TextList | None = Field(None, description="Packages that alone are taken from it")
    inrelease_path: Text | None = Field(None, description="Where the index is, below the suite")
    languages: TextList | None = Field(None, description="Languages of descriptions")
    pdiffs: Boolean | None = Field(None, description="Get what has changed of the index only")
    targets: TextList | None = Field(None, description="What is downloaded")
    trusted: Boolean | None = Field(None, description="Do without signatures")
    install_python_debian: Boolean = Field(
        False,
        validation_alias=AliasChoices("install_python_debian"),
        description="Taken for compatibility; nothing is needed",
    )

    @model_validator(mode="after")
    def _complete(self) -> "Deb822RepositoryArguments":
        if self.state == "present" and not (self.uris and self.suites):
            raise mistake("`uris` and `suites` are needed")
        unknown = set(self.types) - {"deb", "deb-src"}
        if unknown:
            raise mistake(f"there is no type '{min(unknown)}' of sources: deb, deb-src")
        return self

    @property
    def slug(self) -> str:
        """The name as a file's."""
        return re.sub(r"[^a-z0-9-]+", "", re.sub(r"[_\s]+", "-", self.name.lower()))


def run(arguments: Deb822RepositoryArguments, task: TaskContext) -> ModuleResult:
    path = f"/etc/apt/sources.list.d/{arguments.slug}.sources"
    if arguments.state == "absent":
        return _absent(arguments, path, task)
    key, key_changed = _key(arguments, task)
    text = _text(arguments, key)
    original = read(path, task)
    values: dict[str, Any] = {
        "repo": text,
        "dest": path,
        "key_filename": key if key_changed or _is_url(arguments) else None,
    }
    if text_of(original) == text:
        return ModuleResult(changed=key_changed, values=values)
    outcome = save(task, original, text, mode=arguments.mode)
    return ModuleResult(changed=True, values=values, diffs=outcome.diffs)


def _absent(arguments: Deb822RepositoryArguments, path: str, task: TaskContext) -> ModuleResult:
    changed, diffs = False, list[Diff]()
    for each in (path, f"{KEYRINGS}/{arguments.slug}.asc", f"{KEYRINGS}/{arguments.slug}.gpg"):
        outcome = remove(task, read(each, task))
        changed, diffs = changed or outcome.changed, [*diffs, *outcome.diffs]
    return ModuleResult(changed=changed, values={"repo": None, "dest": path, "key_filename": None}, diffs=tuple(diffs))


def _is_url(arguments: Deb822RepositoryArguments) -> bool:
    return (arguments.signed_by or "").startswith(("http://", "https://", "ftp://"))


def _key(arguments: Deb822RepositoryArguments, task: TaskContext) -> tuple[str | None, bool]:
    """What stands in Signed-By, and whether its file had to be written."""
    if not _is_url(arguments):
        return arguments.signed_by, False
    raw = ask(
        task,
        "apt_download",
        arguments={
            "url": arguments.signed_by or "",
            "folder": KEYRINGS,
            "name": arguments.slug,
            "check": "yes" if task.check_mode else "",
        },
    )
    if not raw.text("key"):
        raise ModuleError(f"{task.host} cannot get the key at {arguments.signed_by}: {raw.text('said')}")
    return raw.text("key"), bool(raw.text("changed"))


def _text(arguments: Deb822RepositoryArguments, key: str | None) -> str:
    lines = []
    for argument, name in FIELDS.items():
        value = key if argument == "signed_by" else getattr(arguments, argument)
        if value is not None:
            lines.append(f"{name}: {_value(value)}\n")
    return "".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(value)
    text = str(value).strip("\n")
    if "\n" not in text:
        return text
    return "".join(f"\n {line.strip() or '.'}" for line in text.splitlines())


MODULE = Module(Deb822RepositoryArguments, run)
