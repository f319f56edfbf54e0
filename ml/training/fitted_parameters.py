"""Records the fitted parameters of versions that have parts, so that people can query them."""

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import mlflow
from pyspark.sql import functions as F  # noqa: N812

from ml.problems.learning import Live, Parted
from ml.records.fitted_parameters import FITTED_PARAMETERS
from ml.tables import Tables, frame_of
from ml.training.plan import Task
from ml.versions import artifact
from ml.versions.version_task import aliases

# A version is what it is before it is recorded here.
RETRAINS = False


def record(tables: Tables, client: mlflow.MlflowClient, task: Task, made: int) -> None:
    """Add the rows of version `made`, and of the versions with an alias, unless the table has them.

    So a run that was killed after it registered a version is completed by its retry, and a version made by rolling back
    one part is recorded by the next training. The rows are those of the registered files.
    """
    problem, name = task.problem, FITTED_PARAMETERS.full_name(task.common.catalog, task.common.use_case.name)
    if not isinstance(problem, Parted):
        return
    for version in _missing(tables, name, task.model_name, {made, *aliases(client, task.model_name).values()}):
        with tempfile.TemporaryDirectory() as temporary:
            fetched = artifact.fetch(f"models:/{task.model_name}/{version}", Path(temporary))
            found = problem.fitted_parameters(Live(version=version, folder=artifact.packed(fetched)))
        common = {
            "model": task.model_name,
            "model_version": version,
            "run_id": task.common.run_id,
            "recorded_at": datetime.now(UTC),
        }
        rows = frame_of(tables.spark, FITTED_PARAMETERS, [{**common, **each} for each in found])
        tables.append(FITTED_PARAMETERS, name, rows)


def _missing(tables: Tables, name: str, model: str, versions: Iterable[int]) -> list[int]:
    """The `versions` without rows, oldest first."""
    if not tables.exists(name):
        return sorted(versions)
    mine = tables.read(name).where(F.col("model") == model).select("model_version").distinct().collect()
    return sorted(set(versions) - {int(row["model_version"]) for row in mine})
