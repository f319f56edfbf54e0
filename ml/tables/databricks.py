"""The door on Databricks: Unity Catalog checks permissions inside Spark, so names pass straight through."""

from pyspark.sql import SparkSession

from ml.declarations import Table
from ml.tables.backends import Past, create_statement, split


class DatabricksBackend:
    """Names pass unchanged. Spark refuses operations without permission."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def relation(self, full_name: str, *, write: bool, past: Past | None = None) -> str:  # noqa: ARG002 - Spark refuses
        """The name, each part quoted."""
        return ".".join(f"`{part}`" for part in split(full_name))

    def exists(self, full_name: str) -> bool:
        """Whether the catalog lists the table."""
        return bool(self._spark.catalog.tableExists(self.relation(full_name, write=False)))

    def create(self, spark: SparkSession, table: Table, full_name: str) -> None:
        """Create the table if it does not exist."""
        # Checked first: CREATE needs a privilege that a writer of an existing table may lack.
        if not self.exists(full_name):
            spark.sql(create_statement(table, self.relation(full_name, write=True)))

    def volume(self, full_name: str, *, write: bool) -> str:  # noqa: ARG002 - the file system refuses
        """The mounted folder of the volume."""
        return "/Volumes/" + "/".join(split(full_name))
