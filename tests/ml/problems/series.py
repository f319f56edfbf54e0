"""A made-up fleet: weekly sales of products in shops, as the rows that a forecast is learned from and asked about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import (
    RMSSE,
    WAPE,
    Algorithm,
    Column,
    ComparisonGate,
    ComplianceGate,
    Feature,
    FeatureTable,
    Forecasting,
    Gates,
    InfrastructureGate,
    Layer,
    LeakLimits,
    MeasureRule,
    Model,
    Monitoring,
    Outcome,
    Table,
    Tuning,
)
from ml.examples.split import Split
from ml.usecases import use_case

Floats = npt.NDArray[np.float64]
HISTORY = tuple(f"sold_{back}" for back in range(12))
FORECASTING = Forecasting(
    unit="units", series=("product", "shop"), step="step", horizon=3, history=HISTORY, season_periods=4
)
PERIOD = "_period"
ORIGINS = tuple(date(2024, 1, 1) + timedelta(weeks=week) for week in range(40))
# The hold-out's origins lie a horizon after the newest ones that are fitted on, as its labels are known too late.
SPLIT = Split(train=ORIGINS[:24], tuning=ORIGINS[24:28], calibration=ORIGINS[28:32], holdout=ORIGINS[35:])
_GATES = use_case("credit").models[0].gates


def forecasting_model(*algorithms: Algorithm) -> Model:
    """Of the sales, with the label `sales`."""
    heads = {"forecast_of": "string", "asked": "date"}
    features = {"product": "string", "shop": "string", "step": "int", "holiday": "int"}
    known = (
        *(Feature(name=name, expression=name, type=kind, comment=name) for name, kind in features.items()),
        *(
            Feature(
                name=name, expression=name, type="double", comment=name, null_meaning="not sold yet" if at else None
            )
            for at, name in enumerate(HISTORY)
        ),
    )
    source = _table("weeks", {**heads, **features, **dict.fromkeys(HISTORY, "double")})
    results = _table("results", {**heads, "known": "date", "sales": "double"})
    table = FeatureTable(
        name="asked_weeks",
        source=source,
        key="forecast_of",
        event_time="asked",
        features=known,
        owner="us",
        comment="Weeks asked about.",
    )
    outcome = Outcome(
        table=replace(results, layer=Layer.GOLD, name="outcomes"),
        source=results,
        key="forecast_of",
        event_time="asked",
        known_from="known",
        label="sales",
    )
    return replace(
        use_case("credit").models[0],
        feature_table=table,
        features=(*features, *HISTORY),
        outcome=outcome,
        fairness_groups=(),
        algorithms=algorithms or (Algorithm.LIGHTGBM,),
        tuning=Tuning(trials=1),
        gates=_gates(),
        monitoring=Monitoring(),
        serving=None,
        defaults={},
        problem=FORECASTING,
    )


def _gates() -> Gates:
    # No sMAPE: whoever sells seldom is best forecast above zero, which it holds to be as wrong as can be.
    measures = tuple(MeasureRule(measure=measure, margin=0.05) for measure in (RMSSE, WAPE))
    return Gates(
        compliance=ComplianceGate(
            max_group_difference=0.5,
            min_group_rows=100,
            leaks=LeakLimits(max_repeated_keys_ratio=1.0, max_repeated_rows_ratio=1.0),
        ),
        comparison=ComparisonGate(measures=measures, min_holdout_rows=100, resamples=200),
        infrastructure=InfrastructureGate(max_load_s=60, max_latency_ms=1000, max_memory_mib=4096),
    )


def _table(name: str, columns: dict[str, str]) -> Table:
    return Table(
        name=name,
        layer=Layer.SILVER,
        columns=tuple(
            Column(name=each, type=kind, comment=each, nullable=each in HISTORY[1:]) for each, kind in columns.items()
        ),
        keys=("forecast_of", "asked"),
        owner="us",
        comment=name,
    )


def sales(seed: int = 7) -> dict[tuple[str, str], Floats]:
    """Units per week of 24 series over 60 weeks: steady, growing, seasonal (4 weeks), and mostly zero."""
    rng, weeks = np.random.default_rng(seed), np.arange(60)
    shapes: dict[str, Callable[[float], Any]] = {
        "steady": lambda size: size + 0.0 * weeks,
        "growing": lambda size: size * (1 + weeks / 40),
        "seasonal": lambda size: size * (1 + 0.6 * np.sin(2 * np.pi * weeks / 4)),
        "seldom": lambda size: size * (rng.random(60) < 0.2),
    }
    found = {}
    for at in range(6):
        for kind, shape in shapes.items():
            size = 10.0 * (at + 1)
            noise = 1.0 if kind == "seldom" else rng.normal(1, 0.1, 60)
            found[kind, f"shop{at}"] = np.maximum(np.round(shape(size) * noise), 0.0)
    return found


@cache
def fleet(seed: int = 7) -> pd.DataFrame:
    """One row per series, origin and step; the history of one series begins late."""
    rows = []
    for (product, shop), units in sales(seed).items():
        born = 20 if (product, shop) == ("growing", "shop5") else 0
        for place, origin in enumerate(ORIGINS):
            at = place + len(HISTORY)
            if at <= born:
                continue
            past = {name: units[at - back] if at - back >= born else np.nan for back, name in enumerate(HISTORY)}
            rows += [
                {"product": product, "shop": shop, "step": step, "asked": origin, PERIOD: origin, **past}
                | {
                    "forecast_of": f"{product}|{shop}|{step}",
                    "holiday": (at + step) % 13 == 0,
                    "sales": units[at + step],
                }
                for step in range(1, FORECASTING.horizon + 1)
            ]
    frame = pd.DataFrame(rows)
    return frame.assign(holiday=frame["holiday"].astype(int))
