"""A made-up question of each kind: eight months of rows with every kind of feature, whose truth follows all of them."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.declarations import (
    COST,
    Algorithm,
    BinaryClassification,
    Column,
    ComparisonGate,
    ComplianceGate,
    Feature,
    FeatureTable,
    Gates,
    InfrastructureGate,
    Layer,
    MeasureRule,
    Model,
    Monitoring,
    MulticlassClassification,
    Outcome,
    ProblemType,
    Regression,
    Table,
    TrainingCause,
    Tuning,
)
from ml.examples.split import Split
from ml.usecases import use_case

PERIODS = tuple(date(2024, month, 1) for month in range(1, 9))
SPLIT = Split(train=PERIODS[:4], tuning=PERIODS[4:5], calibration=PERIODS[5:7], holdout=PERIODS[7:])
PERIOD = "_period"
BINARY, REGRESSION = BinaryClassification(), Regression(unit="mg")
MULTICLASS = MulticlassClassification(classes=("low", "middle", "high"))
PROBLEMS = (BINARY, MULTICLASS, REGRESSION)
LABEL_TYPES = {BINARY.name: "int", MULTICLASS.name: "string", REGRESSION.name: "double"}
_FEATURES = {"weight": "double", "visits": "int", "smoker": "boolean", "ward": "string", "since": "date"}
_NULLABLE = ("weight", "ward")


def _features() -> tuple[Feature, ...]:
    return tuple(
        Feature(
            name=name,
            expression=name,
            type=kind,
            comment=name,
            null_meaning="not asked" if name in _NULLABLE else None,
        )
        for name, kind in _FEATURES.items()
    )


def model(problem: ProblemType, *algorithms: Algorithm, trials: int = 1) -> Model:
    """A model of `problem` over all features, with the label `truth`."""
    columns = {"patient": "bigint", "asked": "date", **_FEATURES}
    source = _table("visits", columns, nullable=_NULLABLE)
    label = {"patient": "bigint", "asked": "date", "known": "date", "truth": LABEL_TYPES[problem.name]}
    outcomes = _table("results", label)
    table = FeatureTable(
        name="patients",
        source=source,
        key="patient",
        event_time="asked",
        features=_features(),
        owner="us",
        comment="Patients.",
    )
    outcome = Outcome(
        table=replace(outcomes, layer=Layer.GOLD, name="outcomes"),
        source=outcomes,
        key="patient",
        event_time="asked",
        known_from="known",
        label="truth",
    )
    return replace(
        use_case("credit").models[0],
        feature_table=table,
        features=tuple(_FEATURES),
        outcome=outcome,
        fairness_groups=(),
        monitoring=Monitoring(),
        problem=problem,
        algorithms=algorithms or problem.algorithms[:1],
        tuning=Tuning(trials=trials),
        gates=gates(problem),
    )


def gates(problem: ProblemType) -> Gates:
    """Gates that judge by all that `problem` has without costs; groups may differ by 0.2, or by 5 mg."""
    return Gates(
        compliance=ComplianceGate(
            max_group_difference=5.0 if problem.name == REGRESSION.name else 0.2,
            min_group_rows=100,
            decides_at=0.5 if problem.decides else None,
        ),
        comparison=ComparisonGate(
            measures=tuple(MeasureRule(measure=each, margin=0.02) for each in problem.measures if each != COST),
            must_improve={TrainingCause.MANUAL: problem.measures[0]},
            resamples=200,
        ),
        infrastructure=InfrastructureGate(max_load_s=30.0, max_latency_ms=250.0, max_memory_mib=2048.0),
    )


def _table(name: str, columns: dict[str, str], nullable: tuple[str, ...] = ()) -> Table:
    made = tuple(
        Column(name=column, type=kind, comment=column, nullable=column in nullable) for column, kind in columns.items()
    )
    return Table(name=name, layer=Layer.SILVER, columns=made, keys=("patient", "asked"), owner="us", comment=name)


def rows(problem: ProblemType, per_period: int = 100) -> pd.DataFrame:
    """One row per patient. The expected value rises with weight and visits, differs by ward and falls with `since`.

    A tenth of weights and wards is not known.
    """
    random, count = np.random.default_rng(11), per_period * len(PERIODS)
    frame = pd.DataFrame(
        {
            "patient": range(count),
            PERIOD: np.repeat(PERIODS, per_period),
            "asked": np.repeat(PERIODS, per_period),
            "weight": random.normal(70, 10, count),
            "visits": random.integers(0, 6, count),
            "smoker": random.random(count) < 0.3,
            "ward": random.choice(["east", "north", "west"], count),
            "since": [date(2020, 1, 1) + timedelta(days=int(days)) for days in random.integers(0, 1000, count)],
        }
    )
    days = pd.to_datetime(frame["since"]).sub(pd.Timestamp(2020, 1, 1)).dt.days.to_numpy()
    ward = frame["ward"].map({"east": -1.5, "north": 0.0, "west": 1.5}).to_numpy()
    expected = (frame["weight"].to_numpy() - 70) / 10 + ward + frame["smoker"].to_numpy() * 1.0 - (days - 500) / 500
    noisy = expected + random.normal(0, 0.7, count)
    frame.loc[random.random(count) < 0.1, "weight"] = np.nan
    frame.loc[random.random(count) < 0.1, "ward"] = None
    return frame.assign(truth=_labels(problem, noisy))


def _labels(problem: ProblemType, noisy: np.ndarray) -> np.ndarray:
    if problem.name == BINARY.name:
        return (noisy > 0).astype(int)
    if problem.name == REGRESSION.name:
        return 100 + 10 * noisy
    return np.array(MULTICLASS.classes, dtype=object)[np.digitize(noisy, [-1.0, 1.0])]
