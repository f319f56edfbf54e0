"""What an optional source is worth, on rows whose truth is known."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Aggregate, Column, Feature, FeatureTable, History, Layer, Model, Past, Table, Window
from ml.evaluation.resampling import Interval
from ml.examples.split import Split
from ml.problems.classification.binary import Binary
from ml.problems.classification.sigmoid import Sigmoid
from ml.training import gain
from ml.training.learn import Learned
from ml.training.learners.rows import Rows
from ml.training.learners.xgboost_trees import XgboostTrees
from ml.training.tuning import Candidate, Search
from ml.usecases import use_case
from ml.usecases.credit.demo.generate import LABEL, generate
from ml.usecases.credit.demo.movements import INFLOW, OVERDRAWN
from ml.versions import contract, gains

CREDIT = use_case("credit")

PERIODS = tuple(date(2024, month, 1) for month in range(1, 6))
SPLIT = Split(train=PERIODS[:2], tuning=PERIODS[2:3], calibration=PERIODS[3:4], holdout=PERIODS[4:])
PARAMS = {"learning_rate": 0.1, "max_depth": 3, "rounds": 40}


def _table(name: str, **types: str) -> Table:
    columns = tuple(Column(name=each, type=kind, comment=each) for each, kind in types.items())
    return Table(name=name, layer=Layer.SILVER, columns=columns, keys=("client_id", "period"), owner="us", comment=name)


SOURCE = _table("asked", client_id="bigint", period="date", plain="double")
MOVES = _table("moves", client_id="bigint", period="date", paid="double")
WINDOW = Window(
    history=History(table=MOVES, on=("client_id",), time="period", optional=True),
    aggregate=Aggregate.SUM,
    past=Past(periods=3),
)


def _model(*, optional: bool = True) -> Model:
    window = replace(WINDOW, history=replace(WINDOW.history, optional=optional))
    plain = Feature(name="plain", expression="plain", type="double", comment="Plain.")
    paid = Feature(
        name="paid", expression="paid", type="double", comment="Paid.", null_meaning="unknown", window=window
    )
    table = FeatureTable(
        name="made",
        source=SOURCE,
        key="client_id",
        event_time="period",
        features=(plain, paid),
        owner="us",
        comment="x",
    )
    return replace(CREDIT.models[0], feature_table=table, features=("plain", "paid"), fairness_groups=())


def _rows(effect: float) -> pd.DataFrame:
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"plain": random.normal(size=5000), "paid": random.normal(size=5000)})
    frame["_period"] = [PERIODS[at % len(PERIODS)] for at in range(len(frame))]
    chance = 1 / (1 + np.exp(-(frame["plain"] + effect * frame["paid"])))
    return frame.assign(defaulted=(random.random(5000) < chance).astype(int))


def _gains(model: Model, rows: pd.DataFrame) -> list[gains.Gain]:
    fitted_on = Rows(
        frame=rows[rows["_period"] != PERIODS[-1]],
        features=contract.model_features(model),
        label="defaulted",
        period="_period",
        event_time="_period",
        problem=Binary(),
        seed=1,
    )
    learner = XgboostTrees(rows=fitted_on)
    learned = Learned(
        fitted=learner.fit(PARAMS, SPLIT.before_holdout),
        held_back=learner.fit(PARAMS, SPLIT.train),
        learner=learner,
        chosen="xgboost",
        calibration=Sigmoid(slope=1.0, intercept=0.0),
        params=PARAMS,
        searches={"xgboost": Search(candidates=(Candidate(params=PARAMS, found={}, loss=0.5),), asked=1)},
    )
    holdout = rows[rows["_period"] == PERIODS[-1]]
    answers = gain.scored(model, learned, holdout)
    return gain.gains(model, Binary(), learned, SPLIT, holdout, answers=answers)


def test_a_source_that_drives_the_outcome_gains_beyond_chance() -> None:
    """The whole interval lies above zero, and the sentence gives source, gain and interval."""
    (found,) = _gains(_model(), _rows(effect=1.0))
    assert found.source == "moves"
    assert 0.03 < found.interval.lower < found.interval.difference < found.interval.upper < 0.2
    (sentence,) = gains.sentences({"owner": "us", **gains.as_tags([found])})
    assert sentence == (
        f"features of moves improve roc_auc by {found.interval.difference:+.4f}, 95% interval "
        f"{found.interval.lower:+.4f}..{found.interval.upper:+.4f}"
    )


def test_a_source_that_says_nothing_gains_nothing() -> None:
    """The interval reaches below zero."""
    (found,) = _gains(_model(), _rows(effect=0.0))
    assert found.interval.lower < 0
    assert abs(found.interval.difference) < 0.02


def test_without_an_optional_source_there_is_nothing_to_tell() -> None:
    """No second model is fitted."""
    assert _gains(_model(optional=False), _rows(effect=1.0)) == []


def test_tags_fit_unity_catalog() -> None:
    """A tag's value may have 256 characters there."""
    interval = Interval(difference=-0.123456789012345, lower=-0.2, upper=1 / 3, confidence=0.95, resamples=500)
    (text,) = gains.as_tags([gains.Gain(source="moves", measure="root_mean_squared_error", interval=interval)]).values()
    assert len(text) <= 256
    assert json.loads(text)["upper"] == pytest.approx(1 / 3)


def test_the_movements_of_generated_clients_gain_beyond_chance() -> None:
    """The shipped case's own data and feature names: 6,000 clients are fitted on, 2,000 judge."""
    raw = generate(8000, seed=11)
    inflow, days = raw[list(INFLOW)].to_numpy(float), raw[list(OVERDRAWN)].to_numpy(float)
    moved = {
        "overdrawn_days": days.sum(axis=1),
        "inflow_mean": inflow.mean(axis=1),
        "inflow_trend": (np.log(inflow[:, 0]) - np.log(inflow[:, -1])) / 2,
        "overdrawn_before": days[:, 0],
    }
    received = {column.raw_name: column.name for column in CREDIT.models[0].feature_table.source.columns}
    rows = raw.rename(columns={**received, LABEL: "defaulted"}).assign(**moved)
    names = tuple(name for name in CREDIT.models[0].features if name in rows.columns)
    rows["_period"] = [PERIODS[at * len(PERIODS) // len(rows)] for at in range(len(rows))]
    (found,) = _gains(replace(CREDIT.models[0], features=names), rows)
    assert found.source == "movements"
    assert 0 < found.interval.lower < found.interval.difference < 0.08
