"""Bodies that make one object each, as the administrator: by name, path, body, and the answer's field of its id."""

from typing import Any

MARK = "for-the-owner-only"
_CONNECTOR = {"access_connector_id": f"/subscriptions/s/accessConnectors/{MARK}"}
_TASK = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
_UNITY = "/api/2.1/unity-catalog"
_LOCATION = {"url": "abfss://gold@lake.dfs.core.windows.net/", "credential_name": "lake"}
# Path, body, and the field of its id in the answer.
MADE: dict[str, tuple[str, dict[str, Any], str]] = {
    "credential": (
        f"{_UNITY}/storage-credentials",
        {"name": "lake", "comment": MARK, "azure_managed_identity": _CONNECTOR},
        "name",
    ),
    "location": (f"{_UNITY}/external-locations", {"name": "gold", "comment": MARK, **_LOCATION}, "name"),
    "catalog": (f"{_UNITY}/catalogs", {"name": "lake", "comment": MARK}, "name"),
    "schema": (f"{_UNITY}/schemas", {"name": "gold", "catalog_name": "lake", "comment": MARK}, "full_name"),
    "volume": (
        f"{_UNITY}/volumes",
        {"name": "v", "catalog_name": "lake", "schema_name": "gold", "volume_type": "MANAGED", "comment": MARK},
        "full_name",
    ),
    "model": (
        f"{_UNITY}/models",
        {"name": "m", "catalog_name": "lake", "schema_name": "gold", "comment": MARK},
        "full_name",
    ),
    "policy": ("/api/2.0/policies/clusters/create", {"name": MARK, "definition": "{}"}, "policy_id"),
    "pool": (
        "/api/2.0/instance-pools/create",
        {"instance_pool_name": MARK, "node_type_id": "Standard_DS3_v2"},
        "instance_pool_id",
    ),
    "cluster": (
        "/api/2.1/clusters/create",
        {"cluster_name": MARK, "spark_version": "17.3.x-scala2.13", "node_type_id": "Standard_DS3_v2"},
        "cluster_id",
    ),
    "job": ("/api/2.2/jobs/create", {"name": MARK, "tasks": [_TASK]}, "job_id"),
    "warehouse": ("/api/2.0/sql/warehouses", {"name": MARK, "cluster_size": "2X-Small"}, "id"),
    "addresses": ("/api/2.0/ip-access-lists", {"label": MARK, "list_type": "ALLOW", "ip_addresses": []}, ""),
    "scope": ("/api/2.0/secrets/scopes/create", {"scope": MARK}, ""),
    "secret": ("/api/2.0/secrets/put", {"scope": MARK, "key": MARK, "string_value": MARK}, ""),
}
