"""Grants: `/permissions/{type}/{name}` and `/effective-permissions/{type}/{name}`."""

from fastapi import APIRouter

from localcloud.kernel import directory
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import GRANTABLE, Kind, spelled

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/grants")

router = APIRouter()
# A registered model is a `function` to the grants API (the Terraform provider says so too).
_ALIASES = {"function": Kind.MODEL, "model": Kind.MODEL}


@router.get("/permissions/{securable_type}/{full_name}")
def get_grants(
    securable_type: str, full_name: str, cloud: CloudDep, caller: CallerDep, principal: str | None = None
) -> Document:
    """Privileges granted directly on the securable, one entry per principal."""
    kind, name = _target(cloud, securable_type, full_name)
    access.authorize_metadata(cloud, caller, kind, name)
    return _assignments(_direct(cloud, kind, name), principal)


@router.patch("/permissions/{securable_type}/{full_name}")
def change_grants(securable_type: str, full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Apply `changes` (`principal`, `add`, `remove`) and return what is granted then. Owners and managers only."""
    kind, name = _target(cloud, securable_type, full_name)
    access.authorize_management(cloud, caller, kind, name)
    with cloud.store.transaction():
        grants = {who: set(held) for who, held in _direct(cloud, kind, name).items()}
        for change in body.get("changes", []):
            who = _grantee(cloud, change, grants)
            add, remove = (_privileges(kind, change.get(verb)) for verb in ("add", "remove"))
            grants[who] = (grants.get(who, set()) | add) - remove
        kept = {who: sorted(held) for who, held in grants.items() if held}
        cloud.store.put("grants", records.grants_key(kind, name), kept)
    return _assignments(kept, None)


@router.get("/effective-permissions/{securable_type}/{full_name}")
def get_effective(
    securable_type: str, full_name: str, cloud: CloudDep, caller: CallerDep, principal: str | None = None
) -> Document:
    """Privileges by principal; inherited ones with their origin."""
    kind, name = _target(cloud, securable_type, full_name)
    access.authorize_metadata(cloud, caller, kind, name)
    found: dict[str, list[Document]] = {}
    for link in records.chain(cloud.store, kind, name):
        inherited = {} if link.kind is kind else _origin(link.kind, link.full_name)
        for who, held in link.grants.items():
            found.setdefault(who, []).extend({"privilege": p, **inherited} for p in sorted(held))
    return _assignments(found, principal)


def _target(cloud: Cloud, securable_type: str, full_name: str) -> tuple[Kind, str]:
    text = securable_type.lower().replace("-", "_")
    if text not in set(Kind) | set(_ALIASES):
        allowed = ", ".join([*Kind, *_ALIASES])
        raise bad_request(f"securable type '{securable_type}' is not kept locally; known: {allowed}.")
    kind = _ALIASES.get(text) or Kind(text)
    if kind is Kind.METASTORE:
        records.ensure_metastore(cloud)
        return kind, Kind.METASTORE
    return kind, records.canonical(kind, full_name)


def _direct(cloud: Cloud, kind: Kind, name: str) -> dict[str, list[str]]:
    return cloud.store.get("grants", records.grants_key(kind, name)) or {}


def _grantee(cloud: Cloud, change: Document, grants: dict[str, set[str]]) -> str:
    """The principal of a change. Grants of a deleted principal can still be removed."""
    who = str(change.get("principal", ""))
    return who if who in grants and not change.get("add") else directory.grantee(cloud.store, who)


def _privileges(kind: Kind, given: list[str] | None) -> set[str]:
    names = {spelled(str(name)) for name in given or []}
    unknown = sorted(names - {str(privilege) for privilege in GRANTABLE[kind]})
    if unknown:
        allowed = ", ".join(sorted(GRANTABLE[kind]))
        raise bad_request(f"Privilege(s) {', '.join(unknown)} cannot be granted on a {kind}; allowed: {allowed}.")
    return names


def _origin(kind: Kind, name: str) -> Document:
    return {"inherited_from_type": kind.upper(), "inherited_from_name": name}


def _assignments(grants: dict[str, list[str]] | dict[str, list[Document]], principal: str | None) -> Document:
    kept = [(who, held) for who, held in sorted(grants.items()) if principal in (None, who)]
    return {"privilege_assignments": [{"principal": who, "privileges": held} for who, held in kept]}
