"""``uri``: one HTTP request, made by the guest itself."""

import contextlib
import json
import secrets
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlencode, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from smolrun.errors import ModuleError
from smolrun.modules.base import Module, ModuleResult, TaskContext, mistake
from smolrun.modules.commands.quoting import assignments
from smolrun.modules.files.arguments import ReplaceArguments
from smolrun.modules.files.content import Content
from smolrun.modules.files.delivery import Delivery, deliver
from smolrun.modules.files.labels import labelled
from smolrun.modules.files.source import find, local_content
from smolrun.modules.files.state import facts_in
from smolrun.modules.guest import script_text
from smolrun.modules.web.arguments import RequestArguments, Timeout, configuration, settings
from smolrun.modules.web.multipart import fields_of, form
from smolrun.modules.web.response import Response, parse_headers
from smolrun.source.coercions import Boolean, Integer, Text
from smolrun.ssh.result import CommandResult

CONTENT_TYPES = {"json": "application/json", "form-urlencoded": "application/x-www-form-urlencoded"}
REDIRECTS = {"yes": "all", "true": "all", "no": "none", "false": "none"}


def _method(text: str) -> str:
    if not text.isalpha():
        raise mistake(f"'{text}' is no HTTP method")
    return text.upper()


def _codes(value: object) -> object:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return list(value) if isinstance(value, list | tuple) else [value]


def _way(value: object) -> object:
    word = str(value).lower()
    return REDIRECTS.get(word, word)


class UriArguments(RequestArguments):
    """Ask a web service for something, over the guest's own network.

    Example:
        ```yaml
        - uri:
            url: http://localhost:8080/health
          register: health
          until: health.status == 200
          retries: 10
        - uri:
            url: https://api.example.com/hosts
            method: POST
            body: {name: "{{ inventory_hostname }}"}
            body_format: json
            status_code: [200, 201]
            headers:
              Authorization: "Bearer {{ token }}"
        - uri:
            url: https://api.example.com/upload
            method: POST
            body_format: form-multipart
            body:
              comment: from {{ inventory_hostname }}
              report: {filename: report.txt, content: all is well}
        ```

    Returns: ``status`` (-1 where no answer came), ``msg``, ``url``, ``redirected``, ``elapsed``, ``cookies``,
    ``cookies_string``, every header of the response (``content_type``, ``location``, …), ``json`` where the response
    is JSON, ``content`` where `return_content` asks for it or the status is not the expected one, ``path`` with `dest`.
    ``changed`` only where `dest` was written. Skipped in check mode.

    The guest needs: ``curl``; headers, passwords and the body are not shown in its process list. Without it the request
    goes through a connection that the guest's SSH server makes (it sees the guest's network all the same), and servers
    are trusted as this machine trusts them.
    """

    method: Annotated[Text, AfterValidator(_method)] = Field("GET", description="The HTTP method")
    body: Any = Field(None, description="What is sent: a text, or what `body_format` makes a text of")
    body_format: Literal["raw", "json", "form-urlencoded", "form-multipart"] = Field(
        "raw", description="How `body` is written; sets Content-Type, too"
    )
    src: Text | None = Field(None, description="A file to send, instead of `body`")
    remote_src: Boolean = Field(False, description="`src` is on the guest")
    status_code: Annotated[
        list[Integer], BeforeValidator(_codes), WithJsonSchema({"type": ["integer", "string", "array"]})
    ] = Field([200], description="What the status has to be, one of; anything else is a failure")
    return_content: Boolean = Field(False, description="Register the response's body as `content`")
    follow_redirects: Annotated[
        Literal["all", "none", "safe", "urllib2"], BeforeValidator(_way), WithJsonSchema({})
    ] = Field("safe", description="Go where the server redirects to: `all`, `none`, or `safe`: for GET and HEAD")
    timeout: Timeout = Field(30, description="Seconds to wait for the connection, and for more to come")
    dest: Text | None = Field(None, description="A file or a folder on the guest that takes the response's body")
    creates: Text | None = Field(
        None, description="A path or pattern on the guest; where it exists, nothing is asked for"
    )
    removes: Text | None = Field(
        None, description="A path or pattern on the guest; where it does not exist, nothing is asked for"
    )
    unix_socket: Text | None = Field(None, description="The path of a socket on the guest to connect to")
    unsafe_writes: Boolean = Field(
        False, description="Write into the file itself where it cannot be replaced as a whole (a bind mount)"
    )

    @model_validator(mode="after")
    def _one_body(self) -> "UriArguments":
        if self.src is not None and self.body is not None:
            raise mistake("write either `body` or `src`")
        if self.body_format == "form-urlencoded" and not isinstance(self.body, str | dict | list | None):
            raise mistake("`body_format: form-urlencoded` needs a mapping, a list of pairs, or a text")
        if self.body_format == "form-multipart":
            fields_of(self.body)
        return self


