"""An update in its own process: the source declares datasets, then each is computed and stored.

Tables of others are read by Unity Catalog's REST, as the pipeline's principal; where its own lie says the local cloud.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from localcloud.services.jobs.dbutils import Spark
from localcloud.services.pipelines.declared import MODULE, Declared
from localcloud.services.pipelines.updating import Event, Update

_UNITY = "/api/2.1/unity-catalog"


class RestLake:
    """Tables by Unity Catalog's REST; `pipeline_id` is the pipeline whose tables are written."""

    def __init__(self, spark: Any, client: Any, pipeline_id: str) -> None:
        self._spark, self._client, self._pipeline_id = spark, client, pipeline_id

    def read(self, full_name: str) -> Any:
        """The rows that the principal may see. Raises PermissionDenied and NotFound of the Databricks SDK."""
        found = self._client.do("GET", f"{_UNITY}/tables/{quote(full_name)}")
        body = {"table_id": found["table_id"], "operation": "READ"}
        credential = self._client.do("POST", f"{_UNITY}/temporary-table-credentials", body=body)
        shown = credential.get("query")
        if shown:
            return self._spark.sql(f"SELECT * FROM ({shown})")
        return self._spark.read.format("delta").load(credential["url"])

    def keep(self, name: str, rows: Any, comment: str) -> Any:
        """Write a whole materialized view as a new version of its table."""
        columns = [
            {"name": field.name, "type_text": field.dataType.simpleString(), "position": at, "nullable": field.nullable}
            for at, field in enumerate(rows.schema.fields)
        ]
        body = {"name": name, "comment": comment, "columns": columns}
        place = self._client.do("POST", f"/local/pipelines/{self._pipeline_id}/tables", body=body)["storage_location"]
        rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(place)
        return self._spark.read.format("delta").load(place)


def run(source: str, code: str, pipeline: Mapping[str, Any]) -> None:
    """Update the pipeline from the `code` of its file `source`; its events become task values."""
    events: list[Event] = []
    declared = Declared()
    _offer(declared)
    try:
        exec(compile(code, source, "exec"), {"__name__": Path(source).stem, "spark": Spark()})  # noqa: S102 - the source
        _update(declared, pipeline, events)
    finally:
        Path(os.environ["MLOPS_TASK_VALUES"]).write_text(json.dumps({"events": events}), encoding="utf-8")


def _update(declared: Declared, pipeline: Mapping[str, Any], events: list[Event]) -> None:
    from databricks.sdk import WorkspaceClient  # noqa: PLC0415 - the template has both loaded
    from pyspark.sql import SparkSession  # noqa: PLC0415

    spark = SparkSession.builder.getOrCreate()
    for name, value in pipeline["configuration"].items():
        spark.conf.set(name, value)
    lake = RestLake(spark, WorkspaceClient().api_client, pipeline["pipeline_id"])
    Update(declared, (pipeline["catalog"], pipeline["schema"]), lake, events.append).run()


def _offer(declared: Declared) -> None:
    """Make `from pyspark import pipelines` return the module that fills `declared`."""
    module = declared.module()
    sys.modules[MODULE] = module
    importlib.import_module("pyspark").pipelines = module  # type: ignore[attr-defined]
