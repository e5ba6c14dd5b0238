"""``yum_repository``: where yum and dnf get packages from."""

import re
from configparser import Error as NoIniFile
from configparser import RawConfigParser
from dataclasses import replace
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.files.arguments import AttributeArguments, ReplaceArguments
from smolrun.modules.files.editing import Edit, Original, edit, read, to_bytes
from smolrun.modules.files.labels import labelled
from smolrun.modules.system.saving import remove, text_of
from smolrun.source.coercions import Boolean, SecretText, Text, TextList

NOT_OPTIONS = frozenset({"description", "file", "name", "reposdir", "state"})
JOINED = {"baseurl": "\n", "exclude": " ", "gpgkey": "\n", "includepkgs": " "}
"""What stands between the items of a list (dnf.conf(5), TYPES OF OPTIONS)."""


class YumRepositoryArguments(AttributeArguments):
    """Keep a package source of yum or dnf in its file, or see that it is not there.

    Example:
        ```yaml
        - yum_repository:
            name: epel
            description: Extra packages
            baseurl: https://download.fedoraproject.org/pub/epel/$releasever/Everything/$basearch/
            gpgcheck: true
            gpgkey: https://dl.fedoraproject.org/pub/epel/RPM-GPG-KEY-EPEL-9
        - yum_repository:
            name: old
            file: external
            state: absent
        ```

    Returns: ``repo`` (the name), ``state``.

    The guest needs: a tool to hash files (``sha256sum`` of coreutils or BusyBox, or openssl).
    """

    name: Text = Field(description="The name of the source, in square brackets in its file")
    description: Text | None = Field(None, description="What it is, for people; `name` in its file")
    state: Literal["absent", "present"] = Field("present", description="Whether it is to be there")
    file: Text | None = Field(None, description="The name of its file, without `.repo`; by default `name`")
    reposdir: Text = Field("/etc/yum.repos.d", description="The folder of its file, which has to be there")
    baseurl: TextList | None = Field(None, description="Where the packages are")
    mirrorlist: Text | None = Field(None, description="Where a list of mirrors is")
    metalink: Text | None = Field(None, description="Where a metalink of mirrors is")
    async_: Boolean | None = Field(None, validation_alias=AliasChoices("async"), description="Given up by dnf")
    bandwidth: Text | None = Field(None, description="Bytes a second at most")
    cost: Text | None = Field(None, description="The cheapest source of a package is taken; 1000 by default")
    countme: Boolean | None = Field(None, description="Let the owner count this system")
    deltarpm_metadata_percentage: Text | None = Field(None, description="Given up by dnf")
    deltarpm_percentage: Text | None = Field(None, description="How large a delta may be against its package")
    enabled: Boolean | None = Field(None, description="Whether the source counts")
    enablegroups: Boolean | None = Field(None, description="Whether its groups of packages count")
    exclude: TextList | None = Field(
        None, validation_alias=AliasChoices("exclude", "excludepkgs"), description="Packages not taken from it"
    )
    failovermethod: Literal["roundrobin", "priority"] | None = Field(None, description="Which URL is tried first")
    gpgcakey: Text | None = Field(None, description="Given up by dnf")
    gpgcheck: Boolean | None = Field(None, description="Whether packages must be signed")
    gpgkey: TextList | None = Field(None, description="Where the keys are")
    http_caching: Literal["all", "packages", "none"] | None = Field(None, description="Given up by dnf")
    include: Text | None = Field(None, description="A further file of configuration")
    includepkgs: TextList | None = Field(None, description="Packages that alone are taken from it")
    ip_resolve: Literal["4", "6", "IPv4", "IPv6", "whatever"] | None = Field(None, description="The kind of address")
    keepalive: Boolean | None = Field(None, description="Given up by dnf")
    keepcache: Literal["0", "1"] | None = Field(None, description="Given up by dnf")
    metadata_expire: Text | None = Field(None, description="Seconds, or `6h`, after which the index is got again")
    metadata_expire_filter: (
        Literal["never", "read-only:past", "read-only:present", "read-only:future"] | None
    ) = Field(None, description="Given up by dnf")  # fmt: skip
    mirrorlist_expire: Text | None = Field(None, description="Given up by dnf")
    module_hotfixes: Boolean | None = Field(None, description="Take its packages whatever streams are chosen")
    username: Text | None = Field(None, description="The user to log in as")
    password: SecretText | None = Field(None, description="The password to log in with")
    priority: Text | None = Field(None, description="The lowest wins; 99 by default")
    protect: Boolean | None = Field(None, description="Given up by dnf")
    proxy: Text | None = Field(None, description="The proxy, or `_none_`")
    proxy_username: Text | None = Field(None, description="The user to log in to the proxy as")
    proxy_password: SecretText | None = Field(None, description="The password for the proxy")
    repo_gpgcheck: Boolean | None = Field(None, description="Whether the index must be signed")
    retries: Text | None = Field(None, description="How often something is tried")
    s3_enabled: Boolean | None = Field(None, description="Log in to S3 by the system's role")
    skip_if_unavailable: Boolean | None = Field(None, description="Go on without it where it cannot be reached")
    sslcacert: Text | None = Field(
        None, validation_alias=AliasChoices("sslcacert", "ca_cert"), description="The certificates to trust"
    )
    ssl_check_cert_permissions: Boolean | None = Field(None, description="Given up by dnf")
    sslclientcert: Text | None = Field(
        None, validation_alias=AliasChoices("sslclientcert", "client_cert"), description="The certificate to show"
    )
    sslclientkey: Text | None = Field(
        None, validation_alias=AliasChoices("sslclientkey", "client_key"), description="Its key"
    )
    sslverify: Boolean | None = Field(
        None,
        validation_alias=AliasChoices("sslverify", "validate_certs"),
        description="Whether the certificate of the server must be valid",
    )
    throttle: Text | None = Field(None, description="Bytes a second, or a share of `bandwidth`")
    timeout: Text | None = Field(None, description="Seconds to wait for a connection")
    ui_repoid_vars: Text | None = Field(None, description="Given up by dnf")

    @model_validator(mode="after")
    def _complete(self) -> "YumRepositoryArguments":
        if self.state == "present" and not (self.baseurl or self.mirrorlist or self.metalink):
            raise mistake("one of `baseurl`, `mirrorlist`, `metalink` is needed")
        if self.state == "present" and self.description is None:
            raise mistake("`description` is needed")
        for name in ("name", "file"):
            if any(character in (getattr(self, name) or "") for character in "/\n\r]"):
                raise mistake(f"`{name}` is a name, without `/`, `]` and line breaks")
        return self

    @property
    def options(self) -> dict[str, str]:
        """The lines of the section (dnf.conf(5), REPO OPTIONS), sorted."""
        found = {"name": self.description or ""}
        for field in type(self).model_fields.keys() - AttributeArguments.model_fields.keys() - NOT_OPTIONS:
            value = getattr(self, field)
            if value is not None:
                found[field.rstrip("_")] = _written(field, value)
        return dict(sorted(found.items()))


