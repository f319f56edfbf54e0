"""Federation policies: external identities that may sign in as a service principal or as users of the account."""

import re
import uuid
from datetime import UTC, datetime

from localcloud.kernel.body import only, required
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_ID = re.compile(r"[a-z0-9][a-z0-9/-]*")
_OIDC = ("issuer", "audiences", "subject", "subject_claim", "jwks_json", "jwks_uri")
_OUTPUT = ("name", "policy_id", "uid", "service_principal_id", "create_time", "update_time")


def made(parent: str, body: Document, policy_id: str | None, of_principal: int | None) -> Document:
    """A new policy below `parent` (`accounts/<id>`). Raises `ApiError` 400 for what Databricks refuses.

    `of_principal`: the service principal that it is for; None for the account's own.
    """
    identifier = policy_id or str(uuid.uuid4())
    if not _ID.fullmatch(identifier):
        raise bad_request(f"policy_id '{identifier}' has other characters than a-z, 0-9, '-' and '/'.")
    now = _now()
    fixed: Document = {"name": f"{parent}/federationPolicies/{identifier}", "policy_id": identifier}
    if of_principal is not None:
        fixed["service_principal_id"] = of_principal
    _require_output(body, fixed)
    return {
        **fixed,
        "uid": str(uuid.uuid4()),
        **_checked(parent, body, of_principal),
        "create_time": now,
        "update_time": now,
    }


def changed(parent: str, before: Document, body: Document, mask: str | None) -> Document:
    """`before` with the fields of `body` in `mask`: `*` for all, None for the given ones, with their parts."""
    _require_output(body, before)
    fields = ["description", "oidc_policy"] if mask == "*" else (mask or ",".join(_given(body))).split(",")
    new: Document = {field: before[field] for field in ("description", "oidc_policy") if field in before}
    for field in (each for each in fields if each):
        whole, _, part = field.partition(".")
        if whole not in ("description", "oidc_policy") or (part and part not in _OIDC):
            raise bad_request(f"update_mask names {field}: description and oidc_policy may be, or its parts.")
        if part:
            new[whole] = {**new.get(whole, {}), part: (body.get(whole) or {}).get(part)}
        else:
            new[whole] = body.get(whole)
    return {**before, **_checked(parent, new, before.get("service_principal_id")), "update_time": _now()}


def _given(body: Document) -> list[str]:
    return [field for field in ("description", "oidc_policy") if body.get(field) is not None]


def _require_output(body: Document, fixed: Document) -> None:
    """Fields set by Databricks may be sent back unchanged."""
    only(body, "description", "oidc_policy", *_OUTPUT)
    wrong = [
        each for each in _OUTPUT if body.get(each) not in (None, "", 0) and str(body[each]) != str(fixed.get(each))
    ]
    if wrong:
        raise bad_request(f"{', '.join(wrong)} are set by Databricks: leave them out.")


def _checked(parent: str, body: Document, of_principal: int | None) -> Document:
    oidc: Document = only(required(body, "oidc_policy"), *_OIDC)
    issuer = str(required(oidc, "issuer"))
    if not issuer.startswith("https://"):
        raise bad_request(f"issuer '{issuer}' is not an https URL.")
    if of_principal is None and oidc.get("subject"):
        raise bad_request("A policy of the account names no subject: leave oidc_policy.subject out.")
    if of_principal is not None:
        required(oidc, "subject")
    if oidc.get("jwks_json") and oidc.get("jwks_uri"):
        raise bad_request("Give one of jwks_json and jwks_uri, or neither.")
    account = parent.split("/")[1]
    kept = {name: value for name, value in oidc.items() if value is not None}
    found = {**kept, "issuer": issuer, "audiences": oidc.get("audiences") or [account]}
    return {"oidc_policy": {"subject_claim": "sub", **found}, "description": body.get("description") or ""}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
