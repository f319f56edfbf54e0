"""Budget policies: `/api/2.1/accounts/{id}/budget-policies`. Stored; no usage is tagged here. Admin only."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from localcloud.kernel import pages, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, exists, not_found
from localcloud.kernel.identity import Caller, admin_to
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.billing import policies

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/account/budgetpolicy")
_KIND, _REQUEST = "budget_policy", "budget_policy_request"
_REQUEST_ID_LIMIT = 36
_PAGE = 100


Admin = Annotated[Caller, Depends(admin_to("manage budget policies"))]
router = APIRouter(prefix="/api/2.1/accounts/{account_id}/budget-policies", dependencies=[Depends(query.require_known)])


@router.post("")
def create(body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Create a policy with a unique name. The same `request_id` again returns the existing policy."""
    only(body, "policy", "request_id")
    request_id = str(body.get("request_id") or uuid.uuid4())
    if len(request_id) > _REQUEST_ID_LIMIT or not request_id.isascii():
        raise bad_request(f"request_id '{request_id}' is more than {_REQUEST_ID_LIMIT} ASCII characters.")
    before = cloud.store.get(_REQUEST, request_id)
    if before is not None:
        return _found(cloud, before["policy_id"])
    policy = _checked(cloud, required(body, "policy"), None)
    made = {"policy_id": str(uuid.uuid4()), **policy}
    with cloud.store.transaction():
        cloud.store.put(_REQUEST, request_id, {"policy_id": made["policy_id"]})
        cloud.store.put(_KIND, made["policy_id"], made)
    return made


@router.get("")
def list_all(
    cloud: CloudDep,
    _: Admin,
    page_size: int = _PAGE,
    page_token: str | None = None,
    part_of_name: Annotated[str, Query(alias="filter_by.policy_name")] = "",
) -> Document:
    """The policies by name, in pages. A filter selects names that contain a text."""
    found = {each["policy_name"]: each for each in cloud.store.all(_KIND) if part_of_name in each["policy_name"]}
    shown, token = pages.page(list(found), page_size, page_token)
    return {"policies": [found[each] for each in shown]} | ({"next_page_token": token} if token else {})


@router.get("/{policy_id}")
def get(policy_id: str, cloud: CloudDep, _: Admin) -> Document:
    """One policy."""
    return _found(cloud, policy_id)


@router.patch("/{policy_id}")
def update(policy_id: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Replace a policy, as on Databricks: omitted fields are cleared."""
    _found(cloud, policy_id)
    changed = {"policy_id": policy_id, **_checked(cloud, body, policy_id)}
    cloud.store.put(_KIND, policy_id, changed)
    return changed


@router.delete("/{policy_id}")
def delete(policy_id: str, cloud: CloudDep, _: Admin) -> Document:
    """Delete a policy. Its name can be used again."""
    _found(cloud, policy_id)
    cloud.store.delete(_KIND, policy_id)
    return {}


def _checked(cloud: Cloud, policy: Document, own_id: str | None) -> Document:
    found = policies.checked(policy, {each.workspace_id for each in cloud.workspaces()})
    if policy.get("policy_id") not in (None, "", own_id):
        raise bad_request(f"policy_id '{policy['policy_id']}' is given by Databricks: leave it out.")
    same = [each for each in cloud.store.all(_KIND) if each["policy_name"] == found["policy_name"]]
    if any(each["policy_id"] != own_id for each in same):
        raise exists(f"Budget policy '{found['policy_name']}' already exists.")
    return found


def _found(cloud: Cloud, policy_id: str) -> Document:
    found = cloud.store.get(_KIND, policy_id)
    if found is None:
        raise not_found(f"Budget policy '{policy_id}' does not exist.")
    return found
