"""The facts of Python: of the one that is there, or of the one that the distribution has for its guests."""

import re
from typing import Any

from smolrun.modules.facts.raw import RawFacts, shell_assignments

_DEBIAN = {"10": "3.7.3", "11": "3.9.2", "12": "3.11.2", "13": "3.13.5"}
_RED_HAT = {"8": "3.6.8", "9": "3.9.21", "10": "3.12.9"}
RELEASES: dict[str, dict[str, str]] = {
    "ubuntu": {
        "18.04": "3.6.9", "20.04": "3.8.10", "22.04": "3.10.12", "24.04": "3.12.3",
        "25.04": "3.13.3", "25.10": "3.13.7",
    },
    "debian": _DEBIAN,
    "raspbian": _DEBIAN,
    "alpine": {
        "3.16": "3.10.15", "3.17": "3.10.15", "3.18": "3.11.12", "3.19": "3.11.13", "3.20": "3.12.11",
        "3.21": "3.12.11", "3.22": "3.12.11",
    },
    "amzn": {"2": "3.7.16", "2023": "3.9.23"},
    "rhel": _RED_HAT,
    "ol": _RED_HAT,
    "fedora": {"39": "3.12.0", "40": "3.12.2", "41": "3.13.0", "42": "3.13.2"},
    "suse": {"15": "3.6.15"},
}  # fmt: skip
"""What ``python3`` is in the releases of distributions, oldest first; those that are like one of them come to it by
``ID_LIKE`` (os-release(5))."""

_INSTALLED = re.compile(r"Python (\d+)\.(\d+)\.(\d+)(\w*)")
_OFFERED = re.compile(r"^  (?:Candidate: )?(?:\d+:)?(\d+)\.(\d+)\.(\d+)", re.MULTILINE)
_USUAL = "/usr/bin/python3"


def python_facts(raw: RawFacts) -> dict[str, Any]:
    """What Ansible tells of the Python that it needs. Nothing here needs one, but roles choose packages by it.

    Without one these are of the Python that would be installed: as the package manager says, else as releases of the
    distribution have it, else (a newer release) as its last known one has. None where nothing of that is known.
    """
    installed = _INSTALLED.match(raw.text("python_version"))
    if installed:
        return _facts(*map(int, installed.groups()[:3]), path=raw.text("python_path"))
    offered = _OFFERED.search(raw.text("python_offered")) or re.match(r"(\d+)\.(\d+)\.(\d+)", _of_release(raw))
    if offered:
        return _facts(*map(int, offered.groups()), path=_USUAL)
    return {"python": None, "python_version": None}


def _facts(major: int, minor: int, micro: int, *, path: str) -> dict[str, Any]:
    version = {"major": major, "minor": minor, "micro": micro, "releaselevel": "final", "serial": 0}
    return {
        "python_version": f"{major}.{minor}.{micro}",
        "python": {
            "version": version,
            "version_info": list(version.values()),
            "executable": path,
            "type": "cpython",
            "has_sslcontext": True,
        },
    }


def _of_release(raw: RawFacts) -> str:
    release = shell_assignments(raw.text("os_release"))
    number = release.get("VERSION_ID", "")
    major, _, rest = number.partition(".")
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    known = next((RELEASES[name] for name in names if name in RELEASES), {})
    for tried in (number, f"{major}.{rest.partition('.')[0]}", major):
        if tried in known:
            return known[tried]
    # The name of a derivative's release says nothing of the one it is made of, so the last one is as good a guess.
    return list(known.values())[-1] if known else ""
