"""Refusals of the server, in the format of Databricks and MLflow's scoring server."""

import json
from collections.abc import Sequence
from math import ceil


class Refused(Exception):  # noqa: N818 - an answer to the client; `RefusedError` would read as a failure of the server
    """An answer with an HTTP error `status`, an `error_code` and a `message`; never a stack trace.

    `retry_after_s`: when a retry may succeed, for the header `Retry-After`; None: waiting does not help.
    `allowed`: the allowed methods of a path, for the header `Allow`.
    """

    def __init__(
        self,
        status: int,
        error_code: str,
        message: str,
        retry_after_s: float | None = None,
        allowed: Sequence[str] = (),
    ) -> None:
        self.status = status
        self.error_code = error_code
        self.message = message
        self.retry_after_s = retry_after_s
        self.allowed = allowed
        super().__init__(f"{error_code}: {message}")

    def body(self) -> bytes:
        """The JSON body that Databricks clients parse."""
        return json.dumps({"error_code": self.error_code, "message": self.message}).encode()

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """`Retry-After` in whole seconds, if waiting helps, and `Allow` for a method (RFC 9110, 10.2.3 and 10.2.1)."""
        allow = ((b"allow", ", ".join(self.allowed).encode()),) if self.allowed else ()
        if self.retry_after_s is None:
            return allow
        return (*allow, (b"retry-after", str(max(1, ceil(self.retry_after_s))).encode()))


def bad_request(message: str) -> Refused:
    """400 BAD_REQUEST: MLflow's scoring server's answer to unusable input."""
    return Refused(400, "BAD_REQUEST", message)


def not_served(method: str, path: str, allowed: Sequence[str]) -> Refused:
    """404 for a path without `allowed` methods, otherwise 405."""
    if not allowed:
        return Refused(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'.")
    return Refused(405, "BAD_REQUEST", f"{path} takes {' or '.join(allowed)}; given: {method}.", allowed=allowed)


def too_many(message: str) -> Refused:
    """429 for a request that exceeds the limit on waiting requests."""
    return Refused(429, "REQUEST_LIMIT_EXCEEDED", f"{message} Try again later.", retry_after_s=1)


def unavailable(why: str, retry_after_s: float) -> Refused:
    """503 for a dependency that is down or too slow."""
    return Refused(503, "TEMPORARILY_UNAVAILABLE", f"{why}: try again later, or send the features.", retry_after_s)


def too_large(limit_bytes: int, size: str) -> Refused:
    """413 for a body over the limit."""
    limit = f"Request size cannot exceed {limit_bytes} bytes because of the model serving limits"
    return Refused(413, "REQUEST_TOO_LARGE", f"{limit}; given: {size}. Send fewer rows per request.")


def first_line(error: BaseException) -> str:
    """The type of an error and the first line of its message."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0] if text else 'no message'}"
