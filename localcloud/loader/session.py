"""REST calls of a load, as the administrator."""

from typing import Any

import httpx

from localcloud.loader.errors import LoadError


class Session:
    """One workspace, or the account. Connections are kept."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """The answer's JSON. Raises LoadError with what was answered."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: object) -> Any:
        """The answer's JSON. Raises LoadError with what was answered."""
        return self._call("POST", path, json=body)

    def put(self, path: str, body: object) -> Any:
        """The answer's JSON. Raises LoadError with what was answered."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: object) -> Any:
        """The answer's JSON. Raises LoadError with what was answered."""
        return self._call("PATCH", path, json=body)

    def upload(self, path: str, content: bytes) -> None:
        """Put a file. Raises LoadError with what was answered."""
        self._call("PUT", path, content=content, params={"overwrite": "true"})

    def delete(self, path: str, **query: Any) -> None:
        """Delete; fine where there is nothing. Raises LoadError with what was answered."""
        self._call("DELETE", path, params=query, allowed=(404,))

    def _call(self, method: str, path: str, *, allowed: tuple[int, ...] = (), **options: Any) -> Any:
        answer = self._http.request(method, path, **options)
        if answer.is_error and answer.status_code not in allowed:
            raise LoadError(f"{method} {path} answered {answer.status_code}: {_message(answer)}")
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}


def _message(answer: httpx.Response) -> str:
    try:
        body = answer.json()
        return f"{body.get('error_code', '')} {body.get('message') or body.get('detail') or body}".strip()
    except ValueError:
        return answer.text[:500]
