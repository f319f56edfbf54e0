"""How many values never occur in the reference."""

import pandas as pd

from ml.declarations import Monitoring
from ml.monitoring.drift import Reference
from ml.monitoring.monitors.ratios import binomial_noise, ratio
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, unknown


class OutsideRatio:
    """Share of each column's known values that are outside the reference's range or in a category it lacks."""

    def measure(self, window: Window) -> list[Finding]:
        """One finding per column; the period's chance is shared with `NullRatio`."""
        names, columns = window.watched, window.expected.columns
        if window.too_few:
            rows, why = window.data.rows, window.too_few
            return [unknown(Kind.DATA_QUALITY, outside_metric(columns[name]), name, rows, why) for name in names]
        chance = window.limits.false_alarms_per_period / (2 * len(names))
        return [outside_ratio(columns[name], window.values(name), window.limits, chance) for name in names]


def outside_metric(before: Reference) -> str:
    """The name of the metric for a column of this kind."""
    return "unseen_category_ratio" if before.categorical else "out_of_range_ratio"


def outside_ratio(before: Reference, values: pd.Series, limits: Monitoring, chance: float) -> Finding:
    """Share of known values that never occur in the reference: outside its range, or in a category it lacks."""
    known, metric = values.dropna(), outside_metric(before)
    if not before.rows or known.empty:
        whose = "the period" if before.rows else "the reference"
        return unknown(Kind.DATA_QUALITY, metric, before.column, len(known), f"{whose} has only nulls")
    if before.categorical:
        outside = ~known.isin(list(before.seen))
    else:
        outside = (known < before.ordered[0]) | (known > before.ordered[-1])
    noise = binomial_noise(len(known), before.new_share, chance)
    return ratio(metric, before.column, int(outside.sum()), len(known), limits.outside_ratio, noise=noise)
