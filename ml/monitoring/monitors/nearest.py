"""Two references of one version: the periods it was fitted on, and its hold-out, the newest before it went live."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ml.monitoring.drift import Reference
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Verdict

_MILDER = {Verdict.BREACH: (Verdict.OK, Verdict.WARN), Verdict.WARN: (Verdict.OK,)}


def nearest(window: Window, column: str, against: Callable[[Reference], Sequence[Finding]]) -> list[Finding]:
    """What is found against the fitted periods, or, where that is milder, against the hold-out.

    After a change and a retraining most fitted periods are of the old world, some for years. The hold-out is of the new
    one, and the version was judged by it: a period like the hold-out is no news. A hold-out of fewer rows than a period
    needs excuses nothing.
    """
    found, recent = list(against(window.expected.columns[column])), window.expected.recent[column]
    if recent.rows < window.limits.min_rows or not any(each.verdict in _MILDER for each in found):
        return found
    again = {each.metric: each for each in against(recent)}
    return [_milder(each, again.get(each.metric)) for each in found]


def _milder(found: Finding, again: Finding | None) -> Finding:
    if again is None or again.verdict not in _MILDER.get(found.verdict, ()):
        return found
    said = f"{again.reason}; so it is against the hold-out, and {found.value or 0.0:.3f} against all fitted periods"
    return replace(again, reason=said)
