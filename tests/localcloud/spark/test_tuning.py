"""The server is tuned for small data unless LOCALCLOUD_DATA says otherwise."""

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from localcloud.spark.hadoop import write_defaults
from localcloud.spark.server import spark_settings
from localcloud.spark.tuning import DataSize, data_size, java_options, query_settings


@pytest.mark.parametrize(("environ", "size"), [({}, "small"), ({"LOCALCLOUD_DATA": ""}, "small")])
def test_data_are_small_unless_said(environ: dict[str, str], size: str) -> None:
    """Neither an absent nor an empty variable asks for more."""
    assert data_size(environ) == size


def test_another_size_is_refused_with_those_there_are() -> None:
    """A mistyped size does not become a default."""
    with pytest.raises(ValueError, match="LOCALCLOUD_DATA is 'big'; set it to one of small, large"):
        data_size({"LOCALCLOUD_DATA": "big"})


def test_large_data_have_compiled_and_replanned_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large data take the defaults of Java and Spark, and a task per core; small data do not."""
    assert java_options(DataSize.LARGE) == ()
    cores = str(max(2, os.cpu_count() or 2))
    assert query_settings(DataSize.LARGE)["spark.sql.shuffle.partitions"] == cores
    assert query_settings(DataSize.SMALL)["spark.sql.shuffle.partitions"] == "1"
    assert spark_settings(Path("w"))["spark.sql.codegen.wholeStage"] == "false"
    indexed_columns = "spark.databricks.delta.properties.defaults.dataSkippingNumIndexedCols"
    assert query_settings(DataSize.SMALL)[indexed_columns] == "0"
    assert indexed_columns not in query_settings(DataSize.LARGE)
    monkeypatch.setenv("LOCALCLOUD_DATA", "large")
    assert "spark.sql.codegen.wholeStage" not in spark_settings(Path("w"))


def test_plans_are_shown_whole() -> None:
    """The rights of a statement are checked against Spark's own plan of it, so none of its text may be cut."""
    cut = {"spark.sql.maxPlanStringLength", "spark.sql.debug.maxToStringFields"}
    assert not cut & spark_settings(Path("w")).keys()


def test_hadoop_keeps_few_defaults(tmp_path: Path) -> None:
    """Those that local files need, in the names of the files that its libraries bring."""
    with ZipFile(write_defaults(tmp_path / "defaults.jar")) as jar:
        assert sorted(jar.namelist()) == ["core-default.xml", "mapred-default.xml", "yarn-default.xml"]
        assert b"<name>fs.defaultFS</name><value>file:///</value>" in jar.read("core-default.xml")


def test_no_process_is_started_to_rename_a_file() -> None:
    """Hadoop's FileContext, which Delta and streams rename with otherwise, starts eight for each file."""
    settings = spark_settings(Path("w"))
    assert settings["spark.delta.logStore.file.impl"] == "io.delta.storage.LocalLogStore"
    assert settings["spark.sql.streaming.checkpointFileManagerClass"].endswith("FileSystemBasedCheckpointFileManager")
