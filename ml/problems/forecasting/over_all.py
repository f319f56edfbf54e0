"""What the model over all series learns from: rows in the scale of their series; and the settings of a version."""

from typing import Any

from ml import declarations
from ml.declarations import Feature
from ml.problems.forecasting import served
from ml.problems.forecasting.served import Floats
from ml.problems.learning import Examples
from ml.problems.problem import Problem

# The label of the model over all series: the outcome divided by the scale of its series.
TARGET = "_target"


def settings_of(declared: declarations.Forecasting) -> dict[str, Any]:
    """The part of the declaration that a version stores, in the format of `served`."""
    return {
        "series": list(declared.series),
        "step": declared.step,
        "history": list(declared.history),
        "season": declared.season_periods,
        "inner_season": declared.inner_season_periods,
        "non_negative": declared.non_negative,
        "least_scale": declared.least_scale,
        "candidates": list(declared.tried),
    }


def over_all(rows: Examples, declared: declarations.Forecasting, problem: Problem) -> Examples:
    """`rows` for the model over all series: the past and the outcome in the scale of the series.

    It leaves out the series' names and adds `served.HINTS`.
    """
    settings = settings_of(declared)
    asked = served.asked_of(rows.frame, settings)
    sizes: Floats = served.scale(asked.past, declared.season_periods, declared.least_scale)
    frame = served.scaled(rows.frame, asked, sizes, settings)
    frame[TARGET] = rows.frame[rows.label].to_numpy(float) / sizes
    hints = (Feature(name=name, expression=name, type="double", comment="A candidate.") for name in served.HINTS)
    kept = (feature for feature in rows.features if feature.name not in declared.series)
    return rows.instead(frame, (*kept, *hints), TARGET, problem, tuple(declared.history))
