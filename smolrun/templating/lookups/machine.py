"""Lookups that ask the controller's system or a server: environment, commands, URLs."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from smolrun.templating.limits import MAX_SIZE, check_size
from smolrun.templating.lookups.base import Lookup, LookupContext, LookupFailedError, options_of, truth


def environment(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """Environment variables of the controller."""
    default = options_of(options, default="")["default"]
    return [os.environ.get(str(term).split()[0] if str(term).split() else "", default) for term in terms]


def pipe(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """What a command prints on the controller, run by the shell in the playbook's folder."""
    options_of(options)
    return [_output(context, str(term)).rstrip() for term in terms]


def lines(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The lines that a command prints on the controller."""
    options_of(options)
    return [line.rstrip() for term in terms for line in _output(context, str(term)).splitlines()]


def _output(context: LookupContext, command: str) -> str:
    folder = context.variable("playbook_dir") or context.rendering.templar.base
    patience = context.rendering.templar.patience
    try:
        done = subprocess.run(  # noqa: S602 - a shell is what these lookups promise; the text is the author's
            command,
            shell=True,
            cwd=str(folder) if folder and Path(str(folder)).is_dir() else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=patience,
        )
    except subprocess.TimeoutExpired:
        raise LookupFailedError(f"the command '{command}' did not end within {patience:g} s") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise LookupFailedError(f"the command '{command}' ended with {done.returncode}" + (f": {said}" if said else ""))
    check_size(len(done.stdout), f"the command '{command}'")
    return done.stdout.decode("utf-8", "surrogateescape")


_URL_DEFAULTS: Final[dict[str, Any]] = {
    "split_lines": True, "validate_certs": True, "timeout": 10, "headers": None, "username": None, "password": None,
    "force_basic_auth": False, "http_agent": "ansible-httpget", "ca_path": None, "use_proxy": True, "force": False,
}  # fmt: skip


def url(context: LookupContext, terms: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """What a URL gives: line by line, or as a whole without ``split_lines``."""
    chosen = options_of(options, **_URL_DEFAULTS)
    result: list[Any] = []
    for term in terms:
        text = _fetched(str(term), chosen)
        result += text.splitlines() if truth(chosen["split_lines"]) else [text]
    return result


def _fetched(address: str, chosen: Mapping[str, Any]) -> str:
    import base64
    import ssl
    import urllib.request
    from urllib.parse import urlsplit

    if urlsplit(address).scheme not in ("http", "https", "ftp"):
        raise LookupFailedError(f"'{address}' is not an http, https or ftp address")
    headers = {"User-Agent": chosen["http_agent"], **(chosen["headers"] or {})}
    security = ssl.create_default_context(cafile=chosen["ca_path"])
    if not truth(chosen["validate_certs"]):
        security.check_hostname = False
        security.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - its scheme was looked at
    if chosen["username"] is not None:
        login = f"{chosen['username']}:{chosen['password'] or ''}".encode()
        # For this server only, not for one that it sends us to.
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(login).decode("ascii"))
    proxies = [] if truth(chosen["use_proxy"]) else [urllib.request.ProxyHandler({})]
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=security), *proxies)
    try:
        with opener.open(request, timeout=float(chosen["timeout"])) as answer:
            content = answer.read(MAX_SIZE + 1)
    except OSError as error:
        raise LookupFailedError(f"'{address}' cannot be read: {error}") from None
    check_size(len(content), f"'{address}'")
    return str(content.decode("utf-8", "surrogateescape"))


LOOKUPS: Final[dict[str, Lookup]] = {"env": environment, "lines": lines, "pipe": pipe, "url": url}
