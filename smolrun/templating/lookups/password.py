"""``password``: one that is made up once and kept in a file of the controller."""

import contextlib
import fcntl
import os
import random
import re
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from smolrun.templating.filters.passwords import password_hash, random_salt
from smolrun.templating.lookups.base import Lookup, LookupContext, LookupFailedError, options_of

_DEFAULT_CHARACTERS: Final = ("ascii_letters", "digits", ".,:-_")
_SALT_SIZES: Final = {"bcrypt": 22, "blowfish": 22, "md5": 8}
_OPTIONS: Final = ("length", "chars", "encrypt", "seed", "ident")


def password(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """A term is a path, perhaps with options after it: ``/path/to/file length=15 chars=digits``."""
    return [_password(context, str(term), options) for term in terms]


def _password(context: LookupContext, term: str, options: Mapping[str, Any]) -> str:
    name, written = _split(term)
    chosen = options_of(
        {**options, **written}, length=20, chars=_DEFAULT_CHARACTERS, encrypt=None, seed=None, ident=None
    )
    path = Path(name).expanduser()
    if not path.is_absolute():
        path = next(iter(context.folders())) / path
    characters = _characters(chosen["chars"])
    if path == Path("/dev/null"):
        text, salt = _generate(int(chosen["length"]), characters, chosen["seed"]), None
    else:
        text, salt = _kept(path, int(chosen["length"]), characters, chosen)
    if not chosen["encrypt"]:
        return text
    kind = str(chosen["encrypt"]).removesuffix("_crypt")
    return password_hash(text, kind, salt or random_salt(_SALT_SIZES.get(kind, 16)), ident=chosen["ident"])


def _split(term: str) -> tuple[str, dict[str, str]]:
    """The path, and the options written after it."""
    match = re.search(rf"(?:^|\s)(?:{'|'.join(_OPTIONS)})=", term)
    unknown = re.search(r"\s(\w+)=", term if match is None else term[: match.start()])
    if unknown is not None:
        raise LookupFailedError(f"there is no option '{unknown[1]}': the options are {', '.join(_OPTIONS)}")
    if match is None:
        return term.strip(), {}
    pairs = [pair.partition("=") for pair in term[match.start() :].split()]
    return term[: match.start()].strip(), {key: value for key, _, value in pairs}


def _characters(chars: Any) -> str:
    names = chars if isinstance(chars, list | tuple) else _listed(str(chars))
    found = "".join(getattr(string, name, name) if name.isidentifier() else name for name in map(str, names))
    return "".join(dict.fromkeys(found.replace('"', "").replace("'", "")))


def _listed(chars: str) -> list[str]:
    """A comma separates; two of them are one that is meant."""
    names = [name for name in chars.replace(",,", ",").split(",") if name]
    return [",", *names] if ",," in chars else names


def _generate(length: int, characters: str, seed: Any) -> str:
    if not characters:
        raise ValueError("there are no characters to choose from")
    choose = secrets.choice if seed is None else random.Random(seed).choice  # noqa: S311 - a seed asks for it
    return "".join(choose(characters) for _ in range(length))


def _kept(path: Path, length: int, characters: str, chosen: Mapping[str, Any]) -> tuple[str, str | None]:
    """The password in the file, and its salt; made and written where there is none yet."""
    kind = str(chosen["encrypt"] or "").removesuffix("_crypt")
    text, salt = _read(path)
    if text and (salt or not kind):
        return text, salt
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(path.parent):
            text, salt = _read(path)
            if not text or (kind and not salt):
                text = text or _generate(length, characters, chosen["seed"])
                salt = salt or (random_salt(_SALT_SIZES.get(kind, 16)) if kind else None)
                _write(path, text if salt is None else f"{text} salt={salt}")
    except OSError as error:
        raise LookupFailedError(f"the password cannot be kept in '{path}': {error.strerror}") from None
    return text, salt


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Nobody else makes a password there meanwhile, for another host or in another run: all are to have the same."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> tuple[str, str | None]:
    try:
        line = path.read_text(encoding="utf-8").rstrip("\n")
    except FileNotFoundError:
        return "", None
    text, separator, salt = line.rpartition(" salt=")
    return (text, salt.split(" ident=")[0]) if separator else (line, None)


def _write(path: Path, line: str) -> None:
    """Written beside and renamed, readable by its owner alone."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(line + "\n")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


LOOKUPS: Final[dict[str, Lookup]] = {"password": password}
