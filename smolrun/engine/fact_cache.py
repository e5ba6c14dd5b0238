"""Facts kept between runs: a folder with one JSON file a host, in the form of ansible-core's ``jsonfile``."""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

SCHEMA = "s1_"
"""Which form the files have; ansible-core 2.19 puts it before the host's name."""

GATHERED = "_ansible_facts_gathered"
"""Marks facts that a guest was asked for, and not only what ``set_fact`` kept."""

_PAYLOAD = "__payload__"
_TYPE = "__ansible_type"


class FactCache:
    """A folder of facts.

    Args:
        folder: made when something is kept.
        prefix: of the names of the files.
        lifetime: seconds for which facts are good; 0 for ever.
        warn: told of what cannot be read or written; a run goes on without.
    """

    def __init__(self, folder: Path, prefix: str, lifetime: float, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._prefix = prefix
        self._lifetime = lifetime
        self._warn = warn

    def read(self, host: str) -> dict[str, Any]:
        """The facts of a host by the names of their variables; empty where none are kept, or they are too old."""
        path = self._path(host)
        try:
            if self._lifetime and time.time() - path.stat().st_mtime > self._lifetime:
                return {}
            found = json.loads(path.read_text("utf-8"))
            if isinstance(found, dict) and isinstance(found.get(_PAYLOAD), str):
                found = json.loads(found[_PAYLOAD])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            self._warn(f"the facts of {host} in {path} cannot be read, and are gathered anew: {error}")
            return {}
        return _untagged(found) if isinstance(found, dict) else {}

    def write(self, host: str, facts: Mapping[str, Any]) -> None:
        """Keep the facts of a host; a file is there whole or not at all, and for this user alone."""
        text = json.dumps({_PAYLOAD: json.dumps(facts, default=str)})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(name).replace(self._path(host))
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            self._warn(f"the facts of {host} cannot be kept in {self._folder}: {error}")

    def forget(self, hosts: Iterable[str]) -> None:
        """Remove the facts of hosts."""
        for host in hosts:
            with contextlib.suppress(OSError):
                self._path(host).unlink(missing_ok=True)

    def _path(self, host: str) -> Path:
        return self._folder / f"{self._prefix}{SCHEMA}{host.replace(os.sep, '_')}"


def _untagged(value: Any) -> Any:
    """What Ansible wrote, without the notes on where each value came from. All of it is data."""
    if isinstance(value, dict):
        if _TYPE in value and "value" in value:
            return _untagged(value["value"])
        return {key: _untagged(item) for key, item in value.items()}
    return [_untagged(item) for item in value] if isinstance(value, list) else value
