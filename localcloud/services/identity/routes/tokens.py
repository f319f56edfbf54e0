"""Tokens created on behalf of service principals: `/api/2.0/token-management`."""

import time

from fastapi import APIRouter

from localcloud.kernel import directory, identity
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.settings import configuration

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/tokenmanagement")

router = APIRouter(prefix="/api/2.0/token-management")
_LONGEST_S = 365 * 24 * 3600


@router.post("/on-behalf-of/tokens")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a token of the service principal `application_id` for this workspace. Admin only."""
    caller.require_admin("create tokens on behalf of a service principal")
    application_id = required(body, "application_id")
    found = directory.resolve(cloud.store, application_id)
    if found.kind != "service_principal" or found.principal != application_id:
        raise bad_request(f"application_id '{application_id}' is not a service principal's application id.")
    workspace = caller.require_workspace().name
    configuration.require_tokens(cloud, workspace)
    longest_s = min(_LONGEST_S, configuration.longest_token_s(cloud, workspace))
    lifetime_s = int(body.get("lifetime_seconds") or longest_s)
    if not 0 < lifetime_s <= longest_s:
        raise bad_request(f"lifetime_seconds {lifetime_s} is outside 1..{longest_s}.")
    token = identity.mint(cloud, application_id, workspace, lifetime_s, str(body.get("comment", "")))
    return {"token_value": token, "token_info": info(identity.record(cloud, token))}


@router.get("/tokens")
def list_tokens(cloud: CloudDep, caller: CallerDep) -> Document:
    """All valid tokens, without their values. Admin only."""
    caller.require_admin("list tokens")
    return {"token_infos": [info(t) for t in cloud.store.all("token") if t["expires_at"] > time.time()]}


@router.delete("/tokens/{token_id}")
def delete(token_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Revoke a token. Admin only."""
    caller.require_admin("delete tokens")
    if not identity.revoke_by_id(cloud, token_id):
        raise not_found(f"Token with id {token_id} does not exist.")
    return {}


def info(record: Document) -> Document:
    """A token's description for answers, without its value."""
    return {
        "token_id": record["token_id"],
        "comment": record["comment"],
        "created_by_username": record["principal"],
        "creation_time": int(record["created_at"] * 1000),
        "expiry_time": int(record["expires_at"] * 1000),
    }