def run(arguments: UriArguments, task: TaskContext) -> ModuleResult:
    body, content_type = _body(arguments, task)
    mark = f"smolrun-{secrets.token_hex(16)} "
    text = assignments({"creates": arguments.creates, "removes": arguments.removes})
    result = task.guest.script(
        text + script_text("state", "attributes", "request"),
        secrets={"config": configuration(_options(arguments, mark, content_type, has_body=body is not None))},
        stdin=body,
    )
    facts = dict(facts_in(result)) if mark.encode() not in result.stdout_bytes else {}
    match facts.get("problem"):
        case "missing":
            return _result(arguments, task, _through_guest(arguments, task, body, content_type))
        case "creates":
            return ModuleResult(msg=f"skipped, since '{arguments.creates}' exists")
        case "removes":
            return ModuleResult(msg=f"skipped, since '{arguments.removes}' does not exist")
    return _result(arguments, task, _response(arguments, result, mark))


def _through_guest(
    arguments: UriArguments, task: TaskContext, body: bytes | None, content_type: str | None
) -> Response:
    """Without curl: the request is made from here, over a connection that the guest's SSH server makes."""
    from smolrun.modules.web.through_guest import Request, ask

    environment = task.guest.environment
    proxies = [name for name in environment if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]
    reason = f"`curl` is not installed on {task.host}, and without it there is no"
    if arguments.unix_socket is not None:
        raise ModuleError(f"{reason} `unix_socket`")
    if arguments.use_proxy and proxies:
        raise ModuleError(f"{reason} proxy, which {proxies[0]} names", hint="`use_proxy: false` goes without")
    if arguments.remote_src and arguments.src is not None:
        body = task.guest.get(arguments.src)
    headers = dict(arguments.headers)
    if content_type is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = content_type
    request = Request(arguments.method, headers, body, _follows(arguments), arguments.timeout)
    return ask(task.guest, arguments, request)


def _follows(arguments: UriArguments) -> bool:
    """Whether to go where the server redirects to."""
    way = arguments.follow_redirects
    return way in ("all", "urllib2") or (way == "safe" and arguments.method in ("GET", "HEAD"))


def _body(arguments: UriArguments, task: TaskContext) -> tuple[bytes | None, str | None]:
    """What is sent, where it does not lie on the guest, and its type where `body_format` tells it."""
    content_type = CONTENT_TYPES.get(arguments.body_format)
    if arguments.src is not None:
        return None if arguments.remote_src else _file(arguments.src, task), content_type
    body = arguments.body
    if arguments.body_format == "form-multipart":
        read = task.guest.get if arguments.remote_src else lambda name: _file(name, task)
        sent = form(fields_of(body), read)
        return sent.body, sent.content_type
    if body is None:
        return None, content_type
    if not isinstance(body, str):
        body = urlencode(body, doseq=True) if arguments.body_format == "form-urlencoded" else json.dumps(body)
    return str(body).encode("utf-8", "surrogateescape"), content_type


