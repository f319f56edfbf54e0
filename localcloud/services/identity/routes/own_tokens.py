"""Tokens that callers create for themselves: `/api/2.0/token`."""

import time

from fastapi import APIRouter

from localcloud.kernel import acl, identity
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request, denied, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity.routes.tokens import info
from localcloud.services.settings import configuration

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/tokens")

router = APIRouter(prefix="/api/2.0/token")
_FIELDS = frozenset({"comment", "lifetime_seconds"})


@router.post("/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a token of the caller for this workspace, valid for `lifetime_seconds`.

    The default lifetime is the workspace's `maxTokenLifetimeDays` if that is set, else 2 years.

    Once CAN_USE on tokens (`/permissions/authorization/tokens`) is granted to someone, only those principals and admins
    can create tokens.
    """
    workspace = caller.require_workspace().name
    if unknown := sorted(body.keys() - _FIELDS):
        raise bad_request(f"Field(s) {', '.join(unknown)} are not read locally; read are {', '.join(sorted(_FIELDS))}.")
    configuration.require_tokens(cloud, workspace)
    tokens = f"{workspace}/tokens"
    named = acl.read(cloud, "authorization", tokens)["entries"]
    if named and not acl.allows(cloud, caller, "authorization", tokens, "CAN_USE"):
        raise denied(f"{caller.display_name} does not have CAN_USE permissions on authorization tokens.")
    longest_s = configuration.longest_token_s(cloud, workspace)
    lifetime_s = body.get("lifetime_seconds") or longest_s
    if not isinstance(lifetime_s, int) or not 0 < lifetime_s <= longest_s:
        raise bad_request(f"lifetime_seconds {lifetime_s!r} is not a number of seconds within 1..{longest_s}.")
    token = identity.mint(cloud, caller.principal, workspace, lifetime_s, str(body.get("comment") or ""))
    return {"token_value": token, "token_info": info(identity.record(cloud, token))}


@router.get("/list")
def list_own(cloud: CloudDep, caller: CallerDep) -> Document:
    """The caller's valid tokens for this workspace, without their values."""
    return {"token_infos": [info(token) for token in _own(cloud, caller)]}


@router.post("/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Revoke a token of the caller."""
    token_id = required(body, "token_id")
    if token_id not in [token["token_id"] for token in _own(cloud, caller)]:
        raise not_found(f"Token with id {token_id} does not exist, or is not yours.")
    identity.revoke_by_id(cloud, token_id)
    return {}


def _own(cloud: CloudDep, caller: CallerDep) -> list[Document]:
    workspace = caller.require_workspace().name
    return [
        token
        for token in cloud.store.all("token")
        if token["principal"] == caller.principal
        and token["workspace"] == workspace
        and token["expires_at"] > time.time()
    ]
