"""Secret scopes: `/api/2.0/secrets`. Values are stored in the state file, which only its owner can read."""

import base64
import binascii
import re

from fastapi import APIRouter, Depends

from localcloud.kernel import directory, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request, denied, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.workspace import vaults

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/secrets")

router = APIRouter(prefix="/api/2.0/secrets", dependencies=[Depends(query.require_known)])
_LEVELS = ("READ", "WRITE", "MANAGE")
_EVERYBODY = "users"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_VALUE_LIMIT_BYTES = 128 * 2**10
_SECRETS_LIMIT = 1000
_SCOPES_LIMIT = 1000


@router.post("/scopes/create")
def create_scope(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a scope. Its creator gets MANAGE, or all `users` with `initial_manage_principal`.

    With `scope_backend_type` AZURE_KEYVAULT its secrets are those of the vault, and read-only here. Only people make
    one, because they sign in by Entra.
    """
    only(body, "scope", "initial_manage_principal", "scope_backend_type", "backend_azure_keyvault")
    name = _named("scope", required(body, "scope"))
    vault = vaults.of(body)
    if vault:
        vaults.require_entra(cloud, caller)
    key = _key(caller, name)
    if cloud.store.get("secret_scope", key) is not None:
        raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Scope {name} already exists!")
    workspace = caller.require_workspace().name
    if sum(scope["workspace"] == workspace for scope in cloud.store.all("secret_scope")) >= _SCOPES_LIMIT:
        raise ApiError(400, "RESOURCE_LIMIT_EXCEEDED", f"The workspace has {_SCOPES_LIMIT} scopes already.")
    manager = body.get("initial_manage_principal") or caller.principal
    if manager not in (_EVERYBODY, caller.principal):
        raise bad_request(f"initial_manage_principal is '{manager}': only '{_EVERYBODY}' may be, or leave it out.")
    document = {"name": name, "workspace": workspace, "acls": {manager: "MANAGE"}, "secrets": {}, "vault": vault}
    cloud.store.put("secret_scope", key, document)
    return {}


@router.get("/scopes/list")
def list_scopes(cloud: CloudDep, caller: CallerDep) -> Document:
    """The scopes of this workspace that the caller may read."""
    own = [s for s in cloud.store.all("secret_scope") if s["workspace"] == caller.require_workspace().name]
    kept = [s for s in own if _allows(caller, s, "READ")]
    return {"scopes": [{"name": s["name"], **vaults.shown(s.get("vault"))} for s in kept]}


@router.post("/scopes/delete")
def delete_scope(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a scope with its secrets."""
    _scope(cloud, caller, required(only(body, "scope"), "scope"), "MANAGE")
    cloud.store.delete("secret_scope", _key(caller, body["scope"]))
    return {}


@router.post("/put")
def put_secret(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Set a secret from either `string_value` or base64 `bytes_value`. An empty value is allowed."""
    only(body, "scope", "key", "string_value", "bytes_value")
    scope = _own(_scope(cloud, caller, required(body, "scope"), "WRITE"))
    key, value = _named("key", required(body, "key")), base64.b64encode(_value(body)).decode()
    if key not in scope["secrets"] and len(scope["secrets"]) >= _SECRETS_LIMIT:
        raise ApiError(400, "RESOURCE_LIMIT_EXCEEDED", f"Scope {scope['name']} holds {_SECRETS_LIMIT} secrets already.")
    scope["secrets"][key] = {"value": value, "updated_at": now_ms()}
    cloud.store.put("secret_scope", _key(caller, scope["name"]), scope)
    return {}


def held(cloud: Cloud, workspace: str, scope: str, key: str) -> str | None:
    """A secret's text, without a permission check, for Databricks' own use; None if it does not exist."""
    kept = cloud.store.get("secret_scope", f"{workspace}/{scope}")
    found = vaults.secrets(cloud, kept).get(key) if kept else None
    return base64.b64decode(found["value"]).decode() if found else None


@router.get("/get")
def get_secret(scope: str, key: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """A secret's value, in base64."""
    found = vaults.secrets(cloud, _scope(cloud, caller, scope, "READ")).get(key)
    if found is None:
        raise not_found(f"Secret does not exist with scope: {scope} and key: {key}")
    return {"key": key, "value": found["value"]}


@router.get("/list")
def list_secrets(scope: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The keys of a scope in order, without their values."""
    found = vaults.secrets(cloud, _scope(cloud, caller, scope, "READ"))
    return {"secrets": [{"key": key, "last_updated_timestamp": s["updated_at"]} for key, s in sorted(found.items())]}


@router.post("/delete")
def delete_secret(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a secret."""
    scope = _own(_scope(cloud, caller, required(only(body, "scope", "key"), "scope"), "WRITE"))
    if scope["secrets"].pop(required(body, "key"), None) is None:
        raise not_found(f"Secret does not exist with scope: {scope['name']} and key: {body['key']}")
    cloud.store.put("secret_scope", _key(caller, scope["name"]), scope)
    return {}


@router.post("/acls/put")
def put_acl(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Grant READ, WRITE or MANAGE on a scope to a principal."""
    scope = _scope(cloud, caller, required(only(body, "scope", "principal", "permission"), "scope"), "MANAGE")
    principal, permission = required(body, "principal", "permission")
    if permission not in _LEVELS:
        raise bad_request(f"permission '{permission}' is not one of {', '.join(_LEVELS)}.")
    scope["acls"][directory.grantee(cloud.store, principal)] = permission
    cloud.store.put("secret_scope", _key(caller, scope["name"]), scope)
    return {}


@router.get("/acls/get")
def get_acl(scope: str, principal: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """A principal's permission on a scope."""
    held = _scope(cloud, caller, scope, "MANAGE")["acls"].get(principal)
    if held is None:
        raise not_found(f"Failed to get secret acl for principal {principal} for scope {scope}.")
    return {"principal": principal, "permission": held}


@router.get("/acls/list")
def list_acls(scope: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """All permissions on a scope."""
    acls = _scope(cloud, caller, scope, "MANAGE")["acls"]
    return {"items": [{"principal": who, "permission": level} for who, level in sorted(acls.items())]}


@router.post("/acls/delete")
def delete_acl(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove a principal's permission on a scope."""
    scope = _scope(cloud, caller, required(only(body, "scope", "principal"), "scope"), "MANAGE")
    if scope["acls"].pop(required(body, "principal"), None) is None:
        raise not_found(f"Principal {body['principal']} holds nothing on scope {scope['name']}.")
    cloud.store.put("secret_scope", _key(caller, scope["name"]), scope)
    return {}


def _named(field: str, name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise bad_request(f"{field} {name!r} is not a valid name: use up to 128 letters, digits, and any of - _ .")
    return name


def _own(scope: Document) -> Document:
    """The scope, if it stores its own secrets. Raises `ApiError` 400 for one backed by a key vault."""
    if scope.get("vault"):
        vault = scope["vault"]["dns_name"]
        raise ApiError(400, "BAD_REQUEST", f"Scope {scope['name']} is backed by {vault}: change its secrets there.")
    return scope


def _value(body: Document) -> bytes:
    """The given value. Raises `ApiError` 400 for none, for both forms, and for one that is too large."""
    given = [field for field in ("string_value", "bytes_value") if body.get(field) is not None]
    if len(given) != 1:
        message = f"Give one of string_value and bytes_value; given: {', '.join(given) or 'neither'}."
        raise ApiError(400, "MALFORMED_REQUEST", message)
    try:
        text = str(body[given[0]])
        value = text.encode() if given == ["string_value"] else base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise bad_request(f"bytes_value is not base64: {error}.") from error
    if len(value) > _VALUE_LIMIT_BYTES:
        raise bad_request(f"The secret has {len(value)} bytes: at most {_VALUE_LIMIT_BYTES} (128 KB) are kept.")
    return value


def _key(caller: Caller, name: str) -> str:
    return f"{caller.require_workspace().name}/{name}"


def _scope(cloud: Cloud, caller: Caller, name: str, level: str) -> Document:
    found = cloud.store.get("secret_scope", _key(caller, name))
    if found is None:
        raise not_found(f"Scope {name} does not exist!")
    if not _allows(caller, found, level):
        raise denied(f"User {caller.display_name} does not have {level} permission on scope {name}.")
    return found


def _allows(caller: Caller, scope: Document, level: str) -> bool:
    held = [_LEVELS.index(level_held) for who, level_held in scope["acls"].items() if who in caller.identities]
    return caller.is_workspace_admin or (bool(held) and max(held) >= _LEVELS.index(level))
