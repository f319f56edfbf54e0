"""What a route is given to read: the body, or what it refuses."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from localcloud.kernel.body_limit import BodyLimit

_PATH = "/api/2.0/secrets/put"


def _nested(depth: int) -> bytes:
    return b'{"a": ' + b"[" * depth + b"]" * depth + b"}"


def _read(*parts: bytes, path: str = _PATH) -> bytes:
    """What a route reads of a body that is sent in parts."""
    sent = [{"type": "http.request", "body": part, "more_body": True} for part in parts[:-1]]
    sent.append({"type": "http.request", "body": parts[-1], "more_body": False})
    found: list[bytes] = []

    async def route(_: Scope, receive: Receive, __: Send) -> None:
        more = True
        while more:
            message = await receive()
            found.append(message["body"])
            more = message["more_body"]

    async def receive() -> Message:
        return sent.pop(0)

    async def send(_: Message) -> None: ...

    headers = [(b"content-length", str(sum(len(part) for part in parts)).encode())]
    asyncio.run(BodyLimit(route)({"type": "http", "path": path, "headers": headers}, receive, send))
    return b"".join(found)


@pytest.mark.parametrize("body", [_nested(150), b"no JSON", b'{"a": "' + b"[" * 5000 + b'"}', b"\xff"])
def test_a_body_is_read_as_it_was_sent(body: bytes) -> None:
    """Nested as deep as anybody does, with brackets in a text, and what is no JSON; in one part and in two."""
    assert _read(body) == _read(body[:3], body[3:]) == body


@pytest.mark.parametrize("body", [_nested(300), _nested(100_000), b"[" * 5000, b'{"a":' * 5000])
def test_what_is_nested_too_deep_is_no_json(body: bytes) -> None:
    """Whether it is complete or not."""
    assert _read(body) == _read(body[:3], body[3:]) == b"["


def test_files_are_not_looked_into() -> None:
    """A route for files reads what was sent."""
    assert _read(_nested(300), path="/api/2.0/fs/files/x") == _nested(300)
