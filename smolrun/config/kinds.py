"""What values a setting may have, from text (``ansible.cfg``, the environment) and from TOML alike."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from smolrun.lazy_dataclass import dataclass
from smolrun.source.coercions import describe, to_boolean, to_integer, to_list, to_seconds

STRATEGIES = ("linear", "free", "host_pinned", "debug")
BAD_LIST = "expected text or a list of texts, found "


@dataclass(frozen=True)
class Kind:
    """Attributes:
    expected: what a value is, for people.
    read: ``(what was written, the folder that relative paths start from) -> value``; raises `ValueError`.
    """

    expected: str
    read: Callable[[Any, Path], Any]


def _plain(convert: Callable[[object], object]) -> Callable[[Any, Path], Any]:
    def read(value: Any, _: Path) -> Any:
        try:
            return convert(value)
        except PydanticCustomError as error:
            raise ValueError(error.message()) from None

    return read


def _text(value: object) -> object:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"expected text, found {describe(value)}")


def _texts(value: object) -> tuple[str, ...]:
    items = _plain(to_list)(value, Path())
    if not all(isinstance(item, str) for item in items):
        raise ValueError(BAD_LIST + describe(next(item for item in items if not isinstance(item, str))))
    return tuple(item.strip() for item in items if item.strip())


def path_from(text: str, folder: Path) -> Path:
    """A written path: ``~``, ``$HOME`` and the like are looked up, a relative one starts from `folder`.

    ``{{CWD}}`` is Ansible's word for the working directory (docs.ansible.com, "Ansible Configuration Settings").
    """
    expanded = os.path.expandvars(text.replace("{{CWD}}", str(Path.cwd())))
    return folder / Path(expanded).expanduser()


def _path(value: Any, folder: Path) -> Path:
    return path_from(str(_text(value)), folder)


def _path_list(value: Any, folder: Path) -> tuple[Path, ...]:
    parts = value.split(os.pathsep) if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError(BAD_LIST + describe(value))
    return tuple(path_from(part.strip(), folder) for part in parts if part.strip())


def _inventories(value: Any, folder: Path) -> tuple[str, ...]:
    """Inventory sources; a text with a comma at its end, or of names that are no files, is a list of hosts."""
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",") if part.strip()]
        files = [path_from(part, folder) for part in parts]
        if "," in value and not any(file.exists() or "/" in part for file, part in zip(files, parts, strict=True)):
            return (",".join(parts) + ",",)
        return tuple(map(str, files))
    return tuple(item if "," in item else str(path_from(item, folder)) for item in _texts(value))


def _vault_ids(value: Any, folder: Path) -> tuple[str, ...]:
    found = []
    for item in _texts(value):
        label, at, source = item.rpartition("@")
        asked = source in {"prompt", "prompt_ask_vault_pass"}
        found.append(label + at + (source if asked else str(path_from(source, folder))))
    return tuple(found)


def choice(*words: str) -> Kind:
    """One of these words."""
    expected = f"one of {', '.join(words)}"

    def read(value: Any, _: Path) -> str:
        word = str(_text(value)).lower()
        if word not in words:
            raise ValueError(f"expected {expected}, found {describe(value)}")
        return word

    return Kind(expected, read)


def at_least(least: int) -> Kind:
    """A whole number that is not less."""

    def read(value: Any, folder: Path) -> int:
        number = int(_plain(to_integer)(value, folder))
        if number < least:
            raise ValueError(f"expected a whole number of at least {least}, found {describe(value)}")
        return number

    return Kind(f"a whole number, at least {least}", read)


def _host_key(value: Any, _: Path) -> str:
    from smolrun.ssh.host_key_policy import check_policy

    text = str(_text(value))
    check_policy(text)
    return text


def _connect_seconds(value: Any, folder: Path) -> float:
    seconds = float(_plain(to_seconds)(value, folder))
    if seconds < 1:
        raise ValueError(f"expected at least one second, found {describe(value)}")
    return seconds


def _strategy(value: Any, _: Path) -> str:
    """The name without its collection; Mitogen's own ones say how modules travel, not in which order tasks run."""
    name = str(_text(value)).rpartition(".")[2].removeprefix("mitogen_")
    if name not in STRATEGIES:
        raise ValueError(f"expected one of {', '.join(STRATEGIES)}, found {describe(value)}")
    return name


BOOLEAN = Kind("true or false", _plain(to_boolean))
SECONDS = Kind("seconds; 0 for no limit", _plain(to_seconds))
CONNECT_SECONDS = Kind("seconds, at least 1", _connect_seconds)
TEXT = Kind("text", lambda value, _: _text(value))
TEXTS = Kind("a list, or text with commas", lambda value, _: _texts(value))
PATH = Kind("a path", _path)
KEY_FILE = Kind("the path of a private key", _path)
PATHS = Kind("a list of paths, or one text with ':' between them", _path_list)
INVENTORIES = Kind("paths or lists of hosts", _inventories)
VAULT_IDS = Kind("a list of LABEL@SOURCE", _vault_ids)
STRATEGY = Kind(f"one of {', '.join(STRATEGIES)}", _strategy)
HOST_KEY = Kind("known_hosts, accept-new, insecure or SHA256:…", _host_key)
