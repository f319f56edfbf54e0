"""The two forms in which a workspace object is uploaded: JSON, and the form that the SDK's `upload` sends."""

import base64
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Annotated, cast

from fastapi import Depends, Request

from localcloud.kernel import shapes
from localcloud.kernel.body import json_object
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_TRUE = ("true", "1")


@dataclass(frozen=True)
class Import:
    """The fields of an import, and whether its content was posted as a form."""

    fields: Document
    posted: bool


async def import_body(request: Request) -> Import:
    """The fields of an import; `content` is base64 in both forms. Raises `ApiError` 400 for an invalid body."""
    kind = request.headers.get("content-type", "")
    body = await request.body()
    if kind.startswith("multipart/form-data"):
        return Import(_of_form(kind, body), posted=True)
    try:
        return Import(shapes.require(json_object(body)), posted=False)
    except ValueError as error:
        raise bad_request(f"The request is not valid: {error}") from error


ImportBody = Annotated[Import, Depends(import_body)]


def _of_form(kind: str, body: bytes) -> Document:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = {_name(part): cast(bytes, part.get_payload(decode=True) or b"") for part in message.iter_parts()}
    if "content" not in parts:
        raise bad_request(f"The form has no part 'content'; it has {', '.join(parts) or 'none'}.")
    content = base64.b64encode(parts.pop("content")).decode()
    fields = {name: value.decode() for name, value in parts.items()}
    return {**fields, "content": content, "overwrite": fields.get("overwrite", "").lower() in _TRUE}


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))
