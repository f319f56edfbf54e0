"""Replays what the real databricks provider asked, in order, with our own ids and etags in place of the recorded."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.localcloud.core import Core
from tests.localcloud.replay.ids import Ids
from tests.localcloud.replay.recording import Asked, parsed
from tests.localcloud.replay.written import Written, missing

WORKSPACES = {
    name: f"https://adb-100000000000000{number}.{number}.azuredatabricks.net"
    for number, name in ((1, "dev"), (2, "staging"), (3, "prod"))
}
_ACCOUNT = "accounts.azuredatabricks.net"
_CONFLICT, _NOT_FOUND = 409, 404
# Jobs answer 400 with these words, which the provider reads as 404.
_NO_JOB = "does not exist."
# Where the recording begins to destroy staging's stacks.
_DESTROYS = 1278


@dataclass
class Replay:
    """`answered`: the statuses of each recorded request; two if it was sent again with the etag that it lacked."""

    core: Core
    ids: Ids = field(default_factory=Ids)
    answered: list[tuple[Asked, tuple[int, ...]]] = field(default_factory=list)
    # What does not read back as it was written, and what is still there: each with the path that was read.
    not_read_back: list[str] = field(default_factory=list)
    not_gone: list[str] = field(default_factory=list)
    read_back: int = 0
    deleted: int = 0

    def run(self, recorded: list[Asked]) -> None:
        """Send them all. Objects are read back before the recording destroys stacks, what is deleted at once."""
        written = Written()
        for asked in recorded:
            if asked.number == _DESTROYS:
                self._read_back(written)
            self._send(asked, written)

    def _send(self, asked: Asked, written: Written) -> None:
        path, sent = self.ids.path(asked.path), parsed(asked.body) if asked.body else None
        body = self.ids.body(sent) if sent is not None else None
        content = None if body is not None else asked.body.encode("utf-8", "replace")
        answer = self._call(asked.method, asked.host, path, body, content)
        statuses = [answer.status_code]
        if answer.status_code == _CONFLICT and isinstance(body, dict) and "setting" in body:
            body["setting"]["etag"] = answer.json()["details"][0]["metadata"]["etag"]
            answer = self._call(asked.method, asked.host, path, body, None)
            statuses.append(answer.status_code)
        self.ids.learn(asked, answer.text)
        self.answered.append((asked, tuple(statuses)))
        if answer.is_success:
            read = written.take(asked.method, asked.host, path, body, _json(answer))
            if read and written.expected[read] is None:
                self._look_for(*read)

    def _read_back(self, written: Written) -> None:
        for (host, path), expected in written.expected.items():
            if expected is None:
                continue
            answer = self._get(host, path)
            self.read_back += 1
            lost = missing(expected, _json(answer)) if answer.is_success else [str(answer.status_code)]
            self.not_read_back += [f"{path} {each}" for each in lost]

    def _look_for(self, host: str, path: str) -> None:
        answer = self._get(host, path)
        self.deleted += 1
        if answer.status_code != _NOT_FOUND and _NO_JOB not in answer.text:
            self.not_gone.append(f"{path}: {answer.status_code}")

    def _get(self, host: str, path: str) -> httpx.Response:
        return self._call("GET", host, path, None, None)

    def _call(self, method: str, host: str, path: str, body: Any, content: bytes | None) -> httpx.Response:
        options = {"json": body} if body is not None else {"content": content}
        return self.core.call(method, f"{self._url(host)}{path}", **options)

    def _url(self, host: str) -> str:
        if host == _ACCOUNT:
            return self.core.account_url
        return self.core.url(next(name for name, known in WORKSPACES.items() if known == f"https://{host}"))


def _json(answer: httpx.Response) -> Any:
    return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}
