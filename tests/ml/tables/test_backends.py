"""Names to places, in both implementations of the door."""

from pathlib import Path
from typing import cast

import pytest
from pyspark.sql import SparkSession

from ml.tables.backends import newest_version, split
from ml.tables.databricks import DatabricksBackend
from ml.tables.unity_rest import local_path


def test_names_have_three_levels() -> None:
    """Anything else, and anything that could end a quotation, is refused."""
    assert split("prod.credit_gold.client_features") == ("prod", "credit_gold", "client_features")
    for name in ("client_features", "a.b.c.d", "a..c", "a.b.`c"):
        with pytest.raises(ValueError, match=r"is not catalog\.schema\.name"):
            split(name)


def test_on_databricks_names_go_to_spark_as_they_are() -> None:
    """Quoted part by part; a volume is its mounted folder."""
    backend = DatabricksBackend(spark=None)  # type: ignore[arg-type] - names need no session
    assert backend.relation("prod.credit_gold.x", write=False) == "`prod`.`credit_gold`.`x`"
    assert backend.volume("prod.credit_bronze.landing", write=False) == "/Volumes/prod/credit_bronze/landing"


def test_the_local_door_opens_local_paths_only() -> None:
    """A cloud location in the local door means that it was chosen by mistake."""
    assert local_path("/lake/a b") == "/lake/a b"
    assert local_path("file:///lake/a%20b") == "/lake/a b"
    with pytest.raises(ValueError, match="unset MLOPS_TABLE_DOOR to run on Databricks"):
        local_path("abfss://lake@account.dfs.core.windows.net/x")


def test_a_table_by_path_shows_its_newest_version_in_its_log(tmp_path: Path) -> None:
    """Commits and checkpoints count; checksums, and files that are being written, do not. Spark is not asked."""
    log = tmp_path / "_delta_log"
    log.mkdir()
    names = (
        *(f"{version:020d}.json" for version in (0, 1, 9, 10)),
        *(f"{11:020d}.checkpoint.parquet", f"{12:020d}.crc", f".{13:020d}.json.tmp", "_last_checkpoint"),
    )
    for name in names:
        (log / name).touch()
    assert newest_version(cast("SparkSession", None), f"delta.`{tmp_path}`") == 11
