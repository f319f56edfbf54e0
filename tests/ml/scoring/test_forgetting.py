"""Forgetting a person's predictions."""

from datetime import UTC, date, datetime

from ml.parameters import Common
from ml.people import Request, person_column
from ml.records.predictions import predictions
from ml.scoring.forgetting import forget
from ml.tables import frame_of
from tests.ml.lake import CREDIT, Lake

TASK = Common(use_case=CREDIT, catalog="test", run_id="7")
TABLE = predictions(CREDIT)


def _prediction(client: int, month: int, version: int) -> dict[str, object]:
    named = {"client_id": client, "application_month": date(2023, month, 1), "model_version": version}
    told = {"model": "m", "probability": 0.5, "run_id": "1", "features_hash": None}
    return named | told | {"scored_at": datetime(2023, 9, 1, tzinfo=UTC)}


def test_every_prediction_of_the_person_goes_and_the_record_says_how_many(lake: Lake) -> None:
    """All their events, by all versions; others stay. Asking again finds none. Before there is any, none goes."""
    assert forget(lake.tables, TASK, Request.of("181", person_column(CREDIT))) == 0
    rows = [_prediction(181, 1, 1), _prediction(181, 2, 1), _prediction(181, 1, 2), _prediction(18, 1, 1)]
    name = TABLE.full_name("test", "credit")
    lake.tables.append(TABLE, name, frame_of(lake.spark, TABLE, rows))
    assert forget(lake.tables, TASK, Request.of("181", person_column(CREDIT))) == 3
    assert lake.rows("gold.predictions", "client_id") == [(18,)]
    version = lake.tables.version(name)
    assert forget(lake.tables, TASK, Request.of("181", person_column(CREDIT))) == 0
    assert lake.tables.version(name) == version
    assert [row[0] for row in lake.rows("ops.forgotten_predictions", "rows")] == [0, 0, 3]
