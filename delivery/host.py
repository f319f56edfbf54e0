"""The interface of a pull request host."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

_TIMEOUT_S = 30


class DeliveryError(RuntimeError):
    """A delivery failed; the message gives the given and allowed values, and the fix."""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One comment of this pipeline on the pull request. `id` is the host's own."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One open issue or work item."""

    id: str
    title: str


class Host(Protocol):
    """Comments are those on the pipeline's pull request; others' comments are not included."""

    def comments(self) -> list[Comment]:
        """The pipeline's own comments, oldest first."""

    def add_comment(self, text: str) -> None:
        """Add a comment."""

    def change_comment(self, comment: Comment, text: str) -> None:
        """Replace a comment's text."""

    def remove_comment(self, comment: Comment) -> None:
        """Remove a comment."""

    def open_tickets(self, label: str) -> list[Ticket]:
        """The open tickets with that label."""

    def open_ticket(self, title: str, text: str, label: str) -> None:
        """Open a ticket."""

    def change_ticket(self, ticket: Ticket, text: str) -> None:
        """Replace a ticket's text."""

    def close_ticket(self, ticket: Ticket, why: str) -> None:
        """Close a ticket, with a final comment."""

    def propose(self, branch: str, title: str, text: str) -> None:
        """Open a pull request from `branch` into the default branch, unless one is open."""


class Rest:
    """JSON over HTTPS, with the run's own token."""

    def __init__(self, base: str, token: str, **headers: str) -> None:
        self._client = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}", **headers}, timeout=_TIMEOUT_S
        )

    def call(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """The response as JSON, None if it is empty. Raises DeliveryError with the host's own message."""
        answer = self._client.request(method, path, json=body, **options)
        if answer.is_error:
            said = answer.text[:300].replace("\n", " ")
            raise DeliveryError(
                f"{method} {answer.request.url.path}: {answer.status_code} {said}. "
                "Give this job the permission that docs/delivery.md lists for it"
            )
        return answer.json() if answer.content else None
