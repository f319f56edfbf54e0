"""The tables of a pipeline: created in its schema, written only by it, deleted with it."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.kernel.store import Document
from localcloud.services.unity import access, deletion, records
from localcloud.services.unity.privileges import Kind, Privilege

MATERIALIZED_VIEW = "MATERIALIZED_VIEW"


def make(cloud: Cloud, caller: Caller, pipeline: Document, name: str, fields: Document) -> Document:
    """The pipeline's table `name`, created if it does not exist.

    Raises `ApiError` 403 without CREATE_MATERIALIZED_VIEW on the schema, 409 for a table of another maker.
    """
    spec = pipeline["spec"]
    schema = f"{spec['catalog']}.{spec['schema']}".lower()
    full_name = f"{schema}.{identifier('table', name)}"
    access.authorize(cloud, caller, Kind.SCHEMA, schema, Privilege.CREATE_MATERIALIZED_VIEW)
    found = cloud.store.get(Kind.TABLE, full_name)
    if found is None:
        location = cloud.warehouse / full_name.replace(".", "/")
        location.parent.mkdir(parents=True, exist_ok=True)
        catalog_name, schema_name = schema.split(".")
        made = {"catalog_name": catalog_name, "schema_name": schema_name, "storage_location": str(location)}
        kind = {"table_type": MATERIALIZED_VIEW, "data_source_format": "DELTA", "pipeline_id": pipeline["pipeline_id"]}
        return records.create(cloud.store, Kind.TABLE, full_name, pipeline["run_as"], {**made, **kind, **fields})
    if found.get("pipeline_id") != pipeline["pipeline_id"]:
        raise ApiError(409, "TABLE_ALREADY_EXISTS", f"Table '{full_name}' is not managed by this pipeline.")
    return records.update(cloud.store, Kind.TABLE, {**found, **fields}, caller.principal)


def drop_all(cloud: Cloud, pipeline_id: str) -> None:
    """Delete the tables of a deleted pipeline."""
    for table in cloud.store.all(Kind.TABLE):
        if table.get("pipeline_id") == pipeline_id:
            deletion.drop(cloud, Kind.TABLE, table["full_name"])
