"""The table of a backtest: measures of every forecaster over the series and origins that it answered."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting.frequency import Frequency
from ml.problems.forecasting.intervals import LEVELS
from ml.problems.forecasting.measures import MEASURES, coverage, owa, pinball
from ml.problems.forecasting.naive2 import naive2

Floats = npt.NDArray[np.float64]
NAIVE2 = "Naive2"
_MEDIAN = pinball(0.5)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One forecast from one origin: every measure by name; NaN for a forecaster that did not answer."""

    name: str
    values: dict[str, float]


def judge(
    truth: Floats,
    history: Floats,
    answers: Mapping[str, Floats],
    frequency: Frequency,
    widths: Mapping[str, Floats],
) -> Iterator[Judged]:
    """Measure every answer from one origin, and Naive2. A forecaster's widths have shape (levels, horizon)."""
    season = frequency.naive_season
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        base = naive2(history, len(truth), season)
        against = {f"base_{each}": MEASURES[each](truth, base, history, season) for each in ("smape", "mase")}
        # Divided by the size of the true values, so that series with different units can be averaged.
        size = float(np.abs(truth).mean()) or float("nan")
        for name, answer in {**answers, NAIVE2: base}.items():
            found = {each: measure(truth, answer, history, season) for each, measure in MEASURES.items()}
            found["pinball"] = _MEDIAN(truth, answer, history, season) / size
            for level, width in zip(LEVELS, widths.get(name, ()), strict=name in widths):
                found[f"coverage-{level}"] = coverage(truth, answer - width, answer + width)
            yield Judged(name=name, values=found | against)


def measured(judged: Iterable[Judged]) -> pd.DataFrame:
    """One row per forecaster, best OWA first: means over its answers, and the numbers of series and origins.

    OWA compares with Naive2 on the same series and origins, so a forecaster that failed on hard ones gains nothing.
    """
    rows = pd.DataFrame([{"model": each.name, **each.values} for each in judged])
    if rows.empty:
        return pd.DataFrame(columns=["model", "forecasts", "owa", *MEASURES, "pinball"])
    answered = rows[rows["smape"].notna()]
    # A constant series has no scale: it counts only in sMAPE.
    table = answered.groupby("model").mean(numeric_only=True)
    table.insert(0, "forecasts", answered.groupby("model").size())
    values = [owa(each["smape"], each["mase"], each["base_smape"], each["base_mase"]) for _, each in table.iterrows()]
    table.insert(1, "owa", values)
    return table.drop(columns=["base_smape", "base_mase"]).sort_values("owa", kind="stable").reset_index()
