"""Data of a registered model besides owner and grants: versions, aliases and tags."""

import re

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.store import Document, Store
from localcloud.services.unity import model_events, versions

_STATE = "registered_model_state"
# As MLflow's clients check it: what else would read as a version's number, or as the newest one.
_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,255}")
_RESERVED = re.compile(r"latest|v\d+", re.IGNORECASE)


def aliases(store: Store, model: str) -> dict[str, int]:
    """The version number of each alias."""
    return dict(_state(store, model)["aliases"])


def naming(store: Store, model: str, number: int) -> list[str]:
    """The aliases of a version, in alphabetical order."""
    return sorted(alias for alias, named in aliases(store, model).items() if named == number)


def by_alias(store: Store, model: str, alias: str) -> Document:
    """The version that `alias` points at. Raises `ApiError` 404."""
    number = aliases(store, model).get(alias)
    if number is None:
        raise not_found(f"Registered Model '{model}' has no alias '{alias}'.")
    return versions.require(store, model, number)


def set_alias(store: Store, model: str, alias: str, number: int) -> None:
    """Point `alias` at a version. Raises `ApiError` 400 for an invalid name, 404 for a missing version."""
    if not _ALIAS.fullmatch(alias) or _RESERVED.fullmatch(alias):
        allowed = "1 to 255 letters, digits, '_' and '-', and neither 'latest' nor 'v' with a number"
        raise bad_request(f"Alias '{alias}' is not allowed: an alias has {allowed}.")
    with store.transaction():
        versions.require(store, model, number)
        _change(store, model, "aliases", aliases(store, model) | {alias: number})
        model_events.record(store, model_events.ALIAS_SET, model, version=number, alias_name=alias)


def delete_alias(store: Store, model: str, alias: str) -> None:
    """Remove `alias`; no error if it does not exist."""
    with store.transaction():
        _change(store, model, "aliases", {a: n for a, n in aliases(store, model).items() if a != alias})


def tags(store: Store, model: str) -> dict[str, str]:
    """The model's own tags."""
    return dict(_state(store, model)["tags"])


def set_tags(store: Store, model: str, new: dict[str, str]) -> None:
    """Replace the model's own tags."""
    _change(store, model, "tags", new)


def delete_version(cloud: Cloud, document: Document) -> None:
    """Delete a version, its artifacts and its aliases."""
    model, number = document["model"], document["version"]
    with cloud.store.transaction():
        for alias in naming(cloud.store, model, number):
            delete_alias(cloud.store, model, alias)
        versions.delete(cloud, document)


def forget(cloud: Cloud, model: str) -> None:
    """Delete everything stored for a deleted model."""
    for document in versions.of_model(cloud.store, model):
        versions.delete(cloud, document)
    cloud.store.delete(_STATE, model)


def as_unity(store: Store, document: Document) -> Document:
    """A version as Unity Catalog's `ModelVersionInfo`."""
    catalog, schema, name = document["model"].split(".")
    own = ("version", "id", "status", "storage_location", "created_at", "created_by", "updated_at", "updated_by")
    named = naming(store, document["model"], document["version"])
    return {
        "catalog_name": catalog,
        "schema_name": schema,
        "model_name": name,
        **{field: document[field] for field in (*own, "run_id", "source", "comment")},
        "aliases": [{"alias_name": alias, "version_num": document["version"]} for alias in named],
    }


def _state(store: Store, model: str) -> Document:
    return store.get(_STATE, model) or {"aliases": {}, "tags": {}}


def _change(store: Store, model: str, field: str, value: Document) -> None:
    store.put(_STATE, model, _state(store, model) | {field: value})
