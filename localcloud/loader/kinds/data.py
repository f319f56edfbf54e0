"""Data sources: look-ups by name."""

from typing import Any

from localcloud.loader.errors import LoadError
from localcloud.loader.kinds.kind import Attributes, Call, Read

_SCIM = "/api/2.0/preview/scim/v2"
_MODELS = "/api/2.1/unity-catalog/models"


def _only(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        raise LoadError(f"{what} exists {len(found)} times; a data source needs exactly one. Load its stack first")
    return found[0]


def _in_directory(collection: str, key: str, field: str, **answers: str) -> Read:
    """A principal by the argument `key`, SCIM's `field`. `answers`: attributes by their SCIM names."""

    def read(call: Call) -> Attributes:
        wanted = call.arguments[key]
        found = call.session.get(f"{_SCIM}/{collection}", filter=f'{field} eq "{wanted}"').get("Resources", [])
        one = _only(found, f"{collection[:-1]} {wanted!r}")
        return {"id": one["id"]} | {name: one.get(scim) for name, scim in answers.items()}

    return read


def _policy(call: Call) -> Attributes:
    name = call.arguments["name"]
    listed = call.session.get("/api/2.0/policies/clusters/list").get("policies", [])
    found = _only([policy for policy in listed if policy["name"] == name], f"cluster policy {name!r}")
    return {"id": found["policy_id"], "name": name, "definition": found["definition"]}


def _warehouse(call: Call) -> Attributes:
    name = call.arguments["name"]
    listed = call.session.get("/api/2.0/sql/warehouses").get("warehouses", [])
    return {"id": _only([one for one in listed if one["name"] == name], f"SQL warehouse {name!r}")["id"]}


def _model(call: Call) -> Attributes:
    name = call.arguments["full_name"]
    return {"id": name, "model_info": [call.session.get(f"{_MODELS}/{name}", include_aliases="true")]}


def _info(collection: str, answer: str) -> Read:
    """Unity Catalog's information on an object by its full name."""

    def read(call: Call) -> Attributes:
        name = call.arguments["name"]
        return {"id": name, answer: [call.session.get(f"/api/2.1/unity-catalog/{collection}/{name}")]}

    return read


def _model_versions(call: Call) -> Attributes:
    name = call.arguments["full_name"]
    return {"id": name, "model_versions": call.session.get(f"{_MODELS}/{name}/versions").get("model_versions", [])}


def _securable(collection: str, block: str, *defaults: tuple[str, object]) -> Read:
    """A securable of Unity Catalog by its name, as a list of one block, like in Terraform.

    `defaults` are the provider's values for fields that REST leaves out.
    """

    def read(call: Call) -> Attributes:
        name = call.arguments["name"]
        found = call.session.get(f"/api/2.1/unity-catalog/{collection}/{name}")
        return {"id": name, "name": name, block: [{**dict(defaults), **found}]}

    return read


def _destinations(call: Call) -> Attributes:
    part, kind = call.arguments.get("display_name_contains", ""), call.arguments.get("type")
    listed = call.session.get("/api/2.0/notification-destinations").get("results", [])
    found = [one for one in listed if part in one["display_name"] and kind in (None, one["destination_type"])]
    return {"id": "_", "notification_destinations": found}


def _me(call: Call) -> Attributes:
    found = call.session.get(f"{_SCIM}/Me")
    return {"id": found.get("id", found["userName"]), "user_name": found["userName"]}


def _metastore(call: Call) -> Attributes:
    """By id, name or region, on the account's port."""
    listed = call.session.get("/api/2.0/accounts/local/metastores")["metastores"]
    asked = {"metastore_id": "metastore_id", "name": "name", "region": "region"}
    given = {rest: call.arguments[name] for name, rest in asked.items() if name in call.arguments}
    found = [one for one in listed if all(one.get(field) == value for field, value in given.items())]
    return _metastore_attributes(_only(found, f"metastore {given}"))


def _current_metastore(call: Call) -> Attributes:
    return _metastore_attributes(call.session.get("/api/2.1/unity-catalog/metastore_summary"))


def _metastore_attributes(found: dict[str, Any]) -> Attributes:
    return {"id": found["metastore_id"], "metastore_id": found["metastore_id"], "metastore_info": [found]}


DATA: dict[str, Read] = {
    "databricks_metastore": _metastore,
    "databricks_current_metastore": _current_metastore,
    "databricks_service_principal": _in_directory(
        "ServicePrincipals", "display_name", "displayName", application_id="applicationId", display_name="displayName"
    ),
    "databricks_group": _in_directory("Groups", "display_name", "displayName", display_name="displayName"),
    "databricks_user": _in_directory("Users", "user_name", "userName", user_name="userName"),
    "databricks_cluster_policy": _policy,
    "databricks_sql_warehouse": _warehouse,
    "databricks_registered_model": _model,
    "databricks_schema": _info("schemas", "schema_info"),
    "databricks_table": _info("tables", "table_info"),
    "databricks_registered_model_versions": _model_versions,
    "databricks_notification_destinations": _destinations,
    "databricks_current_user": _me,
    "databricks_catalog": _securable("catalogs", "catalog_info", ("storage_root", ""), ("isolation_mode", "OPEN")),
    "databricks_external_location": _securable(
        "external-locations",
        "external_location_info",
        ("read_only", False),
        ("fallback", False),
        ("isolation_mode", "ISOLATION_MODE_OPEN"),
    ),
}