def _file(name: str, task: TaskContext) -> bytes:
    """A file of the controller."""
    source = local_content(find(task, "files", name), task, decrypt=True).source
    return source if isinstance(source, bytes) else source.read_bytes()


def _options(
    arguments: UriArguments, mark: str, content_type: str | None, *, has_body: bool
) -> list[tuple[str, str | None]]:
    options = list(settings(arguments, arguments.timeout))
    given = {name.lower() for name in arguments.headers}
    if content_type is not None and "content-type" not in given:
        options.append(("header", f"Content-Type: {content_type}"))
    if has_body or arguments.src is not None:
        options.append(("data-binary", "@/dev/fd/3" if has_body else f"@{arguments.src}"))
        if arguments.body_format == "raw" and "content-type" not in given:
            options.append(("header", "Content-Type:"))  # curl would say that it is a form
    if arguments.method == "HEAD":
        options.append(("head", None))
    else:
        options += [("include", None), ("request", arguments.method)]
    if _follows(arguments):
        options.append(("location", None))
    if arguments.unix_socket is not None:
        options.append(("unix-socket", arguments.unix_socket))
    options.append(("suppress-connect-headers", None))
    options.append(("write-out", f"{mark}%{{http_code}} %{{size_header}} %{{time_total}} %{{url_effective}}"))
    return options


def _response(arguments: UriArguments, result: CommandResult, mark: str) -> Response:
    told, found, ended = result.stdout_bytes.rpartition(mark.encode())
    if not found or not result.ok:
        return Response(-1, arguments.url, parse_headers(b""), problem=result.stderr.strip() or "no answer")
    status, length, elapsed, url = ended.decode("utf-8", "replace").split(" ", 3)
    headers, body = told[: int(length)], told[int(length) :]
    return Response(int(status), url, parse_headers(headers), body, elapsed=float(elapsed))


def _result(arguments: UriArguments, task: TaskContext, response: Response) -> ModuleResult:
    values: dict[str, Any] = response.values()
    values["redirected"] = response.status > 0 and response.url.rstrip("/") != arguments.url.rstrip("/")
    text = response.body.decode(response.headers.get_content_charset("utf-8"), "replace")
    if "json" in response.headers.get_content_type() or "javascript" in response.headers.get_content_type():
        with contextlib.suppress(ValueError):  # it says that it is JSON; what it is can be seen in `content`
            values["json"] = json.loads(text)
    if response.status not in arguments.status_code:
        msg = f"Status code was {response.status} and not {arguments.status_code}: {response.reason}"
        return ModuleResult(failed=True, msg=msg, values={**values, "content": text})
    if arguments.return_content:
        values["content"] = text
    if arguments.dest is None:
        return ModuleResult(msg=response.reason, values=values)
    return _written(arguments, arguments.dest, task, response, values)


def _written(
    arguments: UriArguments, dest: str, task: TaskContext, response: Response, values: dict[str, Any]
) -> ModuleResult:
    """The body in a file of the guest. Raises `ModuleError` where it cannot be written."""
    name = unquote(PurePosixPath(urlsplit(arguments.url).path).name) or "index.html"
    delivery = Delivery(Content(response.body), dest, name, arguments.url, arguments.mode, follow=True)
    written = deliver(delivery, _replacing(arguments), task)
    return ModuleResult(
        changed=written.changed,
        msg=response.reason,
        values={**values, **written.values, "path": written.values["dest"]},
        diffs=written.diffs,
    )


def _replacing(arguments: UriArguments) -> ReplaceArguments:
    return ReplaceArguments(
        owner=arguments.owner, group=arguments.group, mode=arguments.mode, unsafe_writes=arguments.unsafe_writes
    )


MODULE = Module(UriArguments, labelled(run), check_mode="skip")
