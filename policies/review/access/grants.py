"""Gained and lost access: every kind of permission as principal, privilege and securable, before and after."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from policies import rights
from policies.review.access.resource_types import READERS, STATED
from policies.review.access.unread import gives_unread_access, subject
from policies.review.changes.differences import UNKNOWN
from policies.review.changes.names import Names
from policies.terraform.change import Action, Change
from policies.terraform.plan import Plan

# The permissions of these are compared attribute by attribute (`settings` in the rules), and assigned by other types.
_BY_RULE = ("azurerm_role_definition",)


class Holding(NamedTuple):
    """A principal holds a privilege on a securable; `kind` is the securable's, such as `schema`.

    A tuple, because a review makes tens of thousands and compares them as sets.
    """

    principal: str
    privilege: str
    kind: str
    securable: str


@dataclass(frozen=True, kw_only=True)
class GrantChange:
    """One principal's gains and losses on one securable, by one resource.

    `outside` are lost privileges that somebody had granted outside Terraform.
    """

    principal: str
    kind: str
    securable: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    address: str
    imported: bool = False
    outside: tuple[str, ...] = ()

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
    moves = [(change, *_sides(change, names)) for change in plan.changes]
    # A right that one resource removes and another gives is unchanged, if it is wholly known.
    lost = {item for _, before, after in moves for item in before - after if _is_known(item)}
    kept = {item for _, before, after in moves for item in after - before if item in lost}
    by_hand = {item for change in plan.drift for item in _given_by_hand(change, names)}
    return [found for change, before, after in moves for found in _of(change, before - kept, after - kept, by_hand)]


def _given_by_hand(change: Change, names: Names) -> set[Holding]:
    """The rights of a resource that were added outside Terraform since its last write."""
    before, after = (set(holdings_of(change, side, names)) for side in (change.before, change.after))
    return after - before


def _is_known(held: Holding) -> bool:
    # Several workspaces may be "of this stack", one for each of its providers.
    named = UNKNOWN not in (held.principal, held.privilege, held.securable)
    return named and not held.securable.startswith("of this ")


def _sides(change: Change, names: Names) -> tuple[set[Holding], set[Holding]]:
    """The rights that the resource gives before and after."""
    before, after = (set(holdings_of(change, side, names)) for side in (change.before, change.after))
    if change.after is not None:
        after |= set(_unknown_rights(change, names))
    owners = _owners(change, names)
    before, after = before | owners[0], after | owners[1]
    if change.action is Action.FORGET and change.after is None:  # it still exists, and so do its rights
        after = before
    return before, after


def _of(change: Change, before: set[Holding], after: set[Holding], by_hand: Set[Holding]) -> Iterator[GrantChange]:
    # The remaining holders are unknown too, so no losses are reported.
    unsure = any(UNKNOWN in (item.principal, item.privilege) for item in after)
    changed = sorted(after - before if unsure else before ^ after)
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
            imported=change.imported,
            outside=tuple(item.privilege for item in mine if item in before and item in by_hand),
        )


def holdings_of(change: Change, values: Any, names: Names) -> Iterator[Holding]:
    """The rights that a permission resource gives, with `values` as its attributes; empty for other types."""
    read = READERS.get(change.type)
    if read is not None and isinstance(values, Mapping):
        for principal, privilege, kind, securable in read(change, values, names):
            yield Holding(_principal(principal, names), privilege or UNKNOWN, _word(kind), securable)


@lru_cache(maxsize=1_000)
def _word(kind: str) -> str:
    """A kind as plain words: it comes from names in the plan, and is shown as text."""
    return re.sub(r"[^A-Za-z0-9 ]+", " ", kind)[:40].strip() or "securable"


def _principal(text: str, names: Names) -> str:
    return rights.principal(names.principal(text or UNKNOWN))


def _unknown_rights(change: Change, names: Names) -> Iterator[Holding]:
    """One entry if the plan does not yet know the principal or the rights."""
    marks = change.unknown if isinstance(change.unknown, Mapping) else {}
    if _is_roles_only(change):
        return
    if change.type not in READERS and change.type not in _BY_RULE and gives_unread_access(change, names):
        kind, securable = subject(change, names)
        yield Holding(principal=UNKNOWN, privilege=UNKNOWN, kind=_word(kind), securable=securable)
    if marks and change.type in READERS and any(_hides_entries(marks.get(name)) for name in STATED):
        kind = _word(change.type.removeprefix("databricks_"))
        yield Holding(principal=UNKNOWN, privilege=UNKNOWN, kind=kind, securable=names.of(change))


def _is_roles_only(change: Change) -> bool:
    """A vault with role-based access ignores policies; the provider still leaves them unknown."""
    switches = ("rbac_authorization_enabled", "enable_rbac_authorization")
    return change.type == "azurerm_key_vault" and any(change.values.get(name) is True for name in switches)


def _hides_entries(marks: Any) -> bool:
    """Whether a whole list, or an entry of one, is unknown. Unknown attributes of known blocks have their own rows."""
    if isinstance(marks, list):
        return any(mark is True or _hides_entries(mark) for mark in marks)
    if isinstance(marks, Mapping):
        return any(_hides_entries(mark) for mark in marks.values() if mark is not True)
    return marks is True


def _owners(change: Change, names: Names) -> tuple[set[Holding], set[Holding]]:
    """The owner before and after.

    Owners of new resources are reported only if no group would own them: they are shown with the resource itself.
    """
    before, after = (_owner_of(side) for side in (change.before, change.after))
    if change.action is Action.CREATE:
        told = bool(after) and (rights.is_everybody(after) or "@" in after)
        return set(), {_ownership(change, after, names)} if told else set()
    if change.action not in (Action.UPDATE, Action.REPLACE, Action.UNKNOWN) or not before:
        return set(), set()
    if not after and _owner_is_unknown(change, names):
        after = names.referred(change, "owner") or UNKNOWN
    if not after:
        return set(), set()
    return {_ownership(change, before, names)}, {_ownership(change, after, names)}


def _owner_of(values: Any) -> str:
    found = values.get("owner") if isinstance(values, Mapping) else None
    return found if isinstance(found, str) else ""


def _owner_is_unknown(change: Change, names: Names) -> bool:
    """A replacement makes every owner unknown that the configuration does not set."""
    unknown = isinstance(change.unknown, Mapping) and change.unknown.get("owner") is True
    return unknown and (change.action is not Action.REPLACE or names.sets(change, "owner"))


def _ownership(change: Change, owner: str, names: Names) -> Holding:
    kind = _word(change.type.removeprefix("databricks_"))
    return Holding(principal=_principal(owner, names), privilege="OWNERSHIP", kind=kind, securable=names.of(change))
