"""Who gains and who loses what: every kind of permission as principal, privilege and securable, before and after."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.review.access_types import READERS
from policies.review.differences import UNKNOWN
from policies.review.names import Names
from policies.review.plan import Action, Change, Plan


@dataclass(frozen=True, kw_only=True, order=True)
class Holding:
    """A principal holds a privilege on a securable; `kind` is the securable's, such as `schema`."""

    principal: str
    privilege: str
    kind: str
    securable: str


@dataclass(frozen=True, kw_only=True)
class GrantChange:
    """What one principal gains and loses on one securable, by one resource."""

    principal: str
    kind: str
    securable: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    address: str

    def words(self) -> str:
        """`ml-engineers gains MODIFY on schema ml.feat`."""
        parts = [
            f"{verb} {', '.join(privileges)}"
            for verb, privileges in (("gains", self.gains), ("loses", self.loses))
            if privileges
        ]
        return f"{self.principal} {' and '.join(parts)} on {self.kind} {self.securable}"


def grant_changes(plan: Plan, names: Names) -> list[GrantChange]:
    """One entry per resource, principal and securable whose privileges change, in the plan's order."""
    return [found for change in plan.changes for found in _of(change, names)]


def _of(change: Change, names: Names) -> Iterator[GrantChange]:
    before, after = (set(holdings_of(change, side, names)) for side in (change.before, change.after))
    # Owners of what comes or goes are said with the resource itself.
    if change.action in (Action.UPDATE, Action.REPLACE, Action.UNKNOWN):
        before |= set(_owner(change, change.before, names))
        after |= set(_owner(change, change.after, names))
    changed = sorted(before ^ after)
    subjects = dict.fromkeys((item.principal, item.kind, item.securable) for item in changed)
    for principal, kind, securable in subjects:
        mine = [item for item in changed if (item.principal, item.kind, item.securable) == (principal, kind, securable)]
        yield GrantChange(
            principal=principal,
            kind=kind,
            securable=securable,
            gains=tuple(item.privilege for item in mine if item in after),
            loses=tuple(item.privilege for item in mine if item in before),
            address=change.address,
        )


def holdings_of(change: Change, values: Any, names: Names) -> Iterator[Holding]:
    """What a resource that states permissions gives, with `values` as its attributes; nothing for other types."""
    read = READERS.get(change.type)
    if read is not None and isinstance(values, Mapping):
        for principal, privilege, kind, securable in read(change, values, names):
            yield Holding(
                principal=names.principal(principal or UNKNOWN),
                privilege=privilege or UNKNOWN,
                kind=_word(kind),
                securable=securable,
            )


def _word(kind: str) -> str:
    """A kind as plain words: it comes from names in the plan, and is shown as text."""
    return re.sub(r"[^A-Za-z0-9 ]+", " ", kind)[:40].strip() or "securable"


def _owner(change: Change, values: Any, names: Names) -> Iterator[Holding]:
    """Who owns it, where that is known before and after."""
    owners = [side.get("owner") if isinstance(side, Mapping) else None for side in (change.before, change.after)]
    if all(isinstance(owner, str) and owner for owner in owners):
        kind = _word(change.type.removeprefix("databricks_"))
        owner = names.principal(values["owner"])
        yield Holding(principal=owner, privilege="OWNERSHIP", kind=kind, securable=names.of(change))
