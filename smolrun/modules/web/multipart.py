"""A form of several parts, files among them, as the body of a request."""

import mimetypes
import secrets
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from smolrun.lazy_dataclass import dataclass
from smolrun.modules.base import Arguments, mistake
from smolrun.source.coercions import Text


class Part(Arguments):
    """A field that is more than a text."""

    content: Text | None = Field(None, description="What it holds; without it, what the file holds")
    filename: Text | None = Field(None, description="The name of the file")
    mime_type: Text | None = Field(None, description="Its type; by default what the name says")
    multipart_encoding: Text | None = Field(None, description="Taken for compatibility: parts are sent as they are")

    @model_validator(mode="after")
    def _something(self) -> "Part":
        if not self.filename and not self.content:
            raise mistake("a part of a form needs `filename` or `content`")
        return self


Fields = TypeAdapter(dict[Text, Part | Text])


@dataclass(frozen=True)
class Form:
    """A body and what its ``Content-Type`` says."""

    content_type: str
    body: bytes


def fields_of(body: Any) -> dict[str, Part | str]:
    """The fields of a form.

    Raises:
        PydanticCustomError: it is none.
    """
    try:
        return Fields.validate_python(body)
    except ValidationError as error:
        told = next((each["msg"] for each in error.errors() if each["type"] == "argument"), "")
        about = told or "it needs a mapping of names to texts, or to mappings with `filename` and `content`"
        raise mistake(f"`body_format: form-multipart`: {about}") from None


def form(fields: Mapping[str, Part | str], read: Callable[[str], bytes]) -> Form:
    """The form as a body (RFC 7578). Parts are bytes as they are: section 4.7 there takes leave of encodings, and many
    servers keep the base64 that Ansible sends by default.

    Args:
        read: the content of a file by its name.
    """
    boundary = f"smolrun-{secrets.token_hex(16)}"
    pieces = []
    for name, value in sorted(fields.items()):
        head = _head(name, value)
        content = value.encode() if isinstance(value, str) else _content(value, read)
        pieces.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return Form(f"multipart/form-data; boundary={boundary}", b"".join(pieces) + f"--{boundary}--\r\n".encode())


def _content(part: Part, read: Callable[[str], bytes]) -> bytes:
    return part.content.encode() if part.content else read(part.filename or "")


def _head(name: str, part: Part | str) -> str:
    disposition = f'form-data; name="{_quoted(name)}"'
    if isinstance(part, str):
        return f"Content-Disposition: {disposition}\r\nContent-Type: text/plain; charset=utf-8"
    if part.filename:
        disposition += f'; filename="{_quoted(PurePosixPath(part.filename).name)}"'
    kind = part.mime_type or mimetypes.guess_type(part.filename or "")[0] or "application/octet-stream"
    return f"Content-Disposition: {disposition}\r\nContent-Type: {_quoted(kind)}"


def _quoted(text: str) -> str:
    """As browsers write it (HTML, 4.10.21.8, multipart/form-data encoding algorithm)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
