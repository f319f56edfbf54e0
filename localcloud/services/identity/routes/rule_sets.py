"""Rule sets: `/api/2.0/preview/accounts/{id}/access-control/rule-sets`, also through a workspace."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import rule_sets

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/account/accountaccesscontrol")

router = APIRouter()
_PATHS = (
    "/api/2.0/preview/accounts/{account_id}/access-control/rule-sets",
    "/api/2.0/preview/accounts/access-control/rule-sets",
)


def _get(name: str, cloud: CloudDep, _: CallerDep) -> Document:
    """The rule set with its etag."""
    return rule_sets.read(cloud, name)


def _put(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace the rule set. Account admins only; workspace admins too for a governed tag. A stale `etag` is refused."""
    name, given = required(body, "name", "rule_set")
    if "/tagPolicies/" in name:
        caller.require_workspace_admin("change the rules of a governed tag")
    else:
        caller.require_admin("change rule sets")
    if given.get("etag") not in (None, "", rule_sets.read(cloud, name)["etag"]):
        raise ApiError(409, "RESOURCE_CONFLICT", f"Rule set {name} was changed meanwhile: read it again.")
    return rule_sets.write(cloud, name, given.get("grant_rules", []))


for _path in _PATHS:
    router.add_api_route(_path, _get, methods=["GET"])
    router.add_api_route(_path, _put, methods=["PUT"])
