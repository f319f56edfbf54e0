"""A small world for the model stages: real Spark, Delta and MLflow, generated clients, no grants."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml.declarations import UseCase
from ml.usecases import use_case
from tests.needs import starts

if TYPE_CHECKING:
    import mlflow
    from pyspark.sql import SparkSession

    from ml.tables import Tables

MODEL_NAME = "prod.credit_ops.default_risk"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class World:
    """Gold tables of catalog `prod` (12 months of 500 generated clients), an MLflow server, and the tasks' door."""

    tables: "Tables"
    client: "mlflow.MlflowClient"
    use_case: UseCase
    task_values: Path

    def run(self, main: Callable[[list[str]], None], run_id: str, **flags: object) -> dict[str, object]:
        """Run a task as its job would; its task values."""
        self.task_values.unlink(missing_ok=True)
        common = {"use_case": "credit", "catalog": "prod", "run_id": run_id}
        main(
            [
                part
                for name, value in {**common, **flags}.items()
                for part in (f"--{name}".replace("_", "-"), str(value))
            ]
        )
        return dict(json.loads(self.task_values.read_text())) if self.task_values.exists() else {}

    def train(self, run_id: str, *, sample_rows: int = 0, commit: str = COMMIT) -> dict[str, object]:
        """Run the training task."""
        from ml.training import train  # noqa: PLC0415

        return self.run(
            train.main, run_id, source_catalog="prod", git_commit=commit, sample_rows=sample_rows, reason="test"
        )


def write_gold(tables: "Tables", case: UseCase, rows: int, months: int) -> None:
    """Gold features and outcomes of generated clients, the same number each month from 2023-01 on."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    from ml.features.frames import feature_rows  # noqa: PLC0415
    from ml.usecases.credit.demo.generate import LABEL, generate  # noqa: PLC0415

    model, silver = case.models[0], case.models[0].feature_table.source
    raw = generate(rows, seed=7)
    names = {column.raw_name: column.name for column in silver.columns}
    frame = tables.spark.createDataFrame(raw.rename(columns=names | {LABEL: "defaulted"}))
    index = F.expr(f"int((client_id - 1) * {months} / {rows})")
    frame = frame.withColumn("application_month", F.add_months(F.lit("2023-01-01").cast("date"), index))
    typed = [F.col(column.name).cast(column.type).alias(column.name) for column in silver.columns]
    features = feature_rows(model.feature_table, frame.select(*typed))
    tables.merge(model.feature_table.table, model.feature_table.table.full_name("prod", "credit"), features)
    outcomes = frame.withColumn("known_month", F.add_months("application_month", 1)).select(
        *(F.col(column.name).cast(column.type).alias(column.name) for column in model.outcome.table.columns)
    )
    tables.merge(model.outcome.table, model.outcome.table.full_name("prod", "credit"), outcomes)


@pytest.fixture(scope="session")
@starts("mlflow")
def world(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all tests of training, gates and promotion."""
    import mlflow  # noqa: PLC0415

    from localcloud.services.mlflow.server import MlflowServer  # noqa: PLC0415
    from ml.tables import Tables  # noqa: PLC0415
    from ml.training import train  # noqa: PLC0415
    from ml.training.feature_spec import Source  # noqa: PLC0415
    from ml.versions import version_task  # noqa: PLC0415
    from tests.ml.folder_backend import FolderBackend  # noqa: PLC0415

    home = tmp_path_factory.mktemp("world")
    case, tables = use_case("credit"), Tables(spark, FolderBackend(home / "tables"))
    server = MlflowServer(home)
    with pytest.MonkeyPatch.context() as patch:
        url = server.start()
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
            patch.setenv(name, url)
        mlflow.set_tracking_uri(url)
        mlflow.set_registry_uri(url)
        patch.setenv("MLOPS_TASK_VALUES", str(home / "task_values.json"))
        for module in (train, version_task):
            patch.setattr(module, "door", lambda: tables)
        # There is no Unity Catalog here that would know the table's id.
        patch.setattr(train, "source_of", lambda table: Source(table=table, table_id="t-1", workspace_id=7))
        client = mlflow.MlflowClient()
        client.create_registered_model(MODEL_NAME)
        write_gold(tables, case, rows=6000, months=12)
        yield World(tables=tables, client=client, use_case=case, task_values=home / "task_values.json")
        mlflow.set_tracking_uri(None)
        mlflow.set_registry_uri(None)
        server.stop()


@pytest.fixture(scope="session")
def trained(world: World) -> dict[str, object]:
    """Task values of one training on all of the world's rows."""
    return world.train("run-1")
