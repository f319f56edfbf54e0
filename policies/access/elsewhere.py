"""Users of a changing resource in other stacks: for the blast radius of a plan review."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from policies.access.build import estate_of
from policies.access.model import Key
from policies.access.stacks import Stack, read_stacks
from policies.review.changes.blast_radius import Elsewhere, Users
from policies.terraform.change import Change

_KINDS = {
    "databricks_catalog": "catalog",
    "databricks_schema": "schema",
    "databricks_volume": "volume",
    "databricks_registered_model": "model",
    "databricks_external_location": "external_location",
    "databricks_storage_credential": "storage_credential",
}
Name = TypeVar("Name", str, tuple[str, str])
# Types whose names appear in a job's cluster or an endpoint.
_NAMED = ("databricks_cluster_policy", "databricks_instance_pool", "databricks_sql_endpoint")


def users_elsewhere(folder: Path) -> Elsewhere:
    """Looks up users in the stacks below `folder`. Raises DocumentError if there are none."""
    users = _Users(read_stacks(folder))

    def users_of(change: Change, name: str) -> Users:
        holders = users.holders(change, name)
        jobs = {job for holder in holders for job in users.run_by.get(holder, ())}
        named = users.naming.get(name, set()) if change.type in _NAMED else set()
        return Users(
            jobs=tuple(sorted(jobs | named)),
            endpoints=tuple(sorted(users.serving.get(name, ()))),
            principals=tuple(sorted(holders)),
        )

    return users_of


class _Users:
    """Users by the name of what they use, read once from the stacks, because a plan queries it for every resource."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        estate = estate_of(tuple(stacks))
        jobs = list(_resources(stacks, "databricks_job"))
        endpoints = list(_resources(stacks, "databricks_model_serving"))
        self._members = _gathered((item.group, item.member) for item in estate.memberships)
        self._granted = _gathered((place, grant.principal) for grant in estate.grants for place in _around(grant.key))
        # Jobs by the principal that they run as, jobs by every text in their definition, endpoints by what they serve.
        self.run_by = _gathered((item.run_as, key.name) for key, item in estate.securables.items() if key.kind == "job")
        self.naming = _gathered((text, called) for called, values in jobs for text in _texts(values))
        self.serving = _gathered((name, called) for called, values in endpoints for name in _served(values))

    def holders(self, change: Change, name: str) -> set[str]:
        """The principals that a change affects.

        Of a changing group, its members; of a securable, the holders of privileges on it or on its content, groups'
        members included.
        """
        if change.type in ("databricks_service_principal", "databricks_group"):
            return {name, *self._members.get(name, ())}
        kind = _KINDS.get(change.type)
        # The content of a securable has a longer name and another kind.
        given = self._granted.get((kind, name), set()) | self._granted.get((_INSIDE, name), set()) if kind else set()
        return given | {member for holder in given for member in self._members.get(holder, ())}


_INSIDE = "what is in it"


def _around(key: Key) -> Iterator[tuple[str, str]]:
    """The securable by its kind and name, and its parents by its name: `a.b.c` is in `a.b` and in `a`."""
    yield key.kind, key.name
    yield from ((_INSIDE, place) for place in _outer(key.name))


def _outer(name: str) -> Iterator[str]:
    """`a.b` and `a` for `a.b.c`."""
    yield from (name[:end] for end, character in enumerate(name) if character == ".")


def _served(values: Any) -> Iterator[str]:
    """Every text of an endpoint that may be the name of a model, and the schemas and catalogs that contain it."""
    for text in _texts(values):
        yield text
        yield from _outer(text)


def _resources(stacks: Iterable[Stack], kind: str) -> Iterator[tuple[str, Any]]:
    """Names, prefixed by the environment, and values of the resources of a type."""
    for stack in stacks:
        yield from ((f"{stack.environment}/{item.name}", item.values) for item in stack.of(kind))


def _gathered(pairs: Iterable[tuple[Name, str]]) -> dict[Name, set[str]]:
    """The second elements of all pairs, by the first."""
    found: dict[Name, set[str]] = {}
    for name, item in pairs:
        found.setdefault(name, set()).add(item)
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
