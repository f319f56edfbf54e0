"""GitHub, through its REST API with the run's GITHUB_TOKEN."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from delivery.host import Comment, DeliveryError, Rest, Ticket

_PAGE = 100
# The author of comments made with a run's own token.
_SELF = "github-actions[bot]"


class GitHub:
    """The GitHub host. `environment` has the variables of a run, and GITHUB_TOKEN."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        token = environment.get("GITHUB_TOKEN", "")
        if not token:
            raise DeliveryError("GITHUB_TOKEN is empty: give the step `env: {GITHUB_TOKEN: ${{ github.token }}}`")
        self._base = f"/repos/{environment['GITHUB_REPOSITORY']}"
        self._event = Path(environment.get("GITHUB_EVENT_PATH", "/dev/null"))
        api = environment.get("GITHUB_API_URL", "https://api.github.com")
        self._rest = Rest(api, token, Accept="application/vnd.github+json")

    def comments(self) -> list[Comment]:
        """See Host."""
        found = self._all(f"{self._base}/issues/{self._pull_request()}/comments")
        own = [each for each in found if each["user"]["login"] == _SELF]
        return [Comment(id=str(each["id"]), text=each["body"]) for each in own]

    def add_comment(self, text: str) -> None:
        """See Host."""
        self._rest.call("POST", f"{self._base}/issues/{self._pull_request()}/comments", {"body": text})

    def change_comment(self, comment: Comment, text: str) -> None:
        """See Host."""
        self._rest.call("PATCH", f"{self._base}/issues/comments/{comment.id}", {"body": text})

    def remove_comment(self, comment: Comment) -> None:
        """See Host."""
        self._rest.call("DELETE", f"{self._base}/issues/comments/{comment.id}")

    def open_tickets(self, label: str) -> list[Ticket]:
        """See Host. GitHub lists pull requests among the issues."""
        found = self._all(f"{self._base}/issues", labels=label, state="open")
        return [Ticket(id=str(each["number"]), title=each["title"]) for each in found if "pull_request" not in each]

    def open_ticket(self, title: str, text: str, label: str) -> None:
        """See Host."""
        self._rest.call("POST", f"{self._base}/issues", {"title": title, "body": text, "labels": [label]})

    def change_ticket(self, ticket: Ticket, text: str) -> None:
        """See Host."""
        self._rest.call("PATCH", f"{self._base}/issues/{ticket.id}", {"body": text})

    def close_ticket(self, ticket: Ticket, why: str) -> None:
        """See Host."""
        self._rest.call("POST", f"{self._base}/issues/{ticket.id}/comments", {"body": why})
        self._rest.call("PATCH", f"{self._base}/issues/{ticket.id}", {"state": "closed"})

    def propose(self, branch: str, title: str, text: str) -> None:
        """See Host."""
        owner = self._base.split("/")[2]
        if self._all(f"{self._base}/pulls", head=f"{owner}:{branch}", state="open"):
            return
        base = self._rest.call("GET", self._base)["default_branch"]
        body = {"title": title, "body": text, "head": branch, "base": base}
        self._rest.call("POST", f"{self._base}/pulls", body)

    def _pull_request(self) -> int:
        event = json.loads(self._event.read_text(encoding="utf-8") or "{}")
        try:
            return int(event["pull_request"]["number"])
        except KeyError as error:
            raise DeliveryError("this run is of no pull request: run it on the event pull_request") from error

    def _all(self, path: str, **query: str) -> list[dict[str, Any]]:
        return list(self._pages(path, query))

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        page, full = 0, True
        while full:
            page += 1
            found = self._rest.call("GET", path, params={**query, "per_page": _PAGE, "page": page})
            full = len(found) == _PAGE
            yield from found
