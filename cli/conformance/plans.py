"""Compares a plan, as `terraform show -json` prints it, with the changes that were made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

UPDATED, REPLACED, UNCHANGED = "in place", "replaced", "no change"
_QUIET = (["no-op"], ["read"])


@dataclass(frozen=True, kw_only=True)
class Updated:
    """`outcome` of the resource at `address`; `arguments` are the changed ones (empty: it was not meant to change)."""

    address: str
    arguments: tuple[str, ...]
    outcome: str

    @property
    def type(self) -> str:
        """Its resource type."""
        return self.address.partition(".")[0]

    @property
    def passed(self) -> bool:
        """Whether the changed arguments are updated in place, and nothing else is touched."""
        return bool(self.arguments) and self.outcome == UPDATED


def updates(plan: str, changed: Mapping[str, tuple[str, ...]]) -> list[Updated]:
    """The planned action for every changed resource, and for every other resource that the plan touches."""
    found = {each["address"]: each["change"]["actions"] for each in json.loads(plan).get("resource_changes", [])}
    touched = {address for address, actions in found.items() if actions not in _QUIET}
    return [
        Updated(address=address, arguments=changed.get(address, ()), outcome=_outcome(found.get(address, ["no-op"])))
        for address in sorted(touched | changed.keys())
    ]


def _outcome(actions: list[str]) -> str:
    if actions in _QUIET:
        return UNCHANGED
    return UPDATED if actions == ["update"] else REPLACED
