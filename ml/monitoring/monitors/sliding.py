"""How far the features and answers have moved since the periods just before."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ml.declarations.monitored import SLIDING
from ml.evaluation.ordered import comparable
from ml.evaluation.two_samples import Compared, false_discoveries
from ml.monitoring import chances, drift
from ml.monitoring.drift import Reference
from ml.monitoring.monitors.moved import compared_columns, finding, limits_of, tests_of, too_few
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, unknown


class Sliding:
    """Each feature, group attribute and answer against the periods just before, by the measures that have a limit.

    A sudden change is seen although an older drift from the training data has long been reported; a lasting one is over
    once the reference has slid past it.
    """

    def measure(self, window: Window) -> list[Finding]:
        """One finding per column and judged measure if the model declares `sliding_periods`, else none."""
        if window.limits.sliding_periods is None:
            return []
        described, judged = window.data.before.described, limits_of(window.limits)
        # Of the fitted columns: which measures there are must not depend on the rows of a few periods.
        wanted = {
            name: [metric for metric in drift.names(window.expected.columns[name]) if metric in judged]
            for name in compared_columns(window)
        }
        why = window.too_few or ("" if len(window.data.before.frame) else f"nothing to compare with in {described}")
        found = _unknown(wanted, window.data.rows, why) if why else _judged(window, wanted)
        return [replace(each, metric=f"{SLIDING}{each.metric}", reference=described) for each in found]


def _unknown(wanted: Mapping[str, list[str]], rows: int, why: str) -> Iterator[Finding]:
    return (unknown(Kind.DRIFT, metric, name, rows, why) for name, metrics in wanted.items() for metric in metrics)


def _judged(window: Window, wanted: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Beyond their limits, and beyond what chance explains over all columns together (Benjamini & Hochberg)."""
    limits, judged = window.limits, limits_of(window.limits)
    references = {name: _reference(window, name) for name in wanted}
    tests = {name: _tests(window, references[name], metrics) for name, metrics in wanted.items()}
    chance = false_discoveries(
        [each.chance for of in tests.values() for each in of.values()], chances.of_columns(limits)
    )
    for name, metrics in wanted.items():
        known = window.values(name).dropna()
        for metric in metrics:
            if metric in tests[name]:
                yield finding(tests[name][metric], name, judged[metric], len(known), chance)
            else:
                yield unknown(Kind.DRIFT, metric, name, len(known), too_few(references[name], known, limits))


def _reference(window: Window, name: str) -> Reference:
    """A few periods cannot tell how much periods differ, so the fitted ones do."""
    fitted = window.expected.columns[name]
    return replace(drift.reference(name, comparable(window.data.before.frame[name])), dispersion=fitted.dispersion)


def _tests(window: Window, before: Reference, metrics: list[str]) -> Mapping[str, Compared]:
    """Nothing if either has too few known values."""
    if before.rows < window.limits.min_rows:
        return {}
    found = tests_of(before, window.values(before.column), window.limits)
    return {each.metric: each for each in found if each.metric in metrics}
