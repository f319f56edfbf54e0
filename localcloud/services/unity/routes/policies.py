"""Policies that match tags of columns: `/policies`."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, exists
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, records
from localcloud.services.unity.hiding import CONDITION, FILTER, FUNCTION, MASK, POLICY
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/policies")

router = APIRouter()
_ON = {"CATALOG": Kind.CATALOG, "SCHEMA": Kind.SCHEMA, "TABLE": Kind.TABLE}
_ACTION = {MASK: "column_mask", FILTER: "row_filter"}


def _place(kind: str, on: str, name: str) -> Document:
    return {"on_securable_type": kind, "on_securable_fullname": on, "name": name}


PlaceDep = Annotated[Document, Depends(_place)]


@router.post("/policies")
def create_policy(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a policy on a catalog, schema or table. Needs MANAGE on it and EXECUTE on the function."""
    policy = _checked(cloud, caller, body)
    if cloud.store.get(POLICY, policy["_key"]) is not None:
        raise exists(f"Policy '{policy['name']}' exists already on '{policy['on_securable_fullname']}'.")
    cloud.store.put(POLICY, policy["_key"], policy)
    return _shown(policy)


@router.get("/policies/{kind}/{on}")
def list_policies(kind: str, on: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The policies set directly on a securable. Needs MANAGE on it."""
    _authorize(cloud, caller, kind, on)
    return {"policies": [_shown(each) for each in cloud.store.all(POLICY) if each["_below"] == on]}


@router.get("/policies/{kind}/{on}/{name}")
def get_policy(place: PlaceDep, cloud: CloudDep, caller: CallerDep) -> Document:
    """One policy. Needs MANAGE on its securable."""
    return _shown(_found(cloud, caller, place))


@router.patch("/policies/{kind}/{on}/{name}")
def update_policy(place: PlaceDep, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace a policy's content."""
    found = _found(cloud, caller, place)
    policy = {**_checked(cloud, caller, {**_shown(found), **body, **place}), "id": found["id"]}
    cloud.store.put(POLICY, policy["_key"], policy)
    return _shown(policy)


@router.delete("/policies/{kind}/{on}/{name}")
def delete_policy(place: PlaceDep, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a policy."""
    cloud.store.delete(POLICY, _found(cloud, caller, place)["_key"])
    return {}


def _found(cloud: Cloud, caller: Caller, place: Document) -> Document:
    on = place["on_securable_fullname"]
    _authorize(cloud, caller, place["on_securable_type"], on)
    return cloud.store.require(POLICY, f"{on}:{place['name']}")


def _authorize(cloud: Cloud, caller: Caller, kind: str, on: str) -> None:
    """Raise `ApiError` 400 for a name that is invalid for the kind, 403 if the caller lacks MANAGE."""
    found = _kind(kind)
    records.canonical(found, on)
    access.authorize_management(cloud, caller, found, on)


def _kind(kind: str) -> Kind:
    if kind.upper() not in _ON:
        raise bad_request(f"on_securable_type '{kind}' is not one of {', '.join(_ON)}.")
    return _ON[kind.upper()]


def _checked(cloud: Cloud, caller: Caller, body: Document) -> Document:
    """The policy as it is stored. Settings that cannot be enforced here are refused, never ignored."""
    kind, on, name, type_ = required(body, "on_securable_type", "on_securable_fullname", "name", "policy_type")
    _authorize(cloud, caller, kind, on)
    if type_ not in _ACTION or body.get("for_securable_type") != "TABLE" or body.get("when_condition"):
        raise bad_request(f"Only policies of {', '.join(_ACTION)} FOR TABLE without when_condition are kept locally.")
    matches = required(body, "match_columns")
    if len(matches) != 1 or not CONDITION.fullmatch(str(matches[0].get("condition", ""))):
        raise bad_request("match_columns must be one condition: hasTagValue('<key>', '<value>').")
    _require_call(cloud, caller, body, type_, matches[0].get("alias"))
    required(body, "to_principals")
    kept = {field: value for field, value in body.items() if value is not None}
    return {"comment": "", **kept, "id": str(uuid.uuid4()), "_key": f"{on}:{name}", "_below": on}


def _require_call(cloud: Cloud, caller: Caller, body: Document, type_: str, alias: str | None) -> None:
    """Check that the function takes the matched column, exists, and that the caller may EXECUTE it."""
    action = required(body, _ACTION[type_])
    function = required(action, "function_name")
    called_on = action.get("on_column") if type_ == MASK else [use.get("alias") for use in action.get("using") or ()]
    more = action.get("using") if type_ == MASK else None
    if not alias or called_on != (alias if type_ == MASK else [alias]) or more:
        raise bad_request(f"The function must be called on the matched column, '{alias}', and on nothing else.")
    owned = cloud.store.require(FUNCTION, function)["owner"] in caller.identities
    if not owned:
        access.authorize(cloud, caller, Kind.SCHEMA, function.rpartition(".")[0], Privilege.EXECUTE)


def _shown(document: Document) -> Document:
    return {field: value for field, value in document.items() if not field.startswith("_")}
