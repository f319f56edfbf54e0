"""How far features and answers have moved."""

import pandas as pd

from ml.declarations import Monitoring
from ml.monitoring.drift import Reference, ks, ks_noise, psi, psi_noise
from ml.monitoring.monitors.nearest import nearest
from ml.monitoring.window import Window, answer_names
from ml.problems.finding import Finding, Kind, at_most, unknown


class Moved:
    """PSI, and KS of what has an order, of each feature, group attribute and answer against the reference."""

    def measure(self, window: Window) -> list[Finding]:
        """One or two findings per column."""
        names, columns = (*window.watched, *answer_names(window.model)), window.expected.columns
        if window.too_few:
            metrics = [(metric, name) for name in names for metric in _metrics(columns[name])]
            return [unknown(Kind.DRIFT, metric, name, window.data.rows, window.too_few) for metric, name in metrics]
        # Each column is tested by PSI and by KS, so each test gets its part of the period's chance.
        chance = window.limits.false_alarms_per_period / (2 * len(names))
        return [found for name in names for found in self._moved(window, name, chance)]

    def _moved(self, window: Window, name: str, chance: float) -> list[Finding]:
        values, limits = window.values(name), window.limits
        if name not in window.expected.recent:
            # An answer: it has no other reference than the hold-out.
            return moved(window.expected.columns[name], values, limits, chance)
        return nearest(window, name, lambda before: moved(before, values, limits, chance))


def _metrics(before: Reference) -> tuple[str, ...]:
    """Text has no order, so no distribution function to compare."""
    return ("psi", "ks") if before.ordered.size else ("psi",)


def moved(before: Reference, values: pd.Series, limits: Monitoring, chance: float) -> list[Finding]:
    """Drift of one column; `chance` is that of each of its two tests."""
    known, column = values.dropna(), before.column
    if not before.rows or len(known) < limits.min_rows:
        why = f"{len(known)} known values in the period, {before.rows} in the reference; {limits.min_rows} are needed"
        return [unknown(Kind.DRIFT, metric, column, len(known), why) for metric in _metrics(before)]
    shares = psi(before.counts, before.histogram(known))
    noise = psi_noise(len(before.counts), before.rows, len(known), chance)
    found = [at_most(Kind.DRIFT, "psi", column, shares, limits.psi, rows=len(known), noise=noise)]
    if before.ordered.size:
        distance = ks(before.ordered, known.to_numpy(dtype=float))
        noise = ks_noise(before.rows, len(known), chance)
        found.append(at_most(Kind.DRIFT, "ks", column, distance, limits.ks, rows=len(known), noise=noise))
    return found
