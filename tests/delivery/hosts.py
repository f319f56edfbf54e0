"""Two hosts over HTTP that keep what they are given, and refuse what the real ones refuse: no token, unknown paths."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "of-this-run"
Answer = tuple[int, object]


@dataclass
class Kept:
    """What a host has. `writes` are the calls that changed something, in order."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)

    def number(self) -> int:
        """The next one."""
        return 1 + max([0, *self.comments, *self.tickets])


Route = Callable[[Kept, re.Match[str], Any, dict[str, list[str]]], object]


def _gh_add_comment(kept: Kept, _: re.Match[str], body: Any, __: object) -> object:
    number = kept.number()
    kept.comments[number] = {"id": number, "body": body["body"], "user": {"login": "github-actions[bot]"}}
    return kept.comments[number]


def _gh_page(kept: Kept, _: re.Match[str], __: object, query: dict[str, list[str]]) -> object:
    size, page = int(query["per_page"][0]), int(query["page"][0])
    return list(kept.comments.values())[size * (page - 1) : size * page]


def _gh_add_issue(kept: Kept, _: re.Match[str], body: Any, __: object) -> object:
    kept.tickets[kept.number()] = {"number": kept.number(), "state": "open", **body}
    return {}


def _gh_issues(kept: Kept, _: re.Match[str], __: object, query: dict[str, list[str]]) -> object:
    return [each for each in kept.tickets.values() if each["state"] == "open" and query["labels"][0] in each["labels"]]


GITHUB: dict[str, Route] = {
    r"GET /repos/o/r/issues/7/comments": _gh_page,
    r"POST /repos/o/r/issues/7/comments": _gh_add_comment,
    r"PATCH /repos/o/r/issues/comments/(\d+)": lambda k, m, b, _: k.comments[int(m[1])].update(b) or {},
    r"DELETE /repos/o/r/issues/comments/(\d+)": lambda k, m, _, __: k.comments.pop(int(m[1])) and None,
    r"GET /repos/o/r/issues": _gh_issues,
    r"POST /repos/o/r/issues": _gh_add_issue,
    r"POST /repos/o/r/issues/(\d+)/comments": lambda k, m, b, _: k.tickets[int(m[1])].update(last_word=b["body"]) or {},
    r"PATCH /repos/o/r/issues/(\d+)": lambda k, m, b, _: k.tickets[int(m[1])].update(b) or {},
    r"GET /repos/o/r": lambda _, __, ___, ____: {"default_branch": "main"},
    r"GET /repos/o/r/pulls": lambda k, _, __, q: [p for p in k.pulls if q["head"][0] == f"o:{p['head']}"],
    r"POST /repos/o/r/pulls": lambda k, _, b, __: k.pulls.append(b) or {},
}


def _ado_threads(kept: Kept, _: re.Match[str], __: object, ___: object) -> object:
    return {"value": [{"id": n, "comments": [{"id": 1, **each}]} for n, each in kept.comments.items()]}


def _ado_add_thread(kept: Kept, _: re.Match[str], body: Any, __: object) -> object:
    assert body["status"] == "closed"
    kept.comments[kept.number()] = {"content": body["comments"][0]["content"], "commentType": "text"}
    return {}


def _fields(body: Any) -> dict[str, str]:
    return {each["path"].removeprefix("/fields/"): each["value"] for each in body}


def _ado_add_item(kept: Kept, _: re.Match[str], body: Any, __: object) -> object:
    kept.tickets[kept.number()] = {"System.State": "To Do", **_fields(body)}
    return {}


def _ado_query(kept: Kept, _: re.Match[str], body: Any, __: object) -> object:
    assert "[System.Tags] contains 'drift'" in body["query"]
    return {"workItems": [{"id": n} for n, each in kept.tickets.items() if each["System.State"] != "Done"]}


_STATES = {"value": [{"name": "To Do", "category": "Proposed"}, {"name": "Done", "category": "Completed"}]}
AZURE_DEVOPS: dict[str, Route] = {
    r"GET /p/_apis/git/repositories/r/pullRequests/7/threads": _ado_threads,
    r"POST /p/_apis/git/repositories/r/pullRequests/7/threads": _ado_add_thread,
    r"PATCH /p/_apis/git/repositories/r/pullRequests/7/threads/(\d+)/comments/1": (
        lambda k, m, b, _: k.comments[int(m[1])].update(b) or {}
    ),
    r"DELETE /p/_apis/git/repositories/r/pullRequests/7/threads/(\d+)/comments/1": (
        lambda k, m, _, __: k.comments.pop(int(m[1])) and None
    ),
    r"POST /p/_apis/wit/wiql": _ado_query,
    r"POST /p/_apis/wit/workitems/\$Task": _ado_add_item,
    r"GET /p/_apis/wit/workitems/(\d+)": lambda k, m, _, __: {"fields": k.tickets[int(m[1])]},
    r"PATCH /p/_apis/wit/workitems/(\d+)": lambda k, m, b, _: k.tickets[int(m[1])].update(_fields(b)) or {},
    r"GET /p/_apis/wit/workitemtypes/Task/states": lambda _, __, ___, ____: _STATES,
    r"GET /p/_apis/git/repositories/r": lambda _, __, ___, ____: {"defaultBranch": "refs/heads/main"},
    r"GET /p/_apis/git/repositories/r/pullrequests": lambda k, _, __, ___: {"value": k.pulls},
    r"POST /p/_apis/git/repositories/r/pullrequests": lambda k, _, b, __: k.pulls.append(b) or {},
}


@contextmanager
def running(routes: dict[str, Route], kept: Kept) -> Iterator[str]:
    """The base address of a host with `routes`."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, found = self._found(f"{self.command} {url.path}", body, parse_qs(url.query))
            content = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _found(self, asked: str, body: object, query: dict[str, list[str]]) -> Answer:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return 401, {"message": "Bad credentials"}
            for pattern, route in routes.items():
                matched = re.fullmatch(pattern, asked)
                if matched:
                    if self.command != "GET":
                        kept.writes.append(asked)
                    return 200, route(kept, matched, body, query)
            return 404, {"message": f"Not Found: {asked}"}

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names that the server calls

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: pytest shows what failed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
