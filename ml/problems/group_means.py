"""Whether the answers are as good for every declared group: means of one figure a row, compared."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from ml.declarations.monitored import Monitored
from ml.problems.finding import Finding, beyond, number, unknown
from ml.problems.monitor import Answered, Bounds, Figure, Floats, Monitor

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class GroupMeans(Monitor):
    """The largest difference between the means of two groups, of `values` of the rows with a known outcome.

    Noise: the two-sided normal bound of a difference of two means, from the spread within each of the two groups
    (Welch 1947), the chance split over all pairs; the pair that is furthest beyond its own bound counts.
    `scale`: what the hold-out has, if the limits are shares of that.
    """

    declared: Monitored
    values: Callable[[Answered], Floats]
    scale: Callable[[Answered], Figure] | None = None

    def promise(self, holdout: Answered) -> Figure:
        """What the limits are shares of."""
        return self.scale(holdout) if self.scale else Figure()

    def measure(self, month: Answered, bounds: Bounds) -> list[Finding]:
        """One finding per attribute."""
        rows = month.known
        values = self.values(rows) if len(rows.truth) else np.empty(0)
        return [self._compared(rows.groups[name], values, bounds) for name in month.groups]

    def _compared(self, groups: pd.Series, values: Floats, bounds: Bounds) -> Finding:
        name, rows, least = str(groups.name), len(values), max(2, bounds.min_group_rows)
        # By position: rows without outcomes are left out, so labels have gaps.
        by_group = pd.Series(values).groupby(groups.astype("object").to_numpy())
        large = [np.asarray(found, dtype=np.float64) for _, found in by_group if len(found) >= least]
        if len(large) < 2:
            return unknown(self.kind, self.name, name, rows, f"fewer than two groups have {least} rows")
        warn, act = bounds.margins
        if not math.isfinite(act):
            return unknown(self.kind, self.name, name, rows, "the hold-out has nothing that the limits are shares of")
        z = float(stats.norm.isf(bounds.chance / (2 * math.comb(len(large), 2))))
        pairs = [_pair(one, other, z) for one, other in combinations(large, 2)]
        difference, noise = max(pairs, key=lambda pair: pair[0] - max(act, pair[1]))
        return Finding(
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


def _pair(one: Floats, other: Floats, z: float) -> tuple[float, float]:
    spread = math.sqrt(one.var(ddof=1) / one.size + other.var(ddof=1) / other.size)
    return abs(float(one.mean() - other.mean())), z * spread
