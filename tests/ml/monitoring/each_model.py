"""A period of each model that is shipped, and of each kind of problem, made up by its declared columns. Pure."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.declarations import (
    BinaryClassification,
    Column,
    Forecasting,
    Model,
    Monitoring,
    MulticlassClassification,
    ProblemType,
    UseCase,
)
from ml.declarations.monitored import CALIBRATION
from ml.monitoring.window import LABEL, Arrival, Expectation, PeriodData, expectation
from ml.usecases import USE_CASES
from tests.ml.problems.made import MULTICLASS, gates

PERIOD = date(2024, 4, 1)
# What the job measures by the version's training data.
_BY_REFERENCE = {
    *("chi_square", "jensen_shannon", "ks", "psi", "wasserstein", "location_shift", "spread_shift"),
    *("out_of_range_ratio", "unseen_category_ratio", "quarantine_ratio", "duplicate_ratio", "slice_loss"),
    # Their limits are shares of the hold-out's figure, and decide which pair of groups differs most.
    *("mean_error_difference", "scaled_bias_difference"),
}


def left_to_the_job(metric: str) -> bool:
    """Whether a pipeline cannot measure it: estimates learn from the hold-out, too."""
    return metric in _BY_REFERENCE or (metric.startswith(("expected_", "sliding_")) and metric != CALIBRATION.name)


def _several_classes() -> UseCase:
    """Credit, with the question which of three classes: no use case that is shipped asks one of this kind."""
    credit = USE_CASES["credit"]
    model = credit.models[0]
    label = replace(model.outcome.table.column("defaulted"), type="string", allowed=MULTICLASS.classes)
    columns = tuple(label if each.name == label.name else each for each in model.outcome.table.columns)
    asked = replace(
        model,
        problem=MULTICLASS,
        outcome=replace(model.outcome, table=replace(model.outcome.table, columns=columns)),
        algorithms=MULTICLASS.algorithms[:1],
        gates=gates(MULTICLASS),
        monitoring=Monitoring(),
        serving=None,
        defaults={},
    )
    return replace(credit, models=(asked,))


# Each model that is shipped, and the kind of problem that none of them has.
each_model = pytest.mark.parametrize(
    ("use_case", "name"),
    [
        pytest.param(_several_classes(), "default_risk", id=MULTICLASS.name),
        *(
            pytest.param(use_case, model.name, id=f"{use_case.name}-{model.name}")
            for use_case in USE_CASES.values()
            for model in use_case.models
        ),
    ],
)


def period_of(use_case: UseCase, model: Model, rows: int = 900) -> PeriodData:
    """The period with `rows` rows, all of which are scored and have outcomes; a nullable feature has nulls."""
    first = use_case.judging.start(PERIOD)
    return PeriodData(
        period=first,
        newest_period=first,
        overdue=False,
        rows=rows,
        labelled=rows,
        scored=rows,
        arrival=Arrival(received=rows, rejected=0, duplicates=0),
        frame=_rows(model, rows, seed=1),
    )


def expected_of(use_case: UseCase, model: Model) -> Expectation:
    """What version 1 expects, fitted on the three periods before."""
    known = _rows(model, 4000, seed=99)
    sizes = pd.Series([1000] * 3, index=[use_case.judging.add(PERIOD, -back) for back in (3, 2, 1)])
    return expectation(model, model_version=1, fitted=known, holdout=known, rows_by_period=sizes, described="made up")


def _rows(model: Model, count: int, seed: int) -> pd.DataFrame:
    table, random = model.feature_table, np.random.default_rng(seed)
    features = {each.name: values(each, random, count) for each in table.table.columns}
    found = pd.DataFrame({**features, **answers(model.problem, random, count)})
    for name in [each.name for each in table.features if each.null_meaning][:1]:
        found.loc[::7, name] = None
    return found


def values(column: Column, random: np.random.Generator, rows: int) -> Any:
    """Values of the column's type; of an allowed set, if it has one."""
    if column.allowed:
        return random.choice(list(column.allowed), rows)
    match column.type:
        case "string":
            return random.choice(["under_30", "30_to_44", "45_to_59"], rows)
        case "int" | "bigint":
            return random.integers(1, 5, rows)
        case "boolean":
            return random.random(rows) < 0.3
        case "date" | "timestamp":
            return [PERIOD] * rows
        case _:
            return random.normal(size=rows)


def answers(problem: ProblemType, random: np.random.Generator, rows: int) -> dict[str, Any]:
    """The answer's columns, and a `label` that follows it."""
    known = random.normal(size=rows)
    if isinstance(problem, BinaryClassification):
        chance = 1 / (1 + np.exp(-known))
        return {"probability": chance, LABEL: (random.random(rows) < chance).astype(float)}
    if isinstance(problem, MulticlassClassification):
        chances = random.dirichlet(np.ones(len(problem.classes)), rows)
        drawn = (random.random(rows)[:, None] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)
        classes = np.array(problem.classes, dtype=object)
        columns = {f"probability_{each}": chances[:, place] for place, each in enumerate(problem.classes)}
        return {"prediction": classes[chances.argmax(axis=1)], **columns, LABEL: classes[drawn]}
    value, true = 100 + 10 * known, 100 + 10 * known + random.normal(0, 8, rows)
    if isinstance(problem, Forecasting):
        ends = {
            name: value + side * level / 8
            for level, pair in zip(problem.levels, problem.bounds, strict=True)
            for side, name in zip((-1, 1), pair, strict=True)
        }
        series = np.array([f"series {number % 40}" for number in range(rows)])
        by = {"naive": value + random.normal(0, 9, rows), "scale": 5.0 + np.arange(rows) % 40, "series": series}
        return {"forecast": value, **ends, **by, "chosen": "naive", LABEL: true}
    return {"prediction": value, "lower": value - 10, "upper": value + 10, LABEL: true}
