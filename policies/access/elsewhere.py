"""Who uses what changes, across stacks: for the blast radius of a plan review."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policies.access.build import estate_of
from policies.access.model import Estate, Key
from policies.access.stacks import Stack, read_stacks
from policies.review.blast_radius import Elsewhere, Users
from policies.terraform.plan import Change

_KINDS = {
    "databricks_catalog": "catalog",
    "databricks_schema": "schema",
    "databricks_volume": "volume",
    "databricks_registered_model": "model",
    "databricks_external_location": "external_location",
    "databricks_storage_credential": "storage_credential",
}
# Types whose names a job's cluster or an endpoint carries.
_NAMED = ("databricks_cluster_policy", "databricks_instance_pool", "databricks_sql_endpoint")


def users_elsewhere(folder: Path) -> Elsewhere:
    """Looks up users in the stacks below `folder`. Raises DocumentError where there are none."""
    stacks = read_stacks(folder)
    estate = estate_of(stacks)

    def users_of(change: Change, name: str) -> Users:
        kind = _KINDS.get(change.type)
        holders = set(_holders(estate, Key(kind=kind, name=name))) if kind else set()
        if change.type in ("databricks_service_principal", "databricks_group"):
            holders = {name, *(item.member for item in estate.memberships if item.group == name)}
        jobs = {key.name for key, item in estate.securables.items() if key.kind == "job" and item.run_as in holders}
        return Users(
            jobs=tuple(sorted(jobs | set(_naming(stacks, change, name)))),
            endpoints=tuple(sorted(_endpoints(stacks, name))),
            principals=tuple(sorted(holders)),
        )

    return users_of


def _holders(estate: Estate, key: Key) -> Iterator[str]:
    """Principals, groups' members included, that were given something on the securable or on what is in it."""
    for grant in estate.grants:
        if grant.key == key or grant.key.name.startswith(f"{key.name}."):
            yield grant.principal
            yield from (item.member for item in estate.memberships if item.group == grant.principal)


def _naming(stacks: tuple[Stack, ...], change: Change, name: str) -> Iterator[str]:
    """Jobs whose definition names the changing cluster policy or pool."""
    if change.type in _NAMED:
        for stack in stacks:
            for job in stack.of("databricks_job"):
                if name in set(_texts(job.values)):
                    yield f"{stack.environment}/{job.name}"


def _endpoints(stacks: tuple[Stack, ...], name: str) -> Iterator[str]:
    """Endpoints that serve the model, or a model of the schema or catalog."""
    for stack in stacks:
        for endpoint in stack.of("databricks_model_serving"):
            if any(text == name or text.startswith(f"{name}.") for text in _texts(endpoint.values)):
                yield f"{stack.environment}/{endpoint.name}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
