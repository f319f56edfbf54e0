"""REST calls of a load, as the stack's deployer."""

import time
from typing import Any

import httpx

from localcloud.kernel import loopback
from localcloud.loader.errors import LoadError, NotFoundError

_TIMEOUT_S = 60
_NOT_FOUND = 404
_FOR_NOW = (429, 503)
# At one refusal in twenty, fewer than one call in 10^12 is refused so often.
_ATTEMPTS = 10


class Session:
    """One workspace, or the account. Connections are kept.

    A call that is refused with `Retry-After` is retried after that time, like in the provider. Every method returns the
    JSON, and raises NotFoundError for a 404, LoadError for any other refusal.
    """

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = loopback.client(base_url=url, headers=headers, timeout=_TIMEOUT_S)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, /, **query: Any) -> Any:
        """Read an object."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: object) -> Any:
        """Create an object, or call an operation."""
        return self._call("POST", path, json=body)

    def put(self, path: str, body: object) -> Any:
        """Replace an object."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: object) -> Any:
        """Change an object."""
        return self._call("PATCH", path, json=body)

    def upload(self, path: str, content: bytes) -> None:
        """Upload a file, overwriting an existing one."""
        self._call("PUT", path, content=content, params={"overwrite": "true"})

    def delete(self, path: str, **query: Any) -> None:
        """Delete an object."""
        self._call("DELETE", path, params=query)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._answer(method, path, **options)
        if answer.is_error:
            message = f"{method} {path} answered {answer.status_code}: {_message(answer)}"
            raise NotFoundError(message, _etag(answer)) if answer.status_code == _NOT_FOUND else LoadError(message)
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The first response that is not a temporary refusal, or the last one after the maximum of retries."""
        for left in reversed(range(_ATTEMPTS)):
            try:
                answer = self._http.request(method, path, **options)
            except httpx.HTTPError as error:
                why = f"{method} {path} got no answer ({error}). Is the local cloud running? mlops up"
                raise LoadError(why) from error
            wait_s = answer.headers.get("retry-after", "")
            if not left or answer.status_code not in _FOR_NOW or not wait_s.isdecimal():
                break
            time.sleep(int(wait_s))
        return answer


def _message(answer: httpx.Response) -> str:
    try:
        body = answer.json()
        return f"{body.get('error_code', '')} {body.get('message') or body.get('detail') or body}".strip()
    except ValueError:
        return answer.text[:500]


def _etag(answer: httpx.Response) -> str:
    """The etag in an error's details; empty without one."""
    try:
        details = answer.json().get("details") or []
    except ValueError:
        return ""
    return next((str(each["metadata"]["etag"]) for each in details if "etag" in each.get("metadata", {})), "")
