"""What the user writes to name packages of Debian: ``curl``, ``curl=7.*``, ``curl>=7``, ``lib*``, ``curl:amd64``."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.packages.debian_versions import DebianVersion

_WORD = re.compile(r"(?P<name>[^=<>:\s/]+)(?P<arch>:[a-z0-9-]+)?(?:(?P<sign>>?=)(?P<version>\S+)|/(?P<release>\S+))?\Z")


@dataclass(frozen=True)
class Wanted:
    """One word of the user's.

    Attributes:
        word: as it was written.
        name: of the package, or a pattern.
        architecture: after a colon, or empty.
        sign: ``=``, ``>=`` or empty.
        version: with ``=`` a pattern.
        release: after a slash, or empty.
    """

    word: str
    name: str
    architecture: str = ""
    sign: str = ""
    version: str = ""
    release: str = ""

    @property
    def is_pattern(self) -> bool:
        return any(sign in self.name for sign in "*?[")

    def allows(self, version: str) -> bool:
        """Whether an installed version is what is wanted."""
        if self.sign == "=":
            return version == self.version or fnmatchcase(version, self.version)
        if self.sign == ">=":
            return DebianVersion(version) >= DebianVersion(self.version)
        return True


@dataclass(frozen=True)
class Installed:
    """A package that dpkg knows.

    Attributes:
        status: ``installed``, ``config-files``, ….
    """

    name: str
    architecture: str
    status: str
    version: str

    @property
    def is_there(self) -> bool:
        return self.status not in ("not-installed", "config-files")


def parse_word(word: str) -> Wanted:
    """Raises `ValueError` with what is wrong."""
    found = _WORD.match(word.strip())
    if found is None:
        raise ValueError(f"'{word}' is no name of a package (`name`, `name=version`, `name>=version`, `name:arch`)")
    return Wanted(
        word.strip(),
        found["name"],
        (found["arch"] or "").removeprefix(":"),
        found["sign"] or "",
        found["version"] or "",
        found["release"] or "",
    )


def parse_installed(text: str) -> list[Installed]:
    """The lines of ``dpkg-query`` as ``apt_state.sh`` asks for them."""
    rows = (line.split("\t") for line in text.splitlines())
    return [Installed(*row) for row in rows if len(row) == 4]


def matching(wanted: Wanted, packages: Iterable[Installed]) -> list[Installed]:
    """What dpkg knows under a word of the user's."""
    return [
        package
        for package in packages
        if fnmatchcase(package.name, wanted.name) and wanted.architecture in ("", "any", package.architecture)
    ]


def parse_policy(text: str) -> dict[str, tuple[str, str]]:
    """Installed and candidate version by name, from ``apt-cache policy``; ``(none)`` is empty."""
    versions: dict[str, tuple[str, str]] = {}
    name, installed = "", ""
    for line in text.splitlines():
        if line and not line.startswith(" "):
            name = line.rstrip(":")
        key, _, value = line.strip().partition(": ")
        value = "" if value == "(none)" else value
        if key == "Installed":
            installed = value
        elif key == "Candidate":
            versions[name] = (installed, value)
    return versions
