"""Generated credit months as monitoring sees them: real features by Spark, a real model, known outcomes."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import xgboost
from pyspark.sql import SparkSession

from ml.features.frames import feature_rows
from ml.monitoring.metric import Metric
from ml.monitoring.period_metrics import measure
from ml.monitoring.window import LABEL, Arrival, Expectation, PeriodData, expectation
from ml.tables import pandas_of
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from ml.usecases.credit.demo.generate import LABEL as RAW_LABEL
from ml.usecases.credit.demo.generate import Shift, generate
from ml.usecases.credit.demo.movements import MONTHS_BEFORE

PREDICTION = "probability"
FEATURES = list(CREDIT.models[0].features)
_SOURCE = CREDIT.models[0].feature_table.source


def month(number: int) -> date:
    """The first day of month `number`; 0 is January 2023."""
    return date(2023 + number // 12, number % 12 + 1, 1)


def credit_rows(spark: SparkSession, rows: int, seed: int, rows_per_month: int, shift: Shift | None) -> pd.DataFrame:
    """One row per generated client: every feature and group, `label` and the number of its `month`."""
    raw = generate(rows, seed, shift=shift)
    named = raw.rename(columns={c.raw_name: c.name for c in _SOURCE.columns}).assign(application_month=date(2023, 1, 1))
    moved = spark.createDataFrame(_movements(raw))
    built = feature_rows(CREDIT.models[0].feature_table, spark.createDataFrame(named), lambda _: moved)
    features = pandas_of(built)
    ordered = features.sort_values("client_id", ignore_index=True)
    return ordered.assign(label=raw[RAW_LABEL].to_numpy(), month=np.arange(rows) // rows_per_month)


def _movements(raw: pd.DataFrame) -> pd.DataFrame:
    """Silver movements of the three months before January 2023."""
    months = [
        pd.DataFrame(
            {
                "client_id": raw["ID"],
                "movement_month": date(2022, 13 - before, 1),
                "inflow": raw[f"INFLOW_{before}"].astype(float),
                "overdrawn_days": raw[f"OVERDRAWN_DAYS_{before}"],
            }
        )
        for before in MONTHS_BEFORE
    ]
    return pd.concat(months, ignore_index=True)


def fitted(rows: pd.DataFrame, seed: int = 1) -> xgboost.Booster:
    """A model of the size that training makes."""
    settings = {"max_depth": 4, "eta": 0.05, "min_child_weight": 20, "subsample": 0.8, "colsample_bytree": 0.5}
    data = xgboost.DMatrix(rows[FEATURES].astype("float32"), label=rows[LABEL])
    return xgboost.train({**settings, "objective": "binary:logistic", "seed": seed, "nthread": 2}, data, 200)


def scored(booster: xgboost.Booster, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the model's `probability`."""
    return rows.assign(**{PREDICTION: booster.predict(xgboost.DMatrix(rows[FEATURES].astype("float32"))).astype(float)})


def expected_of(rows: pd.DataFrame, booster: xgboost.Booster, fit_months: int, holdout_months: int) -> Expectation:
    """What a version fitted on the first `fit_months` and held out on the next `holdout_months` expects."""
    fit = rows[rows["month"] < fit_months]
    holdout = rows[rows["month"].between(fit_months, fit_months + holdout_months - 1)]
    sizes = fit.groupby("month").size()
    return expectation(
        CREDIT.models[0],
        model_version=1,
        fitted=fit,
        holdout=scored(booster, holdout),
        rows_by_period=pd.Series(sizes.to_numpy(), index=[month(int(number)) for number in sizes.index]),
        described="generated",
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """Months after the hold-out, each measured as if all its outcomes were known."""

    rows: pd.DataFrame
    expected: Expectation
    booster: xgboost.Booster
    metrics: list[Metric]


def measured(frame: pd.DataFrame, number: int, expected: Expectation, newest: int) -> list[Metric]:
    """All metrics of one month."""
    data = PeriodData(
        period=month(number),
        newest_period=month(newest),
        overdue=False,
        rows=len(frame),
        labelled=int(frame[LABEL].notna().sum()),
        scored=int(frame[PREDICTION].notna().sum()),
        arrival=Arrival(received=len(frame), rejected=0, duplicates=0),
        frame=frame,
    )
    return measure(data, expected, CREDIT.models[0])


def series(
    spark: SparkSession,
    seed: int,
    *,
    fit: int = 8,
    holdout: int = 2,
    live: int = 20,
    size: int = 1000,
    shift: Shift | None = None,
) -> Series:
    """`live` months of `size` clients after a version's fitted and hold-out months."""
    months = fit + holdout + live
    rows = credit_rows(spark, months * size, seed, size, shift)
    booster = fitted(rows[rows["month"] < fit])
    expected = expected_of(rows, booster, fit, holdout)
    all_scored = scored(booster, rows)
    metrics = [
        metric
        for number in range(fit + holdout, months)
        for metric in measured(all_scored[all_scored["month"] == number], number, expected, months)
    ]
    return Series(rows=rows, expected=expected, booster=booster, metrics=metrics)
