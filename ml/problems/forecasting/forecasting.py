"""The forecasting problem: raw answers are forecasts with the size of their errors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml import declarations
from ml.declarations import Calendar
from ml.declarations.monitored import SCALED_ERROR
from ml.evaluation.resampling import Bootstrap, Interval
from ml.evaluation.slices import Losses
from ml.examples.split import Split, split_periods
from ml.problems.forecasting.fleet_measures import improved, measured
from ml.problems.forecasting.intervals import factors_by_step, near
from ml.problems.forecasting.learner import SeriesLearner
from ml.problems.forecasting.listing import fitted_parameters
from ml.problems.forecasting.monitors import monitors, scaled
from ml.problems.forecasting.over_all import over_all, settings_of
from ml.problems.forecasting.peeking import require_rows_in_advance
from ml.problems.forecasting.returning import take_back
from ml.problems.kept_arrays import KeptArrays
from ml.problems.learning import Algorithms, Examples, Learner, Live
from ml.problems.measured import Measured
from ml.problems.monitor import Answered, Monitor
from ml.problems.problem import Floats, Objective
from ml.problems.regression.regression import Regression, finite

# From this many horizons of periods on, a fit for judging uses only whole horizons, or whole parts (this many in all)
# of the periods: otherwise a horizon of one day would require a fit per day.
_MANY_HORIZONS, _PART = 4, 16
# A quantile of the errors of a step and its neighbours needs about this many in its tail.
_LEAST_IN_TAIL = 5


@dataclass(frozen=True, kw_only=True)
class Spread:
    """`factors` per level and step: an interval is the forecast plus and minus this many error sizes."""

    levels: tuple[int, ...]
    factors: tuple[tuple[float, ...], ...]

    @property
    def as_params(self) -> Mapping[str, str | float]:
        """The method, and each level's factor for one step ahead."""
        ahead = {f"factor_{level}": each[0] for level, each in zip(self.levels, self.factors, strict=True)}
        return {"calibration": "conformal by step", **ahead}

    @property
    def description(self) -> Mapping[str, object]:
        """Levels and factors."""
        return {"method": "spread", "levels": list(self.levels), "factors": [list(each) for each in self.factors]}

    @property
    def in_words(self) -> str:
        """For the description of a version."""
        return f"mixed per series, with intervals of {' and '.join(f'{level} %' for level in self.levels)} set"


