"""A fleet through the tasks of the stages: trained, judged, scored, monitored, trained again. Real Spark and MLflow."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from ml import runtime
from ml.declarations import Calendar, Hierarchy, Level, Monitoring, Period, UseCase
from ml.gates import comparison, compliance, infrastructure
from ml.monitoring import measure
from ml.parameters import Common
from ml.problems.forecasting import trying
from ml.problems.forecasting.served import FLEET
from ml.records.promotions import Cause, ledger
from ml.release import rollback
from ml.release.alias_moves import apply, moves
from ml.release.part import NoPartError
from ml.scoring import batch
from ml.training import registry, train, trials
from ml.usecases import USE_CASES, use_case
from ml.versions import artifact, contract, version_task
from ml.versions.aliases import CHAMPION
from ml.versions.training_run import DECISIONS
from tests.ml.conftest import COMMIT, World
from tests.ml.problems.series import FORECASTING, HISTORY, fleet, forecasting_model

NAME = "prod.fleet_ops.sales"


def _case() -> UseCase:
    """The made-up sales as a use case of weeks; its feeds only write what its tables name."""
    credit, model = use_case("credit"), forecasting_model()
    judged = Monitoring(min_rows=50)
    ratios = {"holdout_ratio": 0.15, "tuning_ratio": 0.1, "calibration_ratio": 0.1}
    adding = replace(FORECASTING, hierarchy=Hierarchy(levels=(Level(name="kind", feature="product"),)))
    named = replace(model, name="sales", monitoring=judged, problem=adding, **ratios)
    feeds = tuple(
        replace(credit.feeds[0], name=table.name, silver=table, period_column="asked")
        for table in (model.feature_table.source, model.outcome.source)
    )
    calendar = Calendar(period=Period.WEEK)
    return replace(credit, name="fleet", feeds=feeds, models=(named,), calendar=calendar, judged_by=None)


@pytest.fixture(scope="module")
def sold(world: World, spark_remote: str) -> Iterator[World]:
    """The world with gold tables of the sales, and their registered model."""
    case, frame = _case(), fleet()
    (model,) = case.models
    features, outcomes = model.feature_table.table, model.outcome.table
    known = [asked + timedelta(weeks=int(step) + 1) for asked, step in zip(frame["asked"], frame["step"], strict=True)]
    for table, rows in ((features, frame), (outcomes, frame.assign(known=known))):
        columns = [column.name for column in table.columns]
        made = world.tables.spark.createDataFrame(rows[columns])
        typed = made.selectExpr(*(f"cast(`{column.name}` as {column.type})" for column in table.columns))
        numbers = [name for name in HISTORY if name in columns]
        world.tables.merge(table, table.full_name("prod", "fleet"), typed.replace(float("nan"), None, subset=numbers))
    world.client.create_registered_model(NAME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(USE_CASES, "fleet", case)
        patch.setenv("SPARK_REMOTE", spark_remote)
        runtime.spark()
        for module in (batch, measure, version_task):
            patch.setattr(module, "door", lambda: world.tables)
        yield world


def _train(world: World, run_id: str, **flags: str) -> dict[str, object]:
    given = {"source_catalog": "prod", "git_commit": COMMIT, "sample_rows": 0, "reason": "test", **flags}
    return world.run(train.main, run_id, use_case="fleet", **given)


def _fetched(version: object, into: Path) -> Path:
    into.mkdir()
    return artifact.fetch(f"models:/{NAME}/{version}", into)


def _table(version: object, into: Path) -> pd.DataFrame:
    folder = artifact.packed(_fetched(version, into))
    return pd.read_parquet(folder / "series.parquet").set_index("series")


def _recorded(world: World, version: object) -> pd.DataFrame:
    """The rows of a version in the table of fitted parameters, by part."""
    rows = world.tables.read("prod.fleet_ops.fitted_parameters").where(f"model = '{NAME}'").toPandas()
    return rows[rows["model_version"] == version].set_index("part")


def _require_recorded(world: World, version: object, table: pd.DataFrame) -> None:
    """One row per series of the version, with its words, weights and the version that it was fitted for."""
    rows = _recorded(world, version).loc[table.index]
    assert rows["method"].tolist() == table["chosen"].tolist()
    assert rows["fitted_for"].tolist() == table["kept_from"].where(table["kept_from"] > 0, version).tolist()
    for part, own in table.iterrows():
        weights, parameters = (json.loads(rows[name][part]) for name in ("weights", "parameters"))
        assert weights == {name: own[f"weight_{name}"] for name in weights}
        assert sum(weights.values()) == pytest.approx(1)
        assert parameters == {name: own[name] for name in parameters}


@pytest.fixture(scope="module")
def first(sold: World) -> dict[str, object]:
    """Task values of the first training, whose version is live."""
    values = _train(sold, "fleet-1")
    sold.client.set_registered_model_alias(NAME, CHAMPION, str(values["model_version"]))
    return values


def test_a_restarted_training_repeats_no_fit_of_a_series_and_no_trial(
    sold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt breaks off when all is fitted; the second takes all of it, and removes it in the end."""

    def breaks_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(registry, "pack", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            _train(sold, "fleet-1")
    scratch = Path(sold.tables.volume_path("prod.fleet_ops.scratch", write=True))
    (folder,) = scratch.iterdir()
    assert {each.name for each in folder.iterdir()} == {"series", "trials"}
    with monkeypatch.context() as patch:
        # What is not callable would end a fit.
        patch.setattr(trying, "tried", None)
        patch.setattr(trials, "tried", None)
        assert _train(sold, "fleet-1")["model_version"] == 1
    assert list(scratch.iterdir()) == []


def test_the_gates_let_a_fleet_pass(sold: World, first: dict[str, object]) -> None:
    """Compliance, comparison and infrastructure judge the version as they judge any; each says pass."""
    sold.client.delete_registered_model_alias(NAME, CHAMPION)
    version = first["model_version"]
    for gate in (compliance, comparison, infrastructure):
        sold.run(gate.main, "fleet-gates", use_case="fleet", version=version, source_catalog="prod")
    sold.client.set_registered_model_alias(NAME, CHAMPION, str(version))
    rows = sold.tables.read("prod.fleet_ops.gate_results").collect()
    assert {row["gate"]: (row["verdict"], row["reason"]) for row in rows if row["verdict"] != "pass"} == {}
    assert {row["gate"] for row in rows} == {"compliance", "comparison", "infrastructure"}


def test_every_row_is_scored_and_every_metric_is_measured(sold: World, first: dict[str, object]) -> None:
    """One forecast per series, origin and step, within its intervals; each metric of the problem is there."""
    sold.run(batch.main, "fleet-scored", use_case="fleet")
    scored = sold.tables.read("prod.fleet_gold.predictions").toPandas()
    assert len(scored) == len(fleet())
    assert not scored[[column.name for column in FORECASTING.output]].isna().any(axis=None)
    assert (scored["lo_95"] <= scored["lo_80"]).all()
    assert (scored["hi_80"] <= scored["hi_95"]).all()
    _require_agreement(sold)
    sold.run(measure.main, "fleet-measured", use_case="fleet")
    found = sold.tables.read("prod.fleet_ops.metrics").where("kind = 'performance'").toPandas()
    known = found[found["value"].notna()]
    expected = {"scaled_error", "error_over_naive", "scaled_bias", "interval_coverage", "error_of_totals"}
    assert set(known["metric"]) >= expected


def _require_agreement(world: World) -> None:
    """Products add up to their kind and kinds to the total, for each origin and step."""
    asked = fleet()[["forecast_of", "asked", "product", "step"]]
    scored = world.tables.read("prod.fleet_gold.predictions").toPandas().merge(asked, on=["forecast_of", "asked"])
    totals = world.tables.read("prod.fleet_gold.sales_totals").toPandas()
    kinds = scored.groupby(["asked", "step", "product"])["forecast"].agg(["sum", "size"])
    found = totals[totals["level"] == "kind"].set_index(["asked", "step", "total"]).sort_index()
    assert found["forecast"].to_numpy() == pytest.approx(kinds["sum"].to_numpy(), abs=1e-9)
    assert found["members"].tolist() == kinds["size"].tolist()
    grand = totals[totals["level"] == "total"].set_index(["asked", "step"]).sort_index()
    summed = kinds["sum"].groupby(level=[0, 1]).sum()
    assert grand["forecast"].to_numpy() == pytest.approx(summed.to_numpy(), abs=1e-9)
    assert len(totals) == len(found) + len(grand)
    assert not totals.isna().any(axis=None)
    assert not totals["chosen"].str.startswith("unknown series").any()


def test_series_that_come_late_agree_with_what_is_written(sold: World, first: dict[str, object]) -> None:
    """After a first scoring without one product the rest is scored: written forecasts stay, totals are theirs too."""
    case = _case()
    table = case.models[0].feature_table.table
    predictions, sums = "prod.fleet_gold.predictions", "prod.fleet_gold.sales_totals"
    (all_rows, name), early = (table, "prod.fleet_gold.early_weeks"), replace(table, name="early_weeks")
    rows = sold.tables.read(all_rows.full_name("prod", "fleet")).where("asked >= '2024-09-16'")
    sold.tables.replace(early, name, rows.where("product <> 'seldom'"))
    for each in (predictions, sums):
        if sold.tables.exists(each):
            sold.tables.spark.sql(f"DELETE FROM {sold.tables.owned(each)}").collect()
    sold.run(batch.main, "fleet-early", use_case="fleet", features_table="early_weeks")
    before = sold.tables.read(predictions).toPandas().set_index(["forecast_of", "asked"])["forecast"]
    _require_agreement(sold)
    sold.tables.replace(early, name, rows)
    sold.run(batch.main, "fleet-late", use_case="fleet", features_table="early_weeks")
    after = sold.tables.read(predictions).toPandas().set_index(["forecast_of", "asked"])
    assert after["forecast"][before.index].to_dict() == before.to_dict()
    assert set(after.drop(index=before.index)["run_id"]) == {"fleet-late"}
    assert len(after) > len(before)
    _require_agreement(sold)
    sold.run(batch.main, "fleet-scored", use_case="fleet")


def test_the_second_version_keeps_the_series_that_it_does_not_do_better(
    sold: World, first: dict[str, object], tmp_path: Path
) -> None:
    """One row per series in each; kept rows are those of the champion; the run says why; the version answers."""
    before = _table(first["model_version"], tmp_path / "first")
    assert (before["kept_from"] == 0).all()
    second = _train(sold, "fleet-2", holdout_start="2024-W38")
    assert second["model_version"] != first["model_version"]
    table = _table(second["model_version"], tmp_path / "second")
    kept = table.index[table["kept_from"] == int(str(first["model_version"]))]
    assert 0 < len(kept) < len(table) - 1
    assert set(table.index) == set(before.index)
    _require_recorded(sold, first["model_version"], before)
    _require_recorded(sold, second["model_version"], table)
    weights = [name for name in table if name.startswith("weight_")]
    pd.testing.assert_frame_equal(table.loc[kept, weights], before.loc[kept, weights])
    told = mlflow.artifacts.load_dict(f"runs:/{second['run_id']}/{DECISIONS}")
    decided = pd.DataFrame(told["data"], columns=told["columns"]).set_index("series")
    assert decided["kept_from"].to_dict() == table["kept_from"].to_dict()
    assert decided["reason"][kept].str.startswith("kept of version").all()
    assert FLEET not in kept
    loaded = artifact.load(_fetched(second["model_version"], tmp_path / "served"))
    asked = contract.model_input(_case().models[0], fleet().tail(30))
    answers = loaded.predict(asked)
    assert list(answers) == [column.name for column in FORECASTING.output]
    assert not answers.isna().any(axis=None)


def _go_live(world: World, version: int, run_id: str) -> None:
    """As promotion does it."""
    subject = version_task.opened(Common(use_case=_case(), catalog="prod", run_id=run_id), version)
    made = moves(version, version_task.aliases(world.client, NAME))
    ledger(subject).append(made, run_id=run_id, cause=Cause.GATES, reason="passed", by="promotion")
    for move in made:
        apply(subject, move)


def _roll_back(world: World, run_id: str, part: str) -> int:
    asked = {"to_version": "", "part": part, "reason": "complaints", "by": "ann"}
    return int(str(world.run(rollback.main, run_id, use_case="fleet", **asked)["champion"]))


def test_one_series_is_rolled_back_by_itself(sold: World, first: dict[str, object], tmp_path: Path) -> None:
    """A third version is live, with the first one's row for that series and the second one's for all others.

    It carries the lineage and what it is made of, it answers, and the record says who asked. A retry makes no other.
    """
    one = int(str(first["model_version"]))
    sold.client.delete_registered_model_alias(NAME, CHAMPION)
    _go_live(sold, one, "fleet-1")
    two = int(str(_train(sold, "fleet-2", holdout_start="2024-W38")["model_version"]))
    _go_live(sold, two, "fleet-2")
    before, after = _table(one, tmp_path / "one"), _table(two, tmp_path / "two")
    new, kept = (str(after.index[(after["kept_from"] == at) & (after.index != FLEET)][0]) for at in (0, one))
    with pytest.raises(NoPartError, match="was never answered otherwise than by version"):
        _roll_back(sold, "fleet-nothing", kept)
    three = _roll_back(sold, "fleet-back", new)
    assert _roll_back(sold, "fleet-back", new) == three
    assert version_task.aliases(sold.client, NAME) == {"champion": three, "previous": two}
    table = _table(three, tmp_path / "three")
    weights = [name for name in table if name.startswith("weight_")]
    pd.testing.assert_frame_equal(table.loc[[new], weights], before.loc[[new], weights])
    others = table.index != new
    pd.testing.assert_frame_equal(table.loc[others, weights], after.loc[others, weights])
    tags = sold.client.get_model_version(NAME, str(three)).tags
    assert (tags["part"], tags["part_of"], tags["part_from"]) == (new, str(two), str(one))
    assert tags["fingerprint"] == sold.client.get_model_version(NAME, str(two)).tags["fingerprint"]
    moved = ledger(version_task.opened(Common(use_case=_case(), catalog="prod", run_id=""), three)).moved()
    assert [(each.to_version, each.reason) for each in moved if each.run_id == "fleet-back"] == [
        (three, f"{new} alone: complaints"),
        (two, f"{new} alone: complaints"),
    ]
    assert _recorded(sold, three).empty
    _train(sold, "fleet-4", holdout_start="2024-W38")
    _require_recorded(sold, three, table)
    assert _recorded(sold, three)["fitted_for"][new] == one
    asked = contract.model_input(_case().models[0], fleet().tail(30))
    assert not artifact.load(_fetched(three, tmp_path / "answers")).predict(asked).isna().any(axis=None)
