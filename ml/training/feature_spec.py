"""The feature look-up specification for Databricks, in the format of its feature engineering client.

Serialization version 9 is what the client of the oldest declared runtime writes (0.12.1); later clients read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient

from ml.declarations import Feature, Model

SERIALIZATION_VERSION = 9
CLIENT_VERSION = "0.12.1"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The feature table that is looked up: full name, Unity Catalog's id of it, and the workspace that trained."""

    table: str
    table_id: str
    workspace_id: int


def source_of(table: str) -> Source:
    """The feature table's entry in Unity Catalog, read as this task's principal."""
    workspace = WorkspaceClient()
    found = workspace.tables.get(table)
    return Source(table=table, table_id=str(found.table_id), workspace_id=workspace.get_workspace_id())


def feature_spec(model: Model, source: Source) -> Mapping[str, object]:
    """The content of `feature_spec.yaml`: the key that a request gives, then the features in the model's order. Pure.

    Types are Spark's short names. The key is only used for the look-up; the model does not use it.
    """
    table = model.feature_table
    declared = {feature.name: feature for feature in table.features}
    key = {
        "data_type": table.source.column(table.key).type,
        "include": False,
        "topological_ordering": 0,
        "source": "training_data",
    }
    looked_up = [
        {name: _looked_up(model, declared[name], source.table, place)} for place, name in enumerate(model.features, 1)
    ]
    return {
        "input_columns": [{table.key: key}, *looked_up],
        "input_tables": [{source.table: {"table_id": source.table_id}}],
        # Protobuf's JSON writes 64-bit numbers as text.
        "workspace_id": str(source.workspace_id),
        "feature_store_client_version": CLIENT_VERSION,
        "serialization_version": SERIALIZATION_VERSION,
    }


def _looked_up(model: Model, feature: Feature, table: str, place: int) -> Mapping[str, object]:
    default = model.defaults.get(feature.name)
    return {
        "table_name": table,
        "feature_name": feature.name,
        "lookup_key": [model.feature_table.key],
        "timestamp_lookup_key": [model.feature_table.event_time],
        **({} if default is None else {"default_value": str(default)}),
        "data_type": feature.type,
        "topological_ordering": place,
        "source": "feature_store",
    }
