"""Periods of made-up answers to a question of each kind, as monitoring sees them; pure, and whose truth is known."""

from datetime import date

import numpy as np
import pandas as pd

from ml.declarations import Model, MulticlassClassification, ProblemType
from ml.monitoring.metric import Metric
from ml.monitoring.period_metrics import measure
from ml.monitoring.window import LABEL, Arrival, Expectation, PeriodData, answer_names, expectation
from tests.ml.problems.made import BINARY, REGRESSION, model

PERIOD, NEWEST = date(2024, 6, 1), date(2024, 9, 1)
Floats = np.ndarray


def periods(problem: ProblemType, rows: int, seed: int, shift: float = 0.0) -> pd.DataFrame:
    """Rows with every feature, answers and `label`; the truth lies `shift` standard deviations from what is answered.

    Answers are as good as they can be if nothing is shifted: probabilities are the chances that outcomes are drawn
    with, values are the expected ones.
    """
    random = np.random.default_rng(seed)
    known = random.normal(size=rows)
    features = {
        "weight": known * 10 + 70,
        "visits": random.integers(0, 6, rows).astype(float),
        "smoker": random.random(rows) < 0.3,
        "ward": random.choice(["east", "north", "west"], rows),
        "since": pd.to_datetime("2020-01-01") + pd.to_timedelta(random.integers(0, 1000, rows), unit="D"),
    }
    return pd.DataFrame({**features, **_answers(problem, known), LABEL: _truth(problem, known + shift, random)})


def _answers(problem: ProblemType, known: Floats) -> dict[str, object]:
    if problem == BINARY:
        return {"probability": 1 / (1 + np.exp(-known))}
    if problem == REGRESSION:
        half = 10 * 1.6449
        return {"prediction": 100 + 10 * known, "lower": 100 + 10 * known - half, "upper": 100 + 10 * known + half}
    assert isinstance(problem, MulticlassClassification)
    chances = _chances(known)
    columns = {f"probability_{each}": chances[:, place] for place, each in enumerate(problem.classes)}
    return {"prediction": np.array(problem.classes, dtype=object)[chances.argmax(axis=1)], **columns}


def _chances(known: Floats) -> Floats:
    scores = np.exp(np.column_stack([-known, np.zeros(len(known)), known]))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def _truth(problem: ProblemType, known: Floats, random: np.random.Generator) -> Floats:
    if problem == BINARY:
        return (random.random(len(known)) < 1 / (1 + np.exp(-known))).astype(float)
    if problem == REGRESSION:
        return np.asarray(100 + 10 * known + random.normal(0, 10, len(known)))
    assert isinstance(problem, MulticlassClassification)
    drawn = (random.random(len(known))[:, None] > _chances(known).cumsum(axis=1)[:, :-1]).sum(axis=1)
    return np.array(problem.classes, dtype=object)[drawn]


def expected(declared: Model, holdout: pd.DataFrame) -> Expectation:
    """What version 1, fitted on January to March 2024, expects; its fitted rows are like its hold-out."""
    sizes = pd.Series([1000] * 3, index=[date(2024, month, 1) for month in (1, 2, 3)])
    return expectation(
        declared, model_version=1, fitted=holdout, holdout=holdout, rows_by_period=sizes, described="made up"
    )


def measured(problem: ProblemType, frame: pd.DataFrame, before: Expectation) -> list[Metric]:
    """All metrics of June 2024 with the rows of `frame`."""
    return measure(period_data(problem, frame), before, model(problem))


def period_data(problem: ProblemType, frame: pd.DataFrame) -> PeriodData:
    """June 2024 with the rows of `frame`."""
    answers = frame[[*answer_names(model(problem))]]
    return PeriodData(
        period=PERIOD,
        newest_period=NEWEST,
        overdue=False,
        rows=len(frame),
        labelled=int(frame[LABEL].notna().sum()),
        scored=int(answers.notna().all(axis=1).sum()),
        arrival=Arrival(received=len(frame), rejected=0, duplicates=0),
        frame=frame,
    )
