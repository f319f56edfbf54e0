"""Predictions in a lake, as scoring leaves them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame

from ml.parameters import Common
from ml.records.predictions import predictions
from ml.tables import frame_of
from tests.ml.lake import CREDIT, Lake

TASK = Common(use_case=CREDIT, catalog="test", run_id="7")
TABLE = predictions(CREDIT)
NAME = TABLE.full_name("test", "credit")
_SCORED_AT = datetime(2024, 2, 1, 12, 30, 15, 123456, tzinfo=UTC)


def frame(lake: Lake, clients: Sequence[int], *, version: int = 1, model: str = TASK.model_name) -> DataFrame:
    """One prediction per client, with a time to the microsecond and a null among the texts."""
    rows: list[dict[str, Any]] = [
        {
            "client_id": client,
            "application_month": date(2024, 1, 1),
            "model_version": version,
            "model": model,
            "probability": client / 1000,
            "run_id": 'a "quoted", \\ run',
            "scored_at": _SCORED_AT + timedelta(microseconds=client),
            "features_hash": None if client % 2 else f"hash-{client}",
        }
        for client in clients
    ]
    return frame_of(lake.spark, TABLE, rows)


def score(lake: Lake, clients: Sequence[int], *, version: int = 1, model: str = TASK.model_name) -> None:
    """Add predictions to the table, as one version of it."""
    lake.tables.append(TABLE, NAME, frame(lake, clients, version=version, model=model))
