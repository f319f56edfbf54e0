"""A few learners on the same rows, evaluated on the newest of them. Pure."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cli.baseline.rows import LABEL, TIME, Rows
from cli.errors import CommandError

HELD_OUT = 0.2
_LEAST_TIMES, _LEAST_ROWS = 5, 100
_RESAMPLED, _SEED = 200, 7
Measure = Callable[[Any, Any], float]
# By problem: the first measure ranks. Whether higher is better, and the function that computes it.
CLASSES: Mapping[str, Measure] = {
    "roc_auc": metrics.roc_auc_score,
    "average_precision": metrics.average_precision_score,
    "log_loss": metrics.log_loss,
    "brier_score": metrics.brier_score_loss,
}
VALUES: Mapping[str, Measure] = {
    "root_mean_squared_error": metrics.root_mean_squared_error,
    "mean_absolute_error": metrics.mean_absolute_error,
    "r2": metrics.r2_score,
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The rows before `since` and from it on; `since` is the first held-out time."""

    fitted: pd.DataFrame
    held_out: pd.DataFrame
    since: str


def split(rows: Rows) -> Judged:
    """Hold out the newest fifth of the times. Raises CommandError for too few rows or times."""
    frame = rows.frame.dropna(subset=[LABEL])
    times = sorted(frame[TIME].unique())
    if len(times) < _LEAST_TIMES or len(frame) < _LEAST_ROWS:
        raise CommandError(
            f"{len(frame)} rows with an outcome at {len(times)} times are too few for a hold-out: "
            f"{_LEAST_ROWS} rows at {_LEAST_TIMES} times are needed. Ingest more, or raise --rows"
        )
    since = times[-max(1, round(len(times) * HELD_OUT))]
    return Judged(fitted=frame[frame[TIME] < since], held_out=frame[frame[TIME] >= since], since=str(since))


def learners(rows: Rows, *, classes: bool) -> dict[str, Pipeline]:
    """The learners to fit, by name; each accepts the features as they are, missing values included."""
    scaled = _prepared(rows, scaled=True)
    plain = _prepared(rows, scaled=False)
    if classes:
        return {
            "always the same": make_pipeline(plain, DummyClassifier(strategy="prior")),
            "logistic regression": make_pipeline(scaled, LogisticRegression(max_iter=500)),
            "tree of depth 4": make_pipeline(plain, DecisionTreeClassifier(max_depth=4, random_state=_SEED)),
            "boosted trees": make_pipeline(plain, HistGradientBoostingClassifier(random_state=_SEED)),
        }
    return {
        "always the same": make_pipeline(plain, DummyRegressor()),
        "ridge regression": make_pipeline(scaled, Ridge()),
        "tree of depth 4": make_pipeline(plain, DecisionTreeRegressor(max_depth=4, random_state=_SEED)),
        "boosted trees": make_pipeline(plain, HistGradientBoostingRegressor(random_state=_SEED)),
    }


def leaderboard(rows: Rows, judged: Judged, *, classes: bool) -> list[dict[str, Any]]:
    """One row per learner, best first by the first measure, with that measure's 95 % interval by resampling.

    Raises CommandError if the fitted or the held-out rows have one class only.
    """
    if classes:
        _require_both_classes(judged)
    measures = CLASSES if classes else VALUES
    found = []
    features = [*rows.numbers, *rows.texts]
    for name, learner in learners(rows, classes=classes).items():
        began = time.perf_counter()
        learner.fit(judged.fitted[features], judged.fitted[LABEL])
        took = time.perf_counter() - began
        held = judged.held_out[features]
        answers = learner.predict_proba(held)[:, 1] if classes else learner.predict(held)
        found.append(_row(name, measures, judged.held_out[LABEL].to_numpy(), answers) | {"fit_s": round(took, 2)})
    first = next(iter(measures))
    return sorted(found, key=lambda row: -row[first] if classes else row[first])


def _prepared(rows: Rows, *, scaled: bool) -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    coded = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20, max_categories=30)
    ordered = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    return ColumnTransformer(
        [
            ("numbers", numbers if scaled else "passthrough", list(rows.numbers)),
            ("texts", coded if scaled else ordered, list(rows.texts)),
        ]
    )


def _require_both_classes(judged: Judged) -> None:
    for what, part in (("fitted", judged.fitted), ("held-out", judged.held_out)):
        if part[LABEL].nunique() != 2:
            raise CommandError(f"the {what} rows have {part[LABEL].nunique()} of the two classes: raise --rows")


def _row(name: str, measures: Mapping[str, Measure], truth: Any, answers: Any) -> dict[str, Any]:
    first = next(iter(measures))
    chance = np.random.default_rng(_SEED)
    resampled = []
    for _ in range(_RESAMPLED):
        picked = chance.integers(0, len(truth), len(truth))
        if first != "roc_auc" or len(set(truth[picked])) > 1:
            resampled.append(measures[first](truth[picked], answers[picked]))
    lower, upper = np.percentile(resampled, [2.5, 97.5])
    values = {measure: round(float(take(truth, answers)), 4) for measure, take in measures.items()}
    return {"learner": name, **values, "lower": round(float(lower), 4), "upper": round(float(upper), 4)}
