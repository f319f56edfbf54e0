"""An environment without features of its own scores another one's."""

from ml import parameters
from ml.features.frames import feature_rows
from ml.records.predictions import predictions
from ml.scoring.batch import Source, score
from tests.ml.lake import CREDIT, Lake

_FEATURES = CREDIT.models[0].feature_table


def test_features_come_from_the_source_and_predictions_stay_at_home(lake: Lake) -> None:
    """`test` has no feature table: that of `elsewhere` is read, and the predictions table is made in `test` only."""
    tables = lake.tables
    source = _FEATURES.table.full_name("elsewhere", "credit")
    silver = tables.spark.createDataFrame([], ", ".join(f"{c.name} {c.type}" for c in _FEATURES.source.columns))
    tables.merge(_FEATURES.table, source, feature_rows(_FEATURES, silver))
    task = parameters.parse("scoring", ["--use-case", "credit", "--catalog", "test", "--run-id", "1"])
    assert score(tables, task, "test.credit_ops.default_risk", 1, Source(catalog="elsewhere")) == (0, 0)
    name = predictions(CREDIT).name
    assert tables.exists(f"test.credit_gold.{name}")
    assert not tables.exists(f"elsewhere.credit_gold.{name}")
    assert not tables.exists(_FEATURES.table.full_name("test", "credit"))
