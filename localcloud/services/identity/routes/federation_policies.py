"""Federation policies of the account and its service principals. Stored; no external sign-in happens here."""

from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel import pages, query
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import exists, not_found
from localcloud.kernel.identity import Caller, admin_to
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import federation

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/account/serviceprincipalfederationpolicy")
_KIND = "federation_policy"

Admin = Annotated[Caller, Depends(admin_to("manage federation policies"))]
router = APIRouter(prefix="/api/2.0/accounts/{account_id}", dependencies=[Depends(query.require_known)])


class _Owner:
    """The owner of the policies: the service principal in the path, or the account if the path has none.

    Raises `ApiError` 404 for a principal that does not exist.
    """

    def __init__(self, account_id: str, cloud: CloudDep, principal_id: int | None = None) -> None:
        if principal_id is not None and cloud.store.get("service_principal", str(principal_id)) is None:
            raise not_found(f"Service principal {principal_id} does not exist.")
        self.principal_id = principal_id
        of = f"/servicePrincipals/{principal_id}" if principal_id is not None else ""
        self.path = f"accounts/{account_id}{of}"

    def key(self, policy_id: str) -> str:
        """The key of a stored policy. The local cloud has one account, whatever id a path contains."""
        return f"{self.principal_id or ''}/{policy_id}"


OwnerDep = Annotated[_Owner, Depends()]


def _create(body: JsonBody, owner: OwnerDep, cloud: CloudDep, _: Admin, policy_id: str | None = None) -> Document:
    """Create a policy: issuer, subject and audiences (default: the account's id) of accepted tokens."""
    made = federation.made(owner.path, body, policy_id, owner.principal_id)
    if cloud.store.get(_KIND, owner.key(made["policy_id"])) is not None:
        raise exists(f"Federation policy '{made['policy_id']}' already exists.")
    cloud.store.put(_KIND, owner.key(made["policy_id"]), made)
    return made


def _list(
    owner: OwnerDep, cloud: CloudDep, _: Admin, page_size: int | None = None, page_token: str | None = None
) -> Document:
    """The policies by id, in pages."""
    own = [each for each in cloud.store.all(_KIND) if each.get("service_principal_id") == owner.principal_id]
    found = {each["policy_id"]: each for each in own}
    shown, token = pages.page(list(found), page_size, page_token)
    return {"policies": [found[each] for each in shown]} | ({"next_page_token": token} if token else {})


def _get(policy_id: str, owner: OwnerDep, cloud: CloudDep, _: Admin) -> Document:
    """One policy."""
    return _found(cloud, owner, policy_id)


def _update(
    policy_id: str, body: JsonBody, owner: OwnerDep, cloud: CloudDep, _: Admin, update_mask: str | None = None
) -> Document:
    """Change the fields in `update_mask`; without a mask, all given fields."""
    new = federation.changed(owner.path, _found(cloud, owner, policy_id), body, update_mask)
    cloud.store.put(_KIND, owner.key(policy_id), new)
    return new


def _delete(policy_id: str, owner: OwnerDep, cloud: CloudDep, _: Admin) -> Document:
    """Delete a policy."""
    _found(cloud, owner, policy_id)
    cloud.store.delete(_KIND, owner.key(policy_id))
    return {}


def _found(cloud: Cloud, owner: _Owner, policy_id: str) -> Document:
    found = cloud.store.get(_KIND, owner.key(policy_id))
    if found is None:
        raise not_found(f"Federation policy '{policy_id}' does not exist.")
    return found


for _prefix in ("", "/servicePrincipals/{principal_id}"):
    _all, _one = f"{_prefix}/federationPolicies", f"{_prefix}/federationPolicies/{{policy_id:path}}"
    router.add_api_route(_all, _create, methods=["POST"])
    router.add_api_route(_all, _list, methods=["GET"])
    router.add_api_route(_one, _get, methods=["GET"])
    router.add_api_route(_one, _update, methods=["PATCH"])
    router.add_api_route(_one, _delete, methods=["DELETE"])
