"""The arguments of ``apt``."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, field_validator, model_validator

from smolrun.modules.base import Arguments, mistake
from smolrun.modules.packages.debian_names import Wanted, parse_word
from smolrun.source.coercions import Boolean, Integer, Number, Text, TextList


def _upgrade_word(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class AptArguments(Arguments):
    """Install, upgrade and remove packages of Debian and its descendants; all that are named in one go.

    Example:
        ```yaml
        - apt:
            name: [nginx, "curl=7.88.*", lib*-perl]
            update_cache: true
            cache_valid_time: 3600
            install_recommends: false
        - apt:
            name: apache2
            state: absent
            purge: true
            autoremove: true
        - apt:
            deb: https://example.com/tool_1.0_all.deb
        - apt:
            upgrade: dist
        ```

    Returns: ``cache_updated``, ``cache_update_time``, and ``stdout``, ``stderr``, ``rc`` of `apt-get` where it was
    run. With ``--diff`` the packages that change.

    The guest needs: `apt-get` and `dpkg-query`; `apt-helper`, which comes with apt, for the URL of a ``deb``.
    """

    name: TextList = Field(
        default_factory=list,
        validation_alias=AliasChoices("name", "package", "pkg"),
        description="Packages: `name`, `name=version`, `name>=version`, `name:arch`; `*` and `?` stand for any letters",
    )
    state: Literal["absent", "build-dep", "fixed", "latest", "present"] = Field(
        "present", description="What they are to be; `fixed` repairs broken dependencies"
    )
    update_cache: Boolean = Field(
        False,
        validation_alias=AliasChoices("update_cache", "update-cache"),
        description="Refresh the package index first (`apt-get update`)",
    )
    cache_valid_time: Integer = Field(
        0, description="Refresh the index only if it is older than this many seconds; implies `update_cache`", ge=0
    )
    update_cache_retries: Integer = Field(5, description="How often a failing refresh is tried again", ge=0)
    update_cache_retry_max_delay: Number = Field(12, description="Longest pause between those, in seconds", ge=0)
    upgrade: Annotated[Literal["dist", "full", "no", "safe", "yes"], BeforeValidator(_upgrade_word)] = Field(
        "no", description="Upgrade everything: `safe` removes nothing, `dist` does where it has to"
    )
    deb: Text | None = Field(None, description="A package file: its path on the guest, or a URL the guest can reach")
    purge: Boolean = Field(False, description="Remove configuration files too")
    autoremove: Boolean = Field(False, description="Remove dependencies that nothing needs any more")
    autoclean: Boolean = Field(False, description="Delete downloaded packages that no mirror has any more")
    clean: Boolean = Field(False, description="Delete all downloaded packages")
    install_recommends: Boolean | None = Field(
        None,
        validation_alias=AliasChoices("install_recommends", "install-recommends"),
        description="Whether recommended packages come along; by default as the guest is configured",
    )
    default_release: Text | None = Field(
        None,
        validation_alias=AliasChoices("default_release", "default-release"),
        description="The release that packages are taken from (`bookworm-backports`)",
    )
    only_upgrade: Boolean = Field(False, description="Upgrade packages only if they are installed")
    force: Boolean = Field(False, description="All of `allow_*`, and essential packages may go; dangerous")
    allow_unauthenticated: Boolean = Field(
        False,
        validation_alias=AliasChoices("allow_unauthenticated", "allow-unauthenticated"),
        description="Take packages that nobody has signed",
    )
    allow_downgrade: Boolean = Field(
        False,
        validation_alias=AliasChoices("allow_downgrade", "allow-downgrade", "allow_downgrades", "allow-downgrades"),
        description="Take an older version where one is asked for",
    )
    allow_change_held_packages: Boolean = Field(False, description="Change packages that are on hold")
    fail_on_autoremove: Boolean = Field(False, description="Fail rather than remove any package")
    dpkg_options: TextList = Field(
        default_factory=lambda: ["force-confdef", "force-confold"],
        description="Options of dpkg, without their dashes; by default configuration files stay as they are",
    )
    policy_rc_d: Integer | None = Field(
        None, description="What `/usr/sbin/policy-rc.d` answers meanwhile: 101 keeps services from starting"
    )
    lock_timeout: Integer = Field(60, description="Seconds to wait for another package manager to finish", ge=0)
    force_apt_get: Boolean = Field(True, description="Taken for compatibility; `apt-get` always does the work")
    auto_install_module_deps: Boolean = Field(True, description="Taken for compatibility; nothing is needed")

    @field_validator("name")
    @classmethod
    def _readable(cls, value: list[str]) -> list[str]:
        for word in value:
            try:
                parse_word(word)
            except ValueError as error:
                raise mistake(str(error)) from None
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "AptArguments":
        given = [name for name, there in self._work().items() if there]
        if len(given) > 1:
            raise mistake(f"`{given[0]}` and `{given[1]}` cannot be given together")
        if not given and not (self.updates or self.autoremove or self.autoclean or self.clean or self.state == "fixed"):
            raise mistake("one of `name`, `deb`, `upgrade`, `update_cache`, `autoremove`, `autoclean` is needed")
        return self

    def _work(self) -> dict[str, bool]:
        return {"name": bool(self.name), "deb": self.deb is not None, "upgrade": self.upgrade != "no"}

    @property
    def updates(self) -> bool:
        return self.update_cache or self.cache_valid_time > 0

    @property
    def wanted(self) -> list[Wanted]:
        return [parse_word(word) for word in dict.fromkeys(self.name)]
