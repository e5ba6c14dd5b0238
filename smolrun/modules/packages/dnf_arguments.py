"""The arguments of ``dnf`` and ``yum``."""

from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Boolean, Integer, Text, TextList


class RpmArguments(Arguments):
    """Packages of Red Hat's family, and how they are looked for."""

    name: TextList = Field(
        default_factory=list,
        validation_alias=AliasChoices("name", "pkg"),
        description="Packages (`name`, `name-version`, patterns, `@group`, files, URLs); `*` for all",
    )
    state: Literal["absent", "installed", "latest", "present", "removed"] | None = Field(
        None, description="What they are to be; `present`, but `absent` with `autoremove`"
    )
    listing: Text | None = Field(
        None,
        validation_alias=AliasChoices("list"),
        description="List packages instead: `installed`, `updates`, `available`, `repos`, or a name",
    )
    update_cache: Boolean = Field(
        False, validation_alias=AliasChoices("update_cache", "expire-cache"), description="Refresh the index first"
    )
    update_only: Boolean = Field(False, description="With `latest`: upgrade what is there, install nothing")
    security: Boolean = Field(False, description="With `latest`: only upgrades that mend security")
    bugfix: Boolean = Field(False, description="With `latest`: only upgrades that mend mistakes")
    autoremove: Boolean = Field(False, description="Remove what was only installed for others and is not needed")
    allow_downgrade: Boolean = Field(False, description="A version that was asked for may be older than what is there")
    allowerasing: Boolean = Field(False, description="Packages that stand in the way may be removed")
    best: Boolean | None = Field(None, description="Nothing but the newest version will do")
    nobest: Boolean | None = Field(None, description="An older version will do where the newest cannot be installed")
    skip_broken: Boolean = Field(False, description="Leave out what cannot be installed")
    install_weak_deps: Boolean = Field(True, description="Install what is recommended, too")
    exclude: TextList = Field([], description="Packages that stay as they are")
    enablerepo: TextList = Field([], description="Repositories to use, though they are disabled")
    disablerepo: TextList = Field([], description="Repositories not to use")
    enable_plugin: TextList = Field([], description="Plugins to use")
    disable_plugin: TextList = Field([], description="Plugins not to use")
    disable_excludes: Text | None = Field(
        None, description="Pass over what the configuration excludes: `all`, `main`, or a repository"
    )
    disable_gpg_check: Boolean = Field(False, description="Install what is not signed, too")
    validate_certs: Boolean = Field(True, description="Kept for compatibility: see `sslverify`")
    sslverify: Boolean = Field(True, description="Refuse repositories whose certificate is not valid")
    conf_file: Text | None = Field(None, description="The configuration to use")
    installroot: Text = Field("/", description="The root of another system to install into")
    releasever: Text | None = Field(None, description="The release to take packages of")
    cacheonly: Boolean = Field(False, description="Download no index")
    download_only: Boolean = Field(False, description="Download the packages and install nothing")
    download_dir: Text | None = Field(None, description="Where `download_only` puts them")
    lock_timeout: Integer = Field(30, description="Seconds to wait for another package manager")
    use_backend: Literal["auto", "dnf", "dnf4", "dnf5", "yum", "yum4"] = Field(
        "auto", description="The package manager; found out by default"
    )
    install_repoquery: Boolean = Field(True, description="Kept for compatibility")

    @model_validator(mode="after")
    def _belong_together(self) -> "RpmArguments":
        if not (self.name or self.listing or self.update_cache or self.autoremove):
            raise mistake("one of `name`, `list`, `update_cache`, `autoremove` is needed")
        if self.name and self.listing:
            raise mistake("`name` and `list` cannot be given together")
        if self.best is not None and self.nobest is not None:
            raise mistake("`best` and `nobest` cannot be given together")
        if self.autoremove and self.state not in (None, "absent", "removed"):
            raise mistake("`autoremove` goes with `state: absent`")
        return self

    @property
    def wanted(self) -> Literal["absent", "latest", "present"]:
        if self.state in ("absent", "removed") or (self.state is None and self.autoremove):
            return "absent"
        return "latest" if self.state == "latest" else "present"
