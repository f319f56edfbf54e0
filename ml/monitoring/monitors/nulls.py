"""How many values are missing."""

import math

import pandas as pd

from ml.declarations import Monitoring
from ml.monitoring.drift import Reference
from ml.monitoring.monitors.nearest import nearest
from ml.monitoring.monitors.ratios import binomial_noise, ratio
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, unknown


class NullRatio:
    """Share of nulls of each column. Nulls that the reference also has do not count against the period."""

    def measure(self, window: Window) -> list[Finding]:
        """One finding per column; the period's chance is shared with `OutsideRatio`."""
        names = window.watched
        if window.too_few:
            rows, why = window.data.rows, window.too_few
            return [unknown(Kind.DATA_QUALITY, "null_ratio", name, rows, why) for name in names]
        chance = window.limits.false_alarms_per_period / (2 * len(names))
        return [found for name in names for found in self._nulls(window, name, chance)]

    def _nulls(self, window: Window, name: str, chance: float) -> list[Finding]:
        values = window.data.frame[name]
        return nearest(window, name, lambda before: [null_ratio(before, values, window.limits, chance)])


def null_ratio(before: Reference, values: pd.Series, limits: Monitoring, chance: float) -> Finding:
    """Share of nulls. Nulls that the reference also has do not count against the period."""
    usual = before.null_ratio if math.isfinite(before.null_ratio) else 0.0
    noise = binomial_noise(len(values), usual, chance)
    nulls = int(values.isna().sum())
    return ratio("null_ratio", before.column, nulls, len(values), limits.null_ratio, usual=usual, noise=noise)
