"""Options of the ``ssh`` command line, as ``ansible_ssh_common_args`` and its like hold them."""

import re
import shlex
from collections.abc import Iterator

from smolrun.errors import ConnectError

CONFIG_FILE = "configuration file"
"""The name under which the argument of ``-F`` is returned; no option of ssh_config has a space in it."""

# Letters with an argument that are options of ssh_config(5) by another name (ssh(1)).
_AS_OPTION = {"i": "identityfile", "p": "port", "l": "user", "J": "proxyjump", "F": CONFIG_FILE}
_WITH_ARGUMENT = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
_ADDRESS_FAMILY = {"4": "inet", "6": "inet6"}
# They ask for nothing that could be missed here: verbosity, terminals, multiplexing (there is one connection anyway).
_NEEDLESS_LETTERS = frozenset("aCkMNnqsTtvxyE")

HONOURED = frozenset(
    {
        "addressfamily", "connecttimeout", "globalknownhostsfile", "hashknownhosts", "hostkeyalias", "hostname",
        "identitiesonly", "identityagent", "identityfile", "kbdinteractiveauthentication", "passwordauthentication",
        "port", "proxycommand", "proxyjump", "pubkeyauthentication", "stricthostkeychecking", "user",
        "userknownhostsfile",
    }
)  # fmt: skip
NEEDLESS = frozenset(
    {
        "batchmode", "checkhostip", "compression", "connectionattempts", "controlmaster", "controlpath",
        "controlpersist", "escapechar", "forwardagent", "forwardx11", "loglevel", "numberofpasswordprompts",
        "preferredauthentications", "requesttty", "serveralivecountmax", "serveraliveinterval", "tcpkeepalive",
        "updatehostkeys", "verifyhostkeydns", "visualhostkey", "gssapiauthentication", "gssapidelegatecredentials",
        "challengeresponseauthentication", "exitonforwardfailure", "streamlocalbindunlink",
    }
)  # fmt: skip


def parse_ssh_arguments(text: str) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The options in a piece of an ``ssh`` command line.

    Args:
        text: e.g. ``-o ProxyJump=gate -i ~/.ssh/lab``.

    Returns:
        values by option name in lower case (`CONFIG_FILE` for ``-F``), and a sentence for each option without effect.

    Raises:
        ConnectError: it cannot be understood.
    """
    options: dict[str, tuple[str, ...]] = {}
    warnings: list[str] = []
    for name, value, written in _options(_split(text)):
        if name is None:
            warnings.append(f"the ssh option {written} has no effect here")
        elif name in HONOURED or name == CONFIG_FILE:
            if name == "identityfile":
                options[name] = (*options.get(name, ()), value)
            else:
                options.setdefault(name, _values(name, value))
        elif name == "forwardagent" and value.lower() not in {"no", "false"}:
            warnings.append(f"the ssh option {written} has no effect here: the agent is not forwarded")
        elif name not in NEEDLESS:
            warnings.append(f"the ssh option {written} has no effect here")
    return options, tuple(warnings)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ConnectError(f"the ssh arguments {text!r} cannot be read: {error}", phase="configuration") from error


def _values(name: str, value: str) -> tuple[str, ...]:
    return tuple(value.split()) if name in {"userknownhostsfile", "globalknownhostsfile"} else (value,)


def _options(words: list[str]) -> Iterator[tuple[str | None, str, str]]:
    """Each option as (name or None for one that is not known, value, as it was written)."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            yield None, "", repr(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter not in _WITH_ARGUMENT:
                yield from _flag(letter)
                continue
            argument = letters or next(rest, None)
            letters = ""
            if argument is None:
                raise ConnectError(f"the ssh option -{letter} needs an argument", phase="configuration")
            yield _with_argument(letter, argument)


def _flag(letter: str) -> Iterator[tuple[str | None, str, str]]:
    if letter in _ADDRESS_FAMILY:
        yield "addressfamily", _ADDRESS_FAMILY[letter], f"-{letter}"
    elif letter not in _NEEDLESS_LETTERS:
        yield None, "", f"-{letter}"


def _with_argument(letter: str, argument: str) -> tuple[str | None, str, str]:
    if letter != "o":
        return _AS_OPTION.get(letter), argument, f"-{letter} {argument}"
    match = re.match(r"\s*(\w+)(?:\s*=\s*|\s+)(.*)", argument, re.DOTALL)
    if match is None:
        raise ConnectError(f"the ssh option -o {argument!r} has no value", phase="configuration")
    value = match[2]
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return match[1].lower(), value, f"-o {argument}"
