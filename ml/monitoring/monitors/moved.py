"""How far the features and answers have drifted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ml.declarations import Limits, Monitoring
from ml.evaluation.two_samples import Compared, false_discoveries
from ml.monitoring import chances, drift
from ml.monitoring.drift import SHIFTS, Reference
from ml.monitoring.monitors.nearest import nearest
from ml.monitoring.window import Window, answer_names
from ml.problems.finding import Finding, Kind, Verdict, at_most, number, unknown


class Moved:
    """Each feature, group attribute and answer against the reference, by every measure of two samples.

    A measure with a declared limit is judged: it breaches if it exceeds the limit and is beyond chance
    (`ml/monitoring/chances.py`) over all judged measures of all columns together (Benjamini & Hochberg). The other
    measures are recorded only.
    """

    def measure(self, window: Window) -> list[Finding]:
        """The findings of each column."""
        names = compared_columns(window)
        return _Columns(window, names).findings(names)


def compared_columns(window: Window) -> tuple[str, ...]:
    """The features, group attributes and answers whose values are compared with a reference."""
    without = window.limits.drift_without
    return (*window.watched, *(name for name in answer_names(window.model) if name not in without))


class _Columns:
    """The columns of one period, each tested once and judged at one chance."""

    def __init__(self, window: Window, names: tuple[str, ...]) -> None:
        self.window, limits = window, window.limits
        self.tests = {name: tests_of(window.expected.columns[name], window.values(name), limits) for name in names}
        judged = [test.chance for of in self.tests.values() for test in of if test.metric in limits_of(limits)]
        self.chance = false_discoveries(judged, chances.of_columns(limits))

    def findings(self, names: tuple[str, ...]) -> list[Finding]:
        """All of them, or why none can be judged."""
        window = self.window
        if window.too_few:
            return [
                _unjudged(window.limits, metric, name, window.data.rows, window.too_few)
                for name in names
                for metric in (*drift.names(window.expected.columns[name]), *_shifts_of(window.expected.steady[name]))
            ]
        return [found for name in names for found in (*self._moved(name), *self._shifted(name))]

    def _moved(self, name: str) -> list[Finding]:
        values, limits, fitted = self.window.values(name), self.window.limits, self.window.expected.columns[name]

        def against(before: Reference) -> list[Finding]:
            tests = self.tests[name] if before is fitted else tests_of(before, values, limits)
            return moved(before, values, limits, self.chance, tests)

        # An answer has no other reference than the hold-out.
        return nearest(self.window, name, against) if name in self.window.expected.recent else against(fitted)

    def _shifted(self, name: str) -> list[Finding]:
        """The shifts that add up over periods, against one reference as long as the version is live."""
        before, known, limits = self.window.expected.steady[name], self.window.values(name).dropna(), self.window.limits
        wanted = _shifts_of(before)
        if not wanted or len(known) < limits.min_rows:
            return [_unjudged(limits, each, name, len(known), too_few(before, known, limits)) for each in wanted]
        return [
            shift.figure.on(
                Finding(
                    kind=Kind.DRIFT,
                    metric=shift.metric,
                    column=name,
                    value=shift.figure.value,
                    verdict=Verdict.RECORDED,
                    reason=f"{number(shift.figure.value)} +- {number(1.96 * shift.figure.error)}; judged over periods",
                    rows=shift.figure.rows,
                    reference_value=0.0,
                    reference_error=shift.reference_error,
                )
            )
            for shift in drift.shifts(before, known)
        ]


def _shifts_of(before: Reference) -> tuple[str, ...]:
    return SHIFTS if before.shape is not None else ()


def limits_of(limits: Monitoring) -> Mapping[str, Limits]:
    """The measures that are judged, each with its limit."""
    given = {
        "psi": limits.psi,
        "ks": limits.ks,
        "wasserstein": limits.wasserstein,
        "jensen_shannon": limits.jensen_shannon,
        "chi_square": limits.chi_square,
    }
    return {name: limit for name, limit in given.items() if limit}


def tests_of(before: Reference, values: pd.Series, limits: Monitoring) -> tuple[Compared, ...]:
    """Every measure of a column; none if the period or the reference has too few known values."""
    known = values.dropna()
    return drift.compared(before, known) if before.rows and len(known) >= limits.min_rows else ()


def too_few(before: Reference, known: pd.Series, limits: Monitoring) -> str:
    """Why a column cannot be compared."""
    return f"{len(known)} known values in the period, {before.rows} in the reference; {limits.min_rows} are needed"


def _unjudged(limits: Monitoring, metric: str, column: str, rows: int, why: str) -> Finding:
    """Unknown, if it would be judged."""
    found = unknown(Kind.DRIFT, metric, column, rows, why)
    return found if metric in limits_of(limits) else replace(found, verdict=Verdict.RECORDED)


def moved(
    before: Reference, values: pd.Series, limits: Monitoring, chance: float, tests: Sequence[Compared]
) -> list[Finding]:
    """Drift of one column by its `tests`; `chance` is that of each of its judged measures."""
    known, column, judged = values.dropna(), before.column, limits_of(limits)
    found = {test.metric: test for test in tests}
    if not found:
        why = too_few(before, known, limits)
        return [_unjudged(limits, metric, column, len(known), why) for metric in drift.names(before)]
    return [
        finding(found[metric], column, judged.get(metric), len(known), chance)
        if metric in found
        else _unjudged(limits, metric, column, len(known), f"{metric} cannot be computed for infinite values")
        for metric in drift.names(before)
    ]


def finding(test: Compared, column: str, limit: Limits | None, rows: int, chance: float) -> Finding:
    """One measure, judged if it has a limit. `chance`: of a breach of each judged measure."""
    noise = test.bound(chance)
    if limit:
        return at_most(Kind.DRIFT, test.metric, column, test.value, limit, rows=rows, noise=noise)
    return Finding(
        kind=Kind.DRIFT,
        metric=test.metric,
        column=column,
        value=test.value,
        verdict=Verdict.RECORDED,
        reason=f"{number(test.value)}; chance alone reaches {number(noise)} with {rows} rows",
        rows=rows,
    )
