"""Reads ``ssh_config(5)`` files: ``Host``, ``Match``, ``Include``; the first value of an option wins."""

import getpass
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path

from smolrun.errors import ConnectError
from smolrun.lazy_dataclass import dataclass
from smolrun.ssh.patterns import matches_any

Options = Mapping[str, tuple[str, ...]]

# Options that gather values instead of keeping the first (ssh_config(5)).
_GATHERING = frozenset({"identityfile", "certificatefile", "sendenv", "setenv"})
# Options whose value is the rest of the line as it stands, quotes and all.
_WHOLE_LINE = frozenset({"proxycommand", "remotecommand", "localcommand", "knownhostscommand"})
_LINE = re.compile(r"\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+|$)(.*?)\s*$")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|(\S+)')
_INCLUDE_DEPTH = 16  # as in OpenSSH's readconf.c: a file that includes itself must end


@dataclass(frozen=True)
class Criterion:
    """One condition of a block: ``Host`` (its patterns) or one criterion of ``Match``."""

    kind: str
    patterns: tuple[str, ...] = ()
    negated: bool = False


@dataclass
class Block:
    """Options that hold where all of `criteria` are met."""

    criteria: tuple[Criterion, ...]
    options: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


@dataclass
class SSHConfig:
    """The blocks of one or several files, in their order.

    Attributes:
        warnings: what was passed over, for the user.
    """

    blocks: list[Block] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self, path: Path, *, relative_to: Path, required: bool = False) -> None:
        """Add a file.

        Args:
            relative_to: the folder that relative ``Include`` paths start from.
            required: a missing file is an error.

        Raises:
            ConnectError: it cannot be read or understood.
        """
        if not required and not path.is_file():
            return
        self._read(path, relative_to, (), depth=0)

    def _read(self, path: Path, relative_to: Path, outer: tuple[Criterion, ...], depth: int) -> None:
        try:
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise ConnectError(
                f"cannot read the SSH configuration {path}: {error.strerror}", phase="configuration"
            ) from error
        block = Block(outer)
        self.blocks.append(block)
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            place = f"{path}:{number}"
            keyword, value = _split(line, place)
            if keyword in {"host", "match"}:
                criteria = _criteria(keyword, _words(value), place)
                self._warn_of_exec(criteria, place)
                block = Block((*outer, *criteria))
                self.blocks.append(block)
            elif keyword == "include":
                if depth >= _INCLUDE_DEPTH:
                    raise ConnectError(f"{place}: too many nested Include", phase="configuration")
                for included in _included(_words(value), relative_to):
                    self._read(included, relative_to, block.criteria, depth + 1)
                block = Block(block.criteria)
                self.blocks.append(block)
            else:
                words = (value,) if keyword in _WHOLE_LINE else tuple(_words(value))
                block.options.append((keyword, words))

    def _warn_of_exec(self, criteria: Iterable[Criterion], place: str) -> None:
        if any(criterion.kind == "exec" for criterion in criteria):
            self.warnings.append(f"{place}: 'Match exec' is not run; its block is passed over")

    def lookup(self, host: str, user: str | None, first: Options) -> dict[str, tuple[str, ...]]:
        """The options for a host.

        Args:
            host: as the user wrote it.
            user: the user that was asked for, if any.
            first: options that win over those of the files.

        Returns:
            values by option name in lower case.
        """
        found = dict(first)
        gathered = {name for name in first if name not in _GATHERING}
        self._collect(found, gathered, host, user, final=False)
        if any(c.kind in {"final", "canonical"} for block in self.blocks for c in block.criteria):
            self._collect(found, gathered, host, user, final=True)
        return found

    def _collect(
        self, found: dict[str, tuple[str, ...]], settled: set[str], host: str, user: str | None, *, final: bool
    ) -> None:
        for block in self.blocks:
            if not all(_met(criterion, host, user, found, final=final) for criterion in block.criteria):
                continue
            for name, values in block.options:
                if name in _GATHERING:
                    found[name] = tuple(dict.fromkeys((*found.get(name, ()), *values)))
                elif name not in settled:
                    settled.add(name)
                    found[name] = values


def _split(line: str, place: str) -> tuple[str, str]:
    match = _LINE.match(line)
    if match is None or not match[2]:
        raise ConnectError(f"{place}: no option and value: {line.strip()!r}", phase="configuration")
    return match[1].lower(), match[2]


def _words(text: str) -> list[str]:
    """The arguments of a line, without their quotes and up to a comment (a word that starts with ``#``)."""
    words = []
    for match in _WORD.finditer(text):
        double, single, plain = match.groups()
        if plain is not None and plain.startswith("#"):
            break
        words.append(re.sub(r'\\(["\\])', r"\1", double) if double is not None else single or plain or "")
    return words


def _criteria(keyword: str, words: list[str], place: str) -> tuple[Criterion, ...]:
    if keyword == "host":
        return (Criterion("host-line", tuple(words)),)
    return tuple(_match_criteria(iter(words), place))


def _match_criteria(words: Iterator[str], place: str) -> Iterator[Criterion]:
    for word in words:
        name, equals, value = word.partition("=")  # `host=a,b`, as newer versions of OpenSSH also take it
        negated = name.startswith("!")
        kind = name.removeprefix("!").lower()
        if kind in {"all", "final", "canonical"}:
            yield Criterion(kind, negated=negated)
            continue
        argument = value if equals else next(words, None)
        if argument is None:
            raise ConnectError(f"{place}: 'Match {kind}' needs an argument", phase="configuration")
        yield Criterion(kind, tuple(argument.split(",")), negated)


def _included(names: Iterable[str], relative_to: Path) -> list[Path]:
    found: list[Path] = []
    for name in names:
        pattern = Path(name).expanduser()
        if not pattern.is_absolute():
            pattern = relative_to / pattern
        anchor = Path(pattern.anchor)
        found.extend(path for path in sorted(anchor.glob(str(pattern.relative_to(anchor)))) if path.is_file())
    return found


def _met(criterion: Criterion, host: str, user: str | None, found: Options, *, final: bool) -> bool:
    current = found.get("hostname", (host,))[0].replace("%h", host)
    subjects = {
        "host-line": host,
        "originalhost": host,
        "host": current,
        "user": user or found.get("user", (getpass.getuser(),))[0],
        "localuser": getpass.getuser(),
    }
    if criterion.kind == "all":
        met = True
    elif criterion.kind in {"final", "canonical"}:
        met = final
    elif criterion.kind in subjects:
        met = matches_any(criterion.patterns, subjects[criterion.kind])
    else:
        return False  # `exec`, `localnetwork`, `tagged`, …: not asked, so neither met nor met when negated
    return met != criterion.negated