@dataclass(frozen=True, kw_only=True)
class Forecasting:
    """Forecasting by squared errors in the scale of each series; intervals from the errors at unfitted origins."""

    declared: declarations.Forecasting

    @property
    def _scaled(self) -> Regression:
        """The problem of the model over all series."""
        return Regression(declared=declarations.Regression(unit="scale of the series"))

    @property
    def objective(self) -> Objective:
        """Squared error in the scale of the series."""
        return self._scaled.objective

    def split(
        self,
        periods: Iterable[date],
        *,
        calendar: Calendar,
        holdout_ratio: float,
        tuning_ratio: float,
        calibration_ratio: float,
        holdout_start: date | None = None,
    ) -> Split:
        """As for any problem, with an additional horizon for calibration: when the hold-out began, not every outcome of
        the newest earlier periods was known. Raises ValueError if nothing is left a whole horizon before the tuning.
        """
        found = split_periods(
            periods,
            calendar=calendar,
            holdout_ratio=holdout_ratio,
            tuning_ratio=tuning_ratio,
            calibration_ratio=calibration_ratio,
            holdout_start=holdout_start,
        )
        before, horizon = found.before_holdout, self.declared.spanned_origins
        calibrating = len(found.calibration) + horizon
        trained = len(before) - calibrating - len(found.tuning)
        if trained < horizon + 1:
            raise ValueError(
                f"{len(before)} {calendar.period}s before the hold-out leave {max(0, trained)} to train on, and a "
                f"horizon of {horizon} needs {horizon + 1}: wait for more {calendar.period}s, or lower the ratios"
            )
        return Split(
            train=before[:trained],
            tuning=before[trained : trained + len(found.tuning)],
            calibration=before[trained + len(found.tuning) :],
            holdout=found.holdout,
        )

    @staticmethod
    def truth(labels: "pd.Series[Any]") -> Floats:
        """The values. Raises ValueError for one that is NaN or infinite."""
        return finite(labels)

    def loss(self, truth: Floats, raw: Floats) -> float:
        """Root mean squared scaled error over all rows."""
        return float(np.sqrt((((raw[:, 0] - truth) / raw[:, 3]) ** 2).mean()))

    def calibrate(self, truth: Floats, raw: Floats) -> Spread:
        """The factors of the error size that cover the truth as often as each level requires, step by step.

        Raises ValueError if there are too few rows. Source: Lei et al. 2018, "Distribution-Free Predictive Inference
        for Regression", section 5.2 (locally weighted conformal), by step.
        """
        levels, horizon = self.declared.levels, self.declared.horizon
        least = int(np.ceil(_LEAST_IN_TAIL / (1 - levels[-1] / 100)))
        steps = raw[:, 2].astype(np.int64) - 1
        rows = np.array([near(steps, step).sum() for step in range(horizon)])
        if rows.min() < least:
            raise ValueError(
                f"{rows.min()} calibration rows around step {rows.argmin() + 1} cannot show where {levels[-1]} % of "
                f"values lie, {least} are needed: raise calibration_ratio, lower the levels, or forecast more series"
            )
        ratios = np.abs(truth - raw[:, 0]) / np.maximum(raw[:, 1], np.finfo(float).tiny)
        found = (factors_by_step(ratios, steps, horizon, level / 100) for level in levels)
        return Spread(levels=levels, factors=tuple(tuple(map(float, each)) for each in found))

    def measure(self, truth: Floats, output: pd.DataFrame) -> Measured:
        """Every measure, and the distance of coverage from each level."""
        return measured(self.declared, truth, output)

    def improvement(
        self, truth: Floats, challenger: pd.DataFrame, champion: pd.DataFrame, drawn: Bootstrap
    ) -> Interval:
        """The improvement in root mean squared scaled error; whole series are resampled."""
        return improved(self.declared, truth, challenger, champion, drawn)

    def learners(self, declared: Algorithms, rows: Examples) -> Mapping[str, Learner]:
        """One learner per declared algorithm, which fits its model over all series.

        Raises ForecastError naming each feature that contains outcomes that were not known at the origin.
        """
        require_rows_in_advance(rows, self.declared)
        over = over_all(rows, self.declared, self._scaled)
        kept = KeptArrays(folder=rows.scratch and rows.scratch / "series")
        settings = settings_of(self.declared)
        return {
            name: SeriesLearner(
                problem=self,
                settings=settings,
                rows=rows,
                over=over,
                trees=each,
                candidates=self.declared.tried,
                false_retrainings=self.declared.false_retrainings,
                adding=self.declared if self.declared.hierarchy else None,
                kept=kept,
            )
            for name, each in declared(over).items()
        }

    def others(self, period: date, periods: Sequence[date]) -> list[date]:
        """The periods at least a whole horizon before `period`, whose outcomes were all known at its origin.

        Existing periods are counted, so a missing one makes the distance longer, never shorter. With many periods,
        only whole horizons of them, or whole sixteenths, are used: so one fit judges neighbouring periods.
        """
        earlier, horizon = sorted(each for each in set(periods) if each < period), self.declared.spanned_origins
        known = max(0, len(earlier) - (horizon - 1))
        together = max(horizon, known // _PART)
        return earlier[: known - known % together if known >= _MANY_HORIZONS * horizon else known]

    def take_back(self, part: str, live: Live, earlier: Live, reason: str) -> pd.DataFrame | None:
        """Roll one series back to its row of an earlier version. Returns the decision about each series."""
        return take_back(part, live, earlier, reason)

    def fitted_parameters(self, version: Live) -> list[dict[str, object]]:
        """One row per series of the version."""
        return fitted_parameters(version)

    def losses(self, rows: Answered) -> Losses:
        """Absolute errors in the scale of the series; rows of a series are dependent."""
        clusters, _ = pd.factorize(rows.answers["series"])
        return Losses(title=SCALED_ERROR.title, values=np.abs(scaled(rows)), clusters=clusters.astype(np.int64))

    def monitors(self) -> tuple[Monitor, ...]:
        """Error compared with the hold-out and the naive forecast, bias and coverage, over series."""
        return monitors(self.declared)
