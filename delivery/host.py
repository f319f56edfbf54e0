"""What a host of pull requests can do, whichever it is."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

_TIMEOUT_S = 30


class DeliveryError(RuntimeError):
    """Something could not be delivered; the message says what was given, what is allowed and what to change."""


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
    """Comments are those of the pull request that the pipeline runs for; of others' comments nothing is seen."""

    def comments(self) -> list[Comment]:
        """The pipeline's own comments, oldest first."""

    def add_comment(self, text: str) -> None:
        """Write a new one."""

    def change_comment(self, comment: Comment, text: str) -> None:
        """Write over one."""

    def remove_comment(self, comment: Comment) -> None:
        """Take one away."""

    def open_tickets(self, label: str) -> list[Ticket]:
        """The open ones with that label."""

    def open_ticket(self, title: str, text: str, label: str) -> None:
        """Open one."""

    def change_ticket(self, ticket: Ticket, text: str) -> None:
        """Write over its text."""

    def close_ticket(self, ticket: Ticket, why: str) -> None:
        """Close one, with a last word."""

    def propose(self, branch: str, title: str, text: str) -> None:
        """Open a pull request from `branch` into the default branch, unless one is open."""


class Rest:
    """JSON over HTTPS, with the run's own token."""

    def __init__(self, base: str, token: str, **headers: str) -> None:
        self._client = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}", **headers}, timeout=_TIMEOUT_S
        )

    def call(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """The answer as JSON, None if it is empty. Raises DeliveryError with the host's own words."""
        answer = self._client.request(method, path, json=body, **options)
        if answer.is_error:
            said = answer.text[:300].replace("\n", " ")
            raise DeliveryError(
                f"{method} {answer.request.url.path}: {answer.status_code} {said}. "
                "Give this job the permission that docs/delivery.md lists for it"
            )
        return answer.json() if answer.content else None
