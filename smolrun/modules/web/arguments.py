"""The arguments that the modules for HTTP share, and what they mean to curl(1)."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, WithJsonSchema, model_validator

from smolrun.modules.base import mistake
from smolrun.modules.files.arguments import AttributeArguments
from smolrun.source.coercions import Boolean, Integer, Text, TextList

KEPT_FROM_REDIRECTS = frozenset({"authorization", "cookie"})
"""The headers that curl itself sends to no other host (curl(1), ``--location-trusted``)."""


def _to_headers(value: object) -> object:
    if not isinstance(value, Mapping):
        raise mistake("expected a mapping of header names to values")
    return {str(name): str(content) for name, content in value.items() if content is not None}


def _one_line_each(headers: dict[str, str]) -> dict[str, str]:
    for name, content in headers.items():
        if any(character in name + content for character in "\r\n\0"):
            raise mistake(f"the header '{name}' has a line break in it")
    return headers


Headers = Annotated[
    dict[str, str], BeforeValidator(_to_headers), AfterValidator(_one_line_each), WithJsonSchema({"type": "object"})
]


class RequestArguments(AttributeArguments):
    """How something is asked for over HTTP."""

    url: Text = Field(description="The address: http, https, or ftp where the guest's tool can")
    headers: Headers = Field({}, description="Headers of the request")
    http_agent: Text = Field("ansible-httpget", description="What the request says in `User-Agent`")
    url_username: Text | None = Field(
        None, validation_alias=AliasChoices("url_username", "username", "user"), description="The user to log in as"
    )
    url_password: Text | None = Field(
        None, validation_alias=AliasChoices("url_password", "password"), description="The password to log in with"
    )
    force_basic_auth: Boolean = Field(False, description="Kept for compatibility: user and password always go along")
    validate_certs: Boolean = Field(True, description="Refuse servers whose certificate is not valid")
    ca_path: Text | None = Field(None, description="A file on the guest with the certificates to trust")
    client_cert: Text | None = Field(None, description="A file on the guest with the certificate to show")
    client_key: Text | None = Field(None, description="A file on the guest with the key of `client_cert`")
    ciphers: TextList = Field([], description="The TLS ciphers to offer")
    use_proxy: Boolean = Field(True, description="Go by the proxy that the guest's environment names")
    use_netrc: Boolean = Field(
        True, description="Take user and password from the guest's ~/.netrc where none are given"
    )
    use_gssapi: Boolean = Field(False, description="Not implemented: log in by Kerberos")
    unredirected_headers: TextList = Field(
        [], description="Headers that are not sent to where the server redirects to; Authorization and Cookie never are"
    )
    decompress: Boolean = Field(True, description="Unpack what the server compressed for the way")
    force: Boolean = Field(False, description="Ask caches on the way for a fresh copy")

    @model_validator(mode="after")
    def _can_be_done(self) -> "RequestArguments":
        if self.use_gssapi:
            raise mistake("`use_gssapi` is not implemented")
        others = [name for name in self.unredirected_headers if name.lower() not in KEPT_FROM_REDIRECTS]
        if others:
            raise mistake(f"`unredirected_headers` is not implemented for '{others[0]}'")
        if any(character in self.url for character in "\r\n\0 "):
            raise mistake("the URL has a blank or a line break in it; write %20 for a blank")
        return self

    @property
    def needs_curl(self) -> str | None:
        """What only curl can do without showing it to others on the guest; None where any tool will do."""
        given = {
            "headers": self.headers,
            "url_username": self.url_username,
            "url_password": self.url_password,
            "ca_path": self.ca_path,
            "client_cert": self.client_cert,
            "ciphers": self.ciphers,
            "url": urlsplit(self.url).username,
        }
        return next((name for name, value in given.items() if value), None)


def settings(arguments: RequestArguments, timeout: int) -> Iterator[tuple[str, str | None]]:
    """The options of curl(1) for a request; None for one that takes no value."""
    yield "url", arguments.url
    yield "user-agent", arguments.http_agent
    yield from (("header", f"{name}: {value}" if value else f"{name};") for name, value in arguments.headers.items())
    if arguments.force:
        yield "header", "cache-control: no-cache"
    if arguments.url_username is not None:
        yield "user", f"{arguments.url_username}:{arguments.url_password or ''}"
    elif arguments.use_netrc:
        yield "netrc-optional", None
    given = {
        "cacert": arguments.ca_path,
        "cert": arguments.client_cert,
        "key": arguments.client_key,
        "ciphers": ":".join(arguments.ciphers),
        "noproxy": "" if arguments.use_proxy else "*",
    }
    yield from ((name, value) for name, value in given.items() if value)
    yield from ((name, None) for name in ("silent", "show-error", "globoff"))
    if not arguments.validate_certs:
        yield "insecure", None
    if arguments.decompress:
        yield "compressed", None
    # Ansible's limit is for silence, not for the whole: a large file may take longer
    yield from (("connect-timeout", str(timeout)), ("speed-time", str(timeout)), ("speed-limit", "1"))


def configuration(options: Iterator[tuple[str, str | None]] | list[tuple[str, str | None]]) -> str:
    """The options as a file for ``curl --config``: each on a line, its value quoted (curl(1), ``--config``)."""
    return "".join(f"{name}\n" if value is None else f'{name} = "{_escaped(value)}"\n' for name, value in options)


def _escaped(value: str) -> str:
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        value = value.replace(character, escape)
    return value


Timeout = Annotated[Integer, Field(gt=0)]
