"""Azure tokens: JWTs signed by the local cloud. The client secret is a token of the local cloud."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Annotated, Any

from fastapi import Depends, Request

from localcloud.kernel import identity
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import AzureError
from localcloud.services.azure.kinds import made_up

LIFETIME_S = 3600
_SETTING, _KEY = "settings", "azure_signing_key"
_HEADER = {"typ": "JWT", "alg": "HS256"}


def issue(cloud: Cloud, tenant: str, client_id: str, client_secret: str, audience: str) -> str:
    """A JWT for the principal of `client_secret`, a token of the local cloud. Raises `ApiError` for an invalid one."""
    caller = identity.authenticate(cloud, client_secret, cloud.account_port)
    now = int(time.time())
    claims = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_S,
        "appid": client_id,
        "oid": made_up(caller.principal, "principal"),
        "sub": caller.principal,
        "tid": tenant,
        "idtyp": "app",
    }
    signed = f"{_part(_HEADER)}.{_part(claims)}"
    return f"{signed}.{_signature(cloud, signed)}"


def claims_of(cloud: Cloud, token: str) -> Document:
    """A token's claims. Raises `AzureError` 401 for one that was not signed here or has expired."""
    signed, _, signature = token.rpartition(".")
    if not signed or not hmac.compare_digest(signature, _signature(cloud, signed)):
        raise _unauthenticated("InvalidAuthenticationToken", "The access token is invalid.")
    body = signed.partition(".")[2]
    found: Document = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if found["exp"] < time.time():
        raise _unauthenticated("ExpiredAuthenticationToken", "The access token expiry UTC time has passed.")
    return found


def current_admin(request: Request, cloud: CloudDep) -> Document:
    """FastAPI dependency: the claims of the administrator, the only principal with rights in Azure here."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthenticated("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    claims = claims_of(cloud, token.strip())
    try:
        admin = identity.acting_as(cloud, claims["sub"], None).is_admin
    except ApiError as error:
        raise _unauthenticated("InvalidAuthenticationToken", error.message) from error
    if not admin:
        message = f"The client '{claims['appid']}' with object id '{claims['oid']}' does not have authorization."
        raise AzureError(403, "AuthorizationFailed", message)
    return claims


AdminDep = Annotated[Document, Depends(current_admin)]


def _unauthenticated(code: str, message: str) -> AzureError:
    return AzureError(401, code, message)


def _signature(cloud: Cloud, signed: str) -> str:
    return _encoded(hmac.new(_signing_key(cloud), signed.encode(), hashlib.sha256).digest())


def _signing_key(cloud: Cloud) -> bytes:
    with cloud.store.transaction():
        kept = cloud.store.get(_SETTING, _KEY)
        if kept is None:
            kept = {"key": secrets.token_hex(32)}
            cloud.store.put(_SETTING, _KEY, kept)
    return bytes.fromhex(kept["key"])


def _part(value: Any) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
