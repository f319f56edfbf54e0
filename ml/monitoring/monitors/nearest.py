"""Two references of one version: the periods it was fitted on, and its hold-out, the newest before it went live."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ml.monitoring.drift import Reference
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Verdict

_MILDER = {Verdict.BREACH: (Verdict.OK, Verdict.WARN), Verdict.WARN: (Verdict.OK,)}


def nearest(window: Window, column: str, against: Callable[[Reference], Sequence[Finding]]) -> list[Finding]:
    """The finding against the fitted periods, or against the hold-out if that is milder.

    After a change and a retraining, most fitted periods are from before the change, some for years. The hold-out is
    from after it, and the version was judged by it, so a period like the hold-out is no news. A hold-out with fewer
    rows than a period needs is not used.
    """
    found, recent = list(against(window.expected.columns[column])), window.expected.recent[column]
    if recent.rows < window.limits.min_rows or not any(each.verdict in _MILDER for each in found):
        return found
    again = {each.metric: each for each in against(recent)}
    return [_milder(each, again.get(each.metric)) for each in found]


def _milder(found: Finding, again: Finding | None) -> Finding:
    if again is None or again.verdict not in _MILDER.get(found.verdict, ()):
        return found
    said = f"{again.reason}; measured against the hold-out; against all fitted periods it is {found.value or 0.0:.3f}"
    return replace(again, reason=said)
