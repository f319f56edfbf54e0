"""Tables in a folder, without Unity Catalog: real Spark and Delta, no grants."""

from pathlib import Path

from pyspark.sql import SparkSession

from ml.declarations import Table
from ml.tables.backends import Past, create_statement, split


class FolderBackend:
    """`catalog.schema.name` lies at `<root>/catalog/schema/name`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def relation(self, full_name: str, *, write: bool, past: Past | None = None) -> str:  # noqa: ARG002 - no grants here
        """The table's path."""
        return f"delta.`{self.root.joinpath(*split(full_name))}`"

    def exists(self, full_name: str) -> bool:
        """Whether the table has been created."""
        return self.root.joinpath(*split(full_name), "_delta_log").is_dir()

    def create(self, spark: SparkSession, table: Table, full_name: str) -> None:
        """Create the table where it is not there yet."""
        spark.sql(create_statement(table, self.relation(full_name, write=True)))

    def volume(self, full_name: str, *, write: bool) -> str:  # noqa: ARG002
        """The volume's folder, made on first use."""
        folder = self.root.joinpath(*split(full_name))
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)
