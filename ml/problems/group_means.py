"""Comparison of declared groups by the mean of one figure per row."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ml.declarations.monitored import Monitored
from ml.evaluation.fairness import large_groups
from ml.evaluation.noise import mean_differences, mean_with_error
from ml.problems.finding import Finding, beyond, number, unknown
from ml.problems.monitor import Answered, Bounds, Figure, Floats, Monitor

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class GroupMeans(Monitor):
    """The largest difference between two groups' means of `values`, over rows with a known outcome.

    Noise: `mean_differences`, as in the compliance gate; the pair furthest beyond its own bound counts. `scale`: the
    hold-out's figure, if the limits are shares of it.
    """

    declared: Monitored
    values: Callable[[Answered], Floats]
    scale: Callable[[Answered], Figure] | None = None

    def promise(self, holdout: Answered) -> Figure:
        """The hold-out's figure that the limits are shares of."""
        return self.scale(holdout) if self.scale else Figure()

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding per attribute."""
        rows = period.known
        values = self.values(rows) if len(rows.truth) else np.empty(0)
        return [self._compared(rows.groups[name], values, bounds) for name in period.groups]

    def _compared(self, groups: pd.Series, values: Floats, bounds: Bounds) -> Finding:
        name, rows, least = str(groups.name), len(values), max(2, bounds.min_group_rows)
        means = [mean_with_error(values[of_group]) for of_group in large_groups(groups, least).rows.values()]
        if len(means) < 2:
            return unknown(self.kind, self.name, name, rows, f"fewer than two groups have {least} rows")
        warn, act = bounds.margins
        if not math.isfinite(act):
            return unknown(self.kind, self.name, name, rows, "the hold-out has nothing that the limits are shares of")
        pairs = mean_differences(means, bounds.chance)
        difference, noise = max(pairs, key=lambda pair: pair[0] - max(act, pair[1]))
        error = noise / float(stats.norm.isf(bounds.chance / (2 * len(pairs))))
        found = Finding(
            kind=self.kind,
            metric=self.name,
            column=name,
            value=difference,
            verdict=beyond(difference, max(warn, noise), max(act, noise)),
            reason=f"{number(difference)}; warn above {number(warn)}, act above {number(act)}; chance alone reaches "
            f"{number(noise)} with {rows} rows",
            rows=rows,
            threshold_high=max(act, noise),
        )
        return Figure(value=difference, error=error, rows=rows).on(found)
