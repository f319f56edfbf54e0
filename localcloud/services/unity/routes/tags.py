"""Tags on columns: `/entity-tag-assignments`. Setting and removing needs APPLY_TAG on the table, reading BROWSE."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.names import levels
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, records, tag_policies
from localcloud.services.unity.hiding import TAG
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/entitytagassignments")

router = APIRouter(prefix="/entity-tag-assignments")
_COLUMNS = "columns"
_OF = "/{kind}/{name}/tags"
_Key = Annotated[str, Path()]


def _named(kind: str, name: str) -> str:
    """The full name of the column that a path names. Raises `ApiError` 400."""
    if kind != _COLUMNS:
        raise bad_request(f"entity_type '{kind}' is not kept locally: use {_COLUMNS}.")
    return ".".join(levels(name, 4))


def _asked(kind: str, name: str, _: CallerDep) -> str:
    """The column that a path names, after authentication."""
    return _named(kind, name)


ColumnDep = Annotated[str, Depends(_asked)]


@router.post("")
def assign_tag(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Set a tag of a column."""
    kind, name, key = required(body, "entity_type", "entity_name", "tag_key")
    return _put(cloud, caller, _named(kind, name), key, body.get("tag_value") or "")


@router.get(_OF)
def list_tags(column: ColumnDep, cloud: CloudDep, caller: CallerDep) -> Document:
    """The tags of a column."""
    _require_sight(cloud, caller, column)
    return {"tag_assignments": [_shown(column, key, value) for key, value in _tags(cloud, column).items()]}


@router.get(f"{_OF}/{{key}}")
def get_tag(column: ColumnDep, key: _Key, cloud: CloudDep, caller: CallerDep) -> Document:
    """One tag of a column."""
    _require_sight(cloud, caller, column)
    return _shown(column, key, _require(cloud, column, key))


@router.patch(f"{_OF}/{{key}}")
def change_tag(column: ColumnDep, key: _Key, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the value of an existing tag."""
    _authorize(cloud, caller, column)
    _require(cloud, column, key)
    return _put(cloud, caller, column, key, body.get("tag_value") or "")


@router.delete(f"{_OF}/{{key}}")
def remove_tag(column: ColumnDep, key: _Key, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove a tag from a column."""
    _authorize(cloud, caller, column)
    with cloud.store.transaction():
        _require(cloud, column, key)
        left = {name: value for name, value in _tags(cloud, column).items() if name != key}
        _keep(cloud, column, left)
    return {}


def _put(cloud: Cloud, caller: Caller, column: str, key: str, value: str) -> Document:
    _authorize(cloud, caller, column)
    tag_policies.require_allowed(cloud, key, value)
    with cloud.store.transaction():
        _keep(cloud, column, _tags(cloud, column) | {key: value})
    return _shown(column, key, value)


def _authorize(cloud: Cloud, caller: Caller, column: str) -> None:
    """Raise `ApiError` 403 without APPLY_TAG on the column's table, 404 if the table has no such column."""
    table, _, name = column.rpartition(".")
    access.authorize(cloud, caller, Kind.TABLE, table, Privilege.APPLY_TAG)
    columns = [each["name"] for each in records.require(cloud.store, Kind.TABLE, table).get("columns", [])]
    if name not in columns:
        raise not_found(f"'{table}' has no column '{name}'; it has {', '.join(columns) or 'none'}.")


def _require_sight(cloud: Cloud, caller: Caller, column: str) -> None:
    access.authorize_metadata(cloud, caller, Kind.TABLE, column.rpartition(".")[0])


def _tags(cloud: Cloud, column: str) -> dict[str, str]:
    held: dict[str, str] = (cloud.store.get(TAG, column) or {"tags": {}})["tags"]
    return held


def _require(cloud: Cloud, column: str, key: str) -> str:
    tags = _tags(cloud, column)
    if key not in tags:
        raise not_found(f"Column '{column}' has no tag '{key}'.")
    return tags[key]


def _keep(cloud: Cloud, column: str, tags: dict[str, str]) -> None:
    cloud.store.put(TAG, column, {"tags": tags, "_key": column, "_below": column.rpartition(".")[0]})


def _shown(column: str, key: str, value: str) -> Document:
    return {"entity_type": _COLUMNS, "entity_name": column, "tag_key": key, "tag_value": value}
