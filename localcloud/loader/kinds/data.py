"""Data sources: look-ups by name."""

from typing import Any

from localcloud.loader.errors import LoadError
from localcloud.loader.kinds.kind import Attributes, Call, Read

_SCIM = "/api/2.0/preview/scim/v2"


def _only(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        raise LoadError(f"{what} exists {len(found)} times; a data source needs exactly one. Load its stack first")
    return found[0]


def _by_display_name(call: Call, kind: str) -> Any:
    name = call.arguments["display_name"]
    found = call.session.get(f"{_SCIM}/{kind}", filter=f'displayName eq "{name}"')
    return _only(found.get("Resources", []), f"{kind[:-1]} {name!r}")


def _principal(call: Call) -> Attributes:
    found = _by_display_name(call, "ServicePrincipals")
    return {"id": found["id"], "application_id": found["applicationId"], "display_name": found["displayName"]}


def _group(call: Call) -> Attributes:
    found = _by_display_name(call, "Groups")
    return {"id": found["id"], "display_name": found["displayName"]}


def _policy(call: Call) -> Attributes:
    name = call.arguments["name"]
    listed = call.session.get("/api/2.0/policies/clusters/list").get("policies", [])
    found = _only([policy for policy in listed if policy["name"] == name], f"cluster policy {name!r}")
    return {"id": found["policy_id"], "name": name, "definition": found["definition"]}


def _model(call: Call) -> Attributes:
    name = call.arguments["full_name"]
    flag = str(call.arguments.get("include_aliases", False)).lower()
    return {"model_info": [call.session.get(f"/api/2.1/unity-catalog/models/{name}", include_aliases=flag)]}


def _warehouse(call: Call) -> Attributes:
    name = call.arguments["name"]
    listed = call.session.get("/api/2.0/sql/warehouses").get("warehouses", [])
    found = _only([each for each in listed if each["name"] == name], f"warehouse {name!r}")
    return {"id": found["id"], "name": name}


def _destinations(call: Call) -> Attributes:
    part, kind = call.arguments.get("display_name_contains", ""), call.arguments.get("type")
    listed = call.session.get("/api/2.0/notification-destinations").get("results", [])
    found = [each for each in listed if part in each["display_name"] and kind in (None, each["destination_type"])]
    return {"notification_destinations": found}


DATA: dict[str, Read] = {
    "databricks_service_principal": _principal,
    "databricks_group": _group,
    "databricks_cluster_policy": _policy,
    "databricks_registered_model": _model,
    "databricks_sql_warehouse": _warehouse,
    "databricks_notification_destinations": _destinations,
}
