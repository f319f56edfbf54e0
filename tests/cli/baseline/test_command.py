"""`mlops baseline` on real Spark and Delta: the rows that training would learn from, read by the warehouse."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from cli.main import mlops
from ml.usecases import USE_CASES
from tests.localcloud.core import Core

MODEL = USE_CASES["credit"].models[0]


@pytest.fixture(scope="module")
def gold(house: Core, spark: SparkSession) -> Core:
    """Six hundred clients over ten months: who uses much of a limit defaults; one label is corrected later."""
    house.admin().schemas.create("credit_gold", "prod")
    table, outcome = MODEL.feature_table, MODEL.outcome
    kinds = {column.name: column.type for column in table.table.columns}
    day = "add_months(date'2025-01-01', cast(id % 10 as int))"
    given = {table.key: "id", table.event_time: f"cast({day} as {kinds[table.event_time]})"}
    features = ", ".join(
        f"{given.get(name, f'cast(pmod(hash(id, {position}), 100) as {kind})')} as `{name}`"
        for position, (name, kind) in enumerate(kinds.items())
    )
    driver = next(name for name in MODEL.features if kinds[name] in ("double", "int", "bigint"))
    _save(house, spark, table.table.full_name("prod", "credit"), f"select {features} from range(600)")
    times = {column.name: column.type for column in outcome.table.columns}
    label = f"cast(f.`{driver}` > 50 as {times[outcome.label]})"
    wanted = {
        outcome.key: f"f.`{table.key}`",
        outcome.event_time: f"cast(f.`{table.event_time}` as {times[outcome.event_time]})",
        outcome.known_from: f"cast(date_add(f.`{table.event_time}`, 40) as {times[outcome.known_from]})",
        outcome.label: label,
    }
    columns = ", ".join(f"{wanted.get(name, f'cast(null as {kind})')} as `{name}`" for name, kind in times.items())
    place = house.cloud.store.require("table", table.table.full_name("prod", "credit"))["storage_location"]
    text = f"select {columns} from delta.`{place}` as f"
    _save(house, spark, outcome.table.full_name("prod", "credit"), text)
    return house


def _save(house: Core, spark: SparkSession, name: str, text: str) -> None:
    house.table(name)
    frame = spark.sql(text)
    document = house.cloud.store.require("table", name)
    columns = [{"name": each.name, "type_text": each.dataType.simpleString()} for each in frame.schema.fields]
    house.cloud.store.put("table", name, {**document, "columns": columns})
    frame.write.format("delta").save(document["storage_location"])


def test_a_baseline_is_fitted_on_what_training_would_see(gold: Core, tmp_path: Path) -> None:
    """A tree finds the limit that decides; the leaderboard and the notebook lie where they are said to."""
    said = CliRunner().invoke(mlops, ["baseline", "credit", "--out", str(tmp_path), "--format", "json"])
    assert said.exit_code == 0, said.stderr
    board = {row["learner"]: row for row in json.loads(said.stdout)}
    assert board["always the same"]["roc_auc"] == 0.5
    assert board["tree of depth 4"]["roc_auc"] > 0.95
    assert (tmp_path / "credit-leaderboard.csv").read_text().startswith("learner,roc_auc,average_precision")
    assert "select _label, _time, _values.*" in (tmp_path / "credit-baseline.py").read_text()
    assert "480 rows fitted, 120 held out" in said.stderr
