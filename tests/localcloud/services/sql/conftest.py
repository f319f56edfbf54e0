"""A table on real Spark and Delta, and principals with more and less rights on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.localcloud.core import Core, leave, start

TABLE = "prod.credit_ops.gate_results"


@pytest.fixture(scope="module")
def lakehouse(spark: SparkSession, spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A table of two rows in prod; `reader` may read it, `writer` may change it, `stranger` nothing."""
    home: Path = tmp_path_factory.mktemp("lakehouse")
    core = start(home)
    core.cloud.spark_remote = spark_remote
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    core.table(TABLE)
    location = core.cloud.store.require("table", TABLE)["storage_location"]
    spark.sql("select * from values ('compliance', true), ('comparison', null) as t(gate, passed)").write.format(
        "delta"
    ).save(location)
    for name, privileges in {"reader": ["SELECT"], "writer": ["SELECT", "MODIFY"], "stranger": []}.items():
        core.grant("catalog", "prod", core.application(name), "USE_CATALOG", "USE_SCHEMA", *privileges)
    yield core
    leave(core)
