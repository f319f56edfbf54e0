"""The door for Spark without Unity Catalog: its REST API gives the location and a credential to open it."""

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, unquote, urlparse

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import ApiClient
from databricks.sdk.errors import NotFound, ResourceConflict
from pyspark.sql import SparkSession

from ml.declarations import Column, Table
from ml.tables.backends import Past, create_statement, split

_API = "/api/2.1/unity-catalog"


@lru_cache(maxsize=1)
def api_client() -> ApiClient:
    """The REST client of the task's principal, from `DATABRICKS_HOST` and `DATABRICKS_TOKEN`."""
    return WorkspaceClient().api_client


class UnityRestBackend:
    """Locations from Unity Catalog's REST API. Each use first requests a credential: that is the permission check."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}

    def relation(self, full_name: str, *, write: bool, past: Past | None = None) -> str:
        """The table's path, once the principal has been granted a credential to read or write it.

        If policies hide columns or rows from the principal, a query for the visible rest. The requested `past` is
        passed on: a query has no history, so the request is refused, as on Databricks.
        """
        body = {"operation": "READ_WRITE" if write else "READ"} | ({"past": past.value} if past else {})
        credential = self._credential(full_name, body)
        shown = credential.get("query")
        return f"({shown})" if shown else f"delta.`{local_path(credential['url'])}`"

    def exists(self, full_name: str) -> bool:
        """Whether the table exists in Unity Catalog."""
        try:
            self._table(full_name)
        except NotFound:
            return False
        return True

    def create(self, spark: SparkSession, table: Table, full_name: str) -> None:
        """Register the table, then create it at its location. The next run completes one that was killed in between."""
        catalog, schema, name = split(full_name)
        body = {
            "name": name,
            "catalog_name": catalog,
            "schema_name": schema,
            "table_type": "MANAGED",
            "data_source_format": "DELTA",
            "comment": table.comment,
            "columns": [_column(position, column) for position, column in enumerate(table.columns)],
        }
        if not self.exists(full_name):
            # Another task of the run may be faster; the caller checks its table.
            with suppress(ResourceConflict):
                self._ask("tables", body)
        spark.sql(create_statement(table, self.relation(full_name, write=True)))

    def volume(self, full_name: str, *, write: bool) -> str:
        """The volume's folder, once the principal has been granted a credential, which contains the location."""
        info = self._get(f"volumes/{quote(full_name)}")
        operation = "WRITE_VOLUME" if write else "READ_VOLUME"
        credential = self._ask("temporary-volume-credentials", {"volume_id": info["volume_id"], "operation": operation})
        return local_path(credential["url"])

    def _credential(self, full_name: str, asked: Mapping[str, str]) -> dict[str, str]:
        """By the table's id, which is asked for once, and again if the table was made anew."""
        if full_name in self._ids:
            with suppress(NotFound):
                return self._ask("temporary-table-credentials", {"table_id": self._ids[full_name], **asked})
        return self._ask("temporary-table-credentials", {"table_id": self._table(full_name)["table_id"], **asked})

    def _table(self, full_name: str) -> dict[str, str]:
        split(full_name)
        found = self._get(f"tables/{quote(full_name)}")
        self._ids[full_name] = found["table_id"]
        return found

    def _get(self, path: str) -> dict[str, str]:
        answer = self._client.do("GET", f"{_API}/{path}")
        assert isinstance(answer, dict)
        return answer

    def _ask(self, path: str, body: Mapping[str, object]) -> dict[str, str]:
        answer = self._client.do("POST", f"{_API}/{path}", body=dict(body))
        assert isinstance(answer, dict)
        return answer


def _column(position: int, column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "type_text": column.type,
        "type_name": {"bigint": "LONG"}.get(column.type, column.type.upper()),
        "position": position,
        "nullable": column.nullable,
        "comment": column.comment,
    }


def local_path(location: str) -> str:
    """The file path of a `file:` URI or a plain path.

    Raises:
        ValueError: for a cloud location, which only Databricks can open.
    """
    parts = urlparse(location)
    if parts.scheme not in ("", "file"):
        raise ValueError(f"location {location!r} is not a local path: unset MLOPS_TABLE_DOOR to run on Databricks")
    return unquote(parts.path) if parts.scheme else location
