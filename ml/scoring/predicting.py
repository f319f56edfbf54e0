"""Predictions of a version for feature rows, in the form of the table `predictions`."""

from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.parameters import Common
from ml.records.predictions import FEATURES_HASH
from ml.scoring import model_on_workers
from ml.versions import contract


def predicted(
    task: Common,
    rows: DataFrame,
    model_name: str,
    version: int,
    *,
    archive: bytes | None = None,
    scored_at: datetime | None = None,
) -> DataFrame:
    """One prediction per row of `rows`, which has `features_hash`; made by Spark's workers.

    `archive`: the packed version, if it has been read already. `scored_at`: by default now.
    """
    model = task.model
    packed = archive or model_on_workers.packed(f"models:/{model_name}/{version}")
    kept = (*model.feature_table.keys, model.feature_table.event_time, FEATURES_HASH)
    scored = model_on_workers.with_answers(rows, packed, contract.pandas_types(model), model.problem.output, kept)
    return scored.select(
        *model.feature_table.keys,
        model.feature_table.event_time,
        F.lit(version).alias("model_version"),
        F.lit(model_name).alias("model"),
        *(column.name for column in model.problem.output),
        F.lit(task.run_id).alias("run_id"),
        F.lit(scored_at or datetime.now(UTC)).alias("scored_at"),
        FEATURES_HASH,
    )
