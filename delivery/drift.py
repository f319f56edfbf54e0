"""Keeps one ticket per environment about drift: `python -m delivery.drift ENV [dist/drift]`.

`make drift` writes a review as JSON there for each stack. Any change in a plan of the deployed commit is drift: a
manual change, or an incomplete deployment. Without drift, an open ticket is closed.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from delivery.host import DeliveryError, Host
from delivery.hosts import host

LABEL = "drift"
# An issue may have 65,536 characters; a reader wants fewer.
_LONGEST = 60_000
Review = Mapping[str, Any]


def title(environment: str) -> str:
    """The title with which an environment's ticket is found again."""
    return f"Drift in {environment}"


def report(reviews: Sequence[Review]) -> str:
    """Markdown: each stack with drift, resource by resource; empty if there is none."""
    parts = ["\n".join(_stack(review)) for review in reviews if _differs(review)]
    text = "\n\n".join(parts)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "\n\n… cut off here: see the run for the rest"


def _differs(review: Review) -> bool:
    return bool(review["drift"] or review["changes"] or review["errored"])


def _stack(review: Review) -> Iterator[str]:
    yield f"### {review['stack']}"
    if review["errored"]:
        yield "- the plan ended with an error, so this may not be all"
    for item in review["drift"]:
        paths = ", ".join(f"`{each['path']}`" for each in item["differences"])
        fate = "an apply undoes it" if item["undone"] else "an apply leaves it"
        what = f"{item['action']}: {paths}" if paths else item["action"]
        yield f"- `{item['address']}` was changed outside Terraform ({what}); {fate}"
    by_hand = {item["address"] for item in review["drift"]}
    for item in review["changes"]:
        if item["address"] not in by_hand:
            yield f"- `{item['address']}` is not as the deployed commit says: {item['action']}"


def read(folder: Path) -> list[Review]:
    """The reviews in `folder`. Raises DeliveryError if there are none, or one is not a review."""
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise DeliveryError(f"{folder}: no review; run make drift first")
    found: list[Review] = []
    for path in paths:
        review = json.loads(path.read_text(encoding="utf-8"))
        lacking = {"stack", "drift", "changes", "errored"} - review.keys()
        if lacking:
            raise DeliveryError(f"{path}: lacks {', '.join(sorted(lacking))}; write it with mlops review --format json")
        found.append(review)
    return found


def apply(place: Host, environment: str, text: str) -> str:
    """Open, change or close the environment's ticket, and report which."""
    name = title(environment)
    ticket = next((each for each in place.open_tickets(LABEL) if each.title == name), None)
    if not text:
        if ticket is not None:
            place.close_ticket(ticket, "A plan of the deployed commit changes nothing any more.")
        return f"{environment}: no drift" + (", ticket closed" if ticket else "")
    if ticket is not None:
        place.change_ticket(ticket, text)
        return f"{environment}: drift, ticket {ticket.id} changed"
    place.open_ticket(name, text, LABEL)
    return f"{environment}: drift, ticket opened"


def main(arguments: Sequence[str]) -> int:
    """Read, report. Returns the exit code."""
    if not arguments:
        print("python -m delivery.drift ENV [FOLDER]: name the environment", file=sys.stderr)
        return 2
    try:
        text = report(read(Path(arguments[1] if len(arguments) > 1 else "dist/drift")))
        print(text)
        print(apply(host(), arguments[0], text))
    except DeliveryError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
