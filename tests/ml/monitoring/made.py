"""Metrics and rows made up for pure tests."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml.declarations import Feature
from ml.monitoring.metric import Metric
from ml.monitoring.window import LABEL, Arrival, Expectation, PeriodData, expectation
from ml.problems.finding import Kind, Verdict
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring.policies import MONTHS

PERIOD = date(2024, 6, 1)
PREDICTION = "probability"


def metric(periods_ago: int = 0, **other: Any) -> Metric:
    """A metric of `periods_ago` before June 2024; ok unless told otherwise."""
    given: dict[str, Any] = {
        "kind": Kind.DRIFT,
        "metric": "psi",
        "column": "limit_bal",
        "value": 0.02,
        "verdict": Verdict.OK,
        "reason": "made up",
        "rows": 1000,
        "threshold_high": 0.25,
        "period": MONTHS.add(PERIOD, -periods_ago),
        "model_version": 1,
        "in_training": False,
    }
    return Metric(**{**given, **other})


def auc(periods_ago: int, verdict: Verdict, value: float = 0.70, **other: Any) -> Metric:
    """The ROC AUC of a period, of a version that promised 0.80."""
    known = None if verdict is Verdict.UNKNOWN else value
    bounds = {"threshold_low": 0.74, "threshold_high": None, "reference_value": 0.80}
    given = {"kind": Kind.PERFORMANCE, "metric": "roc_auc", "column": "", **bounds, **other}
    return metric(periods_ago, verdict=verdict, value=known, **given)


def whole(periods_ago: int, name: str, verdict: Verdict, **other: Any) -> Metric:
    """A data-quality metric of a whole period."""
    given = {"kind": Kind.DATA_QUALITY, "metric": name, "column": "", "threshold_high": None, "threshold_low": 0.5}
    return metric(periods_ago, verdict=verdict, **{**given, **other})


def _value(feature: Feature, random: np.random.Generator, rows: int) -> object:
    if feature.type == "string":
        return random.choice(["under_30", "30_to_44", "45_to_59"], size=rows)
    if feature.name == "sex":
        return random.integers(1, 3, size=rows)
    return random.integers(0, 4, size=rows) if feature.type == "int" else random.normal(size=rows)


def client_rows(rows: int, seed: int = 1) -> pd.DataFrame:
    """Rows with every feature and group of the credit model, a `probability` and a `label` drawn from it."""
    random = np.random.default_rng(seed)
    features = {feature.name: _value(feature, random, rows) for feature in CREDIT.models[0].feature_table.features}
    probability = random.beta(1, 3, size=rows)
    labels = (random.random(rows) < probability).astype(float)
    return pd.DataFrame(features).assign(**{PREDICTION: probability, LABEL: labels})


def expected(rows: pd.DataFrame | None = None) -> Expectation:
    """What version 1, fitted on January to March 2024, expects."""
    known = client_rows(4000) if rows is None else rows
    sizes = pd.Series([1000] * 3, index=[date(2024, month, 1) for month in (1, 2, 3)])
    return expectation(
        CREDIT.models[0], model_version=1, fitted=known, holdout=known, rows_by_period=sizes, described="made up"
    )


def period_data(frame: pd.DataFrame, *, newest: date = date(2024, 9, 1), **other: Any) -> PeriodData:
    """June 2024 with the rows of `frame`."""
    given: dict[str, Any] = {
        "period": PERIOD,
        "newest_period": newest,
        "overdue": MONTHS.passed(PERIOD, newest) > 1,
        "rows": len(frame),
        "labelled": int(frame[LABEL].notna().sum()),
        "scored": int(frame[PREDICTION].notna().sum()),
        "arrival": Arrival(received=len(frame), rejected=0, duplicates=0),
        "frame": frame,
    }
    return PeriodData(**{**given, **other})