def _written(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return JOINED[name].join(value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def run(arguments: YumRepositoryArguments, task: TaskContext) -> ModuleResult:
    path = f"{arguments.reposdir.rstrip('/')}/{arguments.file or arguments.name}.repo"
    values = {"repo": arguments.name, "state": arguments.state}
    if arguments.state == "absent":
        original = read(path, task)
        left = with_section(text_of(original), arguments.name, None)
        if not original.exists or not re.search(r"^\[", left, re.M):
            outcome = remove(task, original)
            return ModuleResult(changed=outcome.changed, values=values, diffs=outcome.diffs)

    def decide(original: Original) -> Edit:
        if not original.exists and not original.state.parent:
            raise ModuleError(f"there is no folder {arguments.reposdir} on {task.host}")
        options = arguments.options if arguments.state == "present" else None
        return Edit(to_bytes(with_section(text_of(original), arguments.name, options)))

    attributes = {name: getattr(arguments, name) for name in AttributeArguments.model_fields}
    result = edit(path, ReplaceArguments(**attributes), task, decide)
    return replace(result, values={**result.values, **values})


def with_section(text: str, name: str, options: dict[str, str] | None) -> str:
    """The text with these options in the section, or without it; the rest stays as it is.

    Raises:
        ModuleError: it is no INI file.
    """
    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except NoIniFile as error:
        raise ModuleError(f"it is no file of sources: {str(error).splitlines()[0]}") from error
    if options is not None and parser.has_section(name) and dict(parser.items(name)) == options:
        return text
    lines = text.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if line.startswith("[")]
    own = next((number for number in heads if lines[number].startswith(f"[{name}]")), len(lines))
    end = next((number for number in heads if number > own), len(lines))
    before, after = "".join(lines[:own]), "".join(lines[end:])
    if options is None:
        return before + after
    written = (f"{key} = {value}".replace("\n", "\n\t") for key, value in options.items())
    section = "".join(f"{line}\n" for line in (f"[{name}]", *written))
    return (
        (before if not before or before.endswith("\n") else before + "\n") + section + ("\n" if after else "") + after
    )


MODULE = Module(YumRepositoryArguments, labelled(run))
