"""The Spark server really runs, with Delta, on loopback."""

import re
from pathlib import Path

import psutil
import pytest
from pyspark.sql import SparkSession

from localcloud.spark import server as spark_server
from localcloud.spark.server import SparkServer, SparkServerError, default_memory_mib, spark_settings


def test_a_session_writes_and_merges_delta(spark: SparkSession, tmp_path: Path) -> None:
    """SQL MERGE on a Delta path updates the matching row and inserts the other."""
    target = f"{tmp_path}/table"
    spark.createDataFrame([(1, "a"), (2, "b")], "id int, name string").write.format("delta").save(target)
    spark.createDataFrame([(2, "B"), (3, "c")], "id int, name string").createOrReplaceTempView("changes")
    spark.sql(
        f"MERGE INTO delta.`{target}` t USING changes c ON t.id = c.id "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    ).collect()
    rows = spark.read.format("delta").load(target).orderBy("id").collect()
    assert [tuple(row) for row in rows] == [(1, "a"), (2, "B"), (3, "c")]


def test_python_workers_run_this_interpreter(spark: SparkSession) -> None:
    """A Python function over a frame runs in the environment's interpreter, in UTC."""
    import sys  # noqa: PLC0415 - the worker's `sys` is what the function reports

    def whereabouts(batches):
        for batch in batches:
            batch["python"] = sys.executable
            yield batch

    row = spark.range(1).mapInPandas(whereabouts, "id long, python string").first()
    assert row is not None
    assert row["python"] == sys.executable
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"


def test_every_listener_is_on_loopback(spark_remote: str) -> None:
    """The server listens on 127.0.0.1 only, for Connect and for Spark's own traffic."""
    port = int(re.fullmatch(r"sc://127\.0\.0\.1:(\d+)", spark_remote).group(1))
    server = next(
        process
        for process in psutil.Process().children(recursive=True)
        if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in process.net_connections("tcp"))
    )
    addresses = {c.laddr.ip for c in server.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    assert addresses <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}


@pytest.mark.spark
def test_a_dead_server_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that dies while starting raises with the end of its log, and leaves no process."""
    monkeypatch.setattr(
        spark_server, "spark_settings", lambda work: {**spark_settings(work), "spark.master": "no-such-master"}
    )
    server = SparkServer(tmp_path)
    with pytest.raises(SparkServerError, match="died while starting") as caught:
        server.start()
    assert "Could not parse Master URL" in str(caught.value)
    assert not server.alive()


def test_memory_is_bounded() -> None:
    """The server takes between 1 and 4 GiB whatever the machine has."""
    assert 1024 <= default_memory_mib() <= 4096
