"""Blast radius of a change: the jobs, endpoints and principals that use the changing resource.

Inside a stack the configuration has the references; across stacks, the synthesized documents do (`elsewhere`).
Replacing or destroying a resource affects all direct and indirect users; an update keeps its identity, so only direct
references are reported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.review.access.grants import holdings_of
from policies.review.changes.names import Names
from policies.terraform.change import Action, Change
from policies.terraform.configuration import without_index
from policies.terraform.plan import Plan
from policies.terraform.state import prior_resources

_TOLD = (Action.UPDATE, Action.REPLACE, Action.DELETE, Action.FORGET, Action.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Users:
    """Users of one object, by name."""

    jobs: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()

    def __or__(self, other: "Users") -> "Users":
        if not (self and other):
            return self or other
        return Users(
            jobs=_merged(self.jobs, other.jobs),
            endpoints=_merged(self.endpoints, other.endpoints),
            principals=_merged(self.principals, other.principals),
        )

    def __bool__(self) -> bool:
        return bool(self.jobs or self.endpoints or self.principals)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The users of one changing resource; `others` are the addresses of all other references to it."""

    address: str
    users: Users
    others: tuple[str, ...]


# Users in other stacks of a changing resource of that name.
Elsewhere = Callable[[Change, str], Users]


def blast_radius(plan: Plan, names: Names, elsewhere: Elsewhere | None = None) -> list[Reach]:
    """One entry per changing resource with users, in the plan's order."""
    graph = _Graph(plan)
    found = []
    for change in plan.changes:
        if change.action in _TOLD:
            behind = graph.behind(change)
            users = _users(behind, names)
            if elsewhere is not None:
                users |= elsewhere(change, names.of(change))
            others = tuple(item.address for item in behind if item.type not in _SHOWN)
            if users or others:
                found.append(Reach(address=change.address, users=users, others=others))
    return found


_SHOWN = (
    "databricks_job",
    "databricks_model_serving",
    "databricks_grants",
    "databricks_grant",
    "databricks_permissions",
)


class _Graph:
    """The references between resources, reversed."""

    def __init__(self, plan: Plan) -> None:
        self._instances: dict[str, list[Change]] = {}
        for change in plan.resources:
            self._instances.setdefault(without_index(change.address), []).append(change)
        self._users: dict[str, set[str]] = {}
        for user, used in _edges(plan):
            self._users.setdefault(used, set()).add(user)

    def behind(self, change: Change) -> list[Change]:
        """Everything that the change affects, by address."""
        start = without_index(change.address)
        found, open_ends = set[str](), [start]
        while open_ends:
            new = self._users.get(open_ends.pop(), set()) - found - {start}
            found |= new
            if change.action is not Action.UPDATE:
                open_ends.extend(new)
            else:  # data sources and modules stand for their readers
                open_ends.extend(item for item in new if item not in self._instances)
        return [
            item for address in sorted(found) for item in self._instances.get(address, ()) if item.mode == "managed"
        ]


def _edges(plan: Plan) -> Iterator[tuple[str, str]]:
    """(user, used): from the configuration, and from the state if the configuration no longer has the used one."""
    for configured in plan.configuration.resources.values():
        yield from ((configured.address, used) for used in configured.uses)
    for user, used in _state_edges(plan.document):
        if used not in plan.configuration.resources:
            yield user, used


def _state_edges(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in prior_resources(document):
        yield from ((without_index(item["address"]), used) for used in item.get("depends_on") or ())


def _users(behind: Iterable[Change], names: Names) -> Users:
    found = list(behind)
    holders = [holding.principal for change in found for holding in holdings_of(change, change.values, names)]
    runners = [names.principal(runner) for change in found for runner in _run_as(change)]
    return Users(
        jobs=_merged((names.of(change) for change in found if change.type == "databricks_job"), ()),
        endpoints=_merged((names.of(change) for change in found if change.type == "databricks_model_serving"), ()),
        principals=_merged(holders, runners),
    )


def _run_as(change: Change) -> Iterator[str]:
    blocks = change.values.get("run_as") if change.type == "databricks_job" else None
    for block in blocks if isinstance(blocks, list) else ():
        who = block.get("service_principal_name") or block.get("user_name")
        if isinstance(who, str):
            yield who


def _merged(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))
