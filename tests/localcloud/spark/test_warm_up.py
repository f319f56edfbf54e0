"""The warm-up really uses the Spark server, and leaves nothing behind."""

from pathlib import Path

from pyspark.sql import SparkSession

from localcloud.spark import warm_up


def test_it_runs_to_its_end_and_leaves_nothing(spark_remote: str, tmp_path: Path) -> None:
    """In a process of its own: exit code 0, and its scratch folder is gone."""
    (tmp_path / "logs").mkdir()
    process = warm_up.begin(tmp_path, spark_remote)
    assert process.wait(timeout=180) == 0, (tmp_path / "logs" / "warm_up.log").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs"]


def test_it_merges_what_differs(spark: SparkSession, tmp_path: Path) -> None:
    """It does what a job's write does: the table ends as the newest rows are."""
    warm_up.warm(spark, tmp_path)
    rows = spark.read.format("delta").load(f"{tmp_path}/table").orderBy("id").collect()
    assert [(row["id"], row["name"], row["amount"]) for row in rows] == [(n, f"n{n}", 1.5) for n in range(5)]
