"""Governed tags: `/api/2.1/tag-policies`. Workspace and account admins change them; everyone can read them."""

import uuid
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, exists, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.pages import page
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.query import require_known
from localcloud.kernel.store import Document
from localcloud.services.unity.tag_policies import FIELDS, KIND, require_usable

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/tagpolicies")

router = APIRouter(prefix="/api/2.1/tag-policies", dependencies=[Depends(require_known)])
_READ_ONLY = ("id", "create_time", "update_time")
_CHANGED = ("description", "values")


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a tag policy. 409 if the tag has one."""
    caller.require_workspace_admin("create tag policies")
    key = required(only(body, *FIELDS, *_READ_ONLY), "tag_key")
    require_usable(body)
    if cloud.store.get(KIND, key) is not None:
        raise exists(f"Tag policy with key '{key}' exists already.")
    said = {name: body[name] for name in FIELDS if body.get(name) is not None}
    made = {"description": "", **said, "id": str(uuid.uuid4()), "create_time": _now(), "update_time": _now()}
    cloud.store.put(KIND, key, made)
    return made


@router.get("")
def list_policies(
    cloud: CloudDep,
    _: CallerDep,
    page_size: Annotated[int | None, Query()] = None,
    page_token: Annotated[str | None, Query()] = None,
) -> Document:
    """All tag policies, in pages."""
    held = {each["tag_key"]: each for each in cloud.store.all(KIND)}
    shown, following = page(list(held), page_size, page_token)
    return {"tag_policies": [held[key] for key in shown]} | ({"next_page_token": following} if following else {})


@router.get("/{tag_key:path}")
def get(tag_key: str, cloud: CloudDep, _: CallerDep) -> Document:
    """One tag policy."""
    return _require(cloud, tag_key)


@router.patch("/{tag_key:path}")
def update(tag_key: str, body: JsonBody, update_mask: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the fields in the mask; `*` for all."""
    caller.require_workspace_admin("change tag policies")
    held = _require(cloud, tag_key)
    wanted = _CHANGED if update_mask == "*" else tuple(update_mask.split(","))
    other = [name for name in wanted if name not in _CHANGED]
    if other:
        raise bad_request(f"update_mask names {', '.join(other)}; changed are {', '.join(_CHANGED)}.")
    new = {**held, **{name: body.get(name) for name in wanted}, "update_time": _now()}
    require_usable(new)
    kept = {name: value for name, value in new.items() if value is not None}
    cloud.store.put(KIND, tag_key, kept)
    return kept


@router.delete("/{tag_key:path}")
def delete(tag_key: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a tag policy. Assigned tags stay."""
    caller.require_workspace_admin("delete tag policies")
    _require(cloud, tag_key)
    cloud.store.delete(KIND, tag_key)
    return {}


def _require(cloud: Cloud, key: str) -> Document:
    found = cloud.store.get(KIND, key)
    if found is None:
        raise not_found(f"Tag policy with key '{key}' does not exist.")
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
