"""The name of an endpoint's inference table, and the rules for naming and moving it."""

from collections.abc import Mapping
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.services.serving.inference import delta
from localcloud.services.serving.inference.rows import COLUMNS
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import Kind, Privilege

_SUFFIX = "_payload"


def table_name(endpoint: str, gateway: Mapping[str, Any] | None) -> str | None:
    """Full name of the table that `gateway` records requests in; None if it records none.

    Raises `ApiError` 400 for a gateway that records and does not say where.
    """
    given = (gateway or {}).get("inference_table_config") or {}
    if not given.get("enabled"):
        return None
    catalog, schema = given.get("catalog_name"), given.get("schema_name")
    if not catalog or not schema:
        raise bad_request("inference_table_config: an enabled inference table needs catalog_name and schema_name.")
    prefix = given.get("table_name_prefix") or endpoint.replace("-", "_")
    return ".".join(identifier("table", part) for part in (str(catalog), str(schema), f"{prefix}{_SUFFIX}"))


def require_unmoved(before: str | None, after: str | None) -> None:
    """Raise `ApiError` 400 for a change of the table's name while recording is enabled."""
    if before and after and before != after:
        raise bad_request(
            f"The inference table is {before} and cannot become {after} while it is enabled: disable it first."
        )


def make(cloud: Cloud, caller: Caller, name: str, owner: str) -> None:
    """Create the table `name`, owned by `owner`. `caller` needs CREATE_TABLE; 409 if the table exists."""
    schema = name.rpartition(".")[0]
    access.authorize(cloud, caller, Kind.SCHEMA, schema, Privilege.CREATE_TABLE)
    catalog_name, schema_name, table = name.split(".")
    location = cloud.warehouse / catalog_name / schema_name / table
    fields = {
        "catalog_name": catalog_name,
        "schema_name": schema_name,
        "table_type": "MANAGED",
        "data_source_format": "DELTA",
        "storage_location": str(location),
        "columns": [column.shown(place) for place, column in enumerate(COLUMNS)],
    }
    records.create(cloud.store, Kind.TABLE, name, owner, fields)
    delta.create(location, COLUMNS)
