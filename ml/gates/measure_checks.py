"""The checks of one measure of a challenger: within its limit, not worse than the champion, better than it. Pure."""

import math
from dataclasses import dataclass

from scipy import stats

from ml.declarations.gates import MeasureRule
from ml.declarations.measures import Direction, Measure
from ml.evaluation.checks import Check, at_least, at_most
from ml.evaluation.resampling import Estimate, Paired


@dataclass(frozen=True, kw_only=True)
class Against:
    """The champion, and the hold-out rows on which both versions are compared."""

    version: int
    rows: int


# The share of equally improved challengers whose improvement would be detected.
POWER = 0.8
# If chance alone may exceed a limit threefold, the limit proves nothing.
_EMPTY = 3.0


def limit_check(rule: MeasureRule, found: Estimate, allowed: float | None = None) -> Check | None:
    """Whether the challenger by itself reaches the declared limit; None if there is no limit.

    A value beyond the limit fails if its whole interval is beyond it; otherwise the result is unknown. `allowed` is
    set for a measure that noise increases: the value that a model exactly at the limit seldom exceeds. Up to there
    the check passes, unless that value is so far from the limit that the limit proves nothing.
    """
    limit, higher = rule.limit, rule.measure.better is Direction.HIGHER
    if limit is None:
        return None
    bounded = at_least if higher else at_most
    check = bounded(rule.measure.title, found.value, limit, rule.measure.unit)
    text = f"{check.text} ({found.confidence:.0%} interval {found.lower:.4f}..{found.upper:.4f})"
    if allowed is not None and allowed > _EMPTY * limit:
        return Check(
            passed=False, known=False, text=f"{text}; up to {allowed:.2g} could be chance: too few rows to decide"
        )
    if allowed is not None and limit < found.value <= allowed:
        return Check(passed=True, text=f"{text}; up to {allowed:.4f} could be chance")
    surely = allowed is not None or not (found.lower <= limit <= found.upper)
    return Check(passed=check.passed, known=check.passed or surely, text=text)


def not_worse(rule: MeasureRule, found: Paired, champion: Against) -> Check:
    """Whether the challenger is worse than the champion by at most the margin, by the one-sided bound.

    Unknown if the margin lies between the bounds, or if a bound is NaN.
    """
    worst, best = _gains(rule.measure, found.least, found.most)
    shown = _difference(rule.measure, found, champion)
    bound = f"at worst {abs(worst):.4f} {'worse' if worst < 0 else 'better'}, {rule.margin:g} worse is allowed"
    if worst >= -rule.margin:
        return Check(passed=True, text=f"{shown}; {bound}")
    if best < -rule.margin:
        return Check(passed=False, text=f"{shown}; worse by more than the margin {rule.margin:g}")
    return Check(passed=False, known=False, text=f"{shown}; too few rows to decide whether it is worse: {bound}")


def better(rule: MeasureRule, found: Paired, champion: Against, cause: str) -> Check:
    """Whether the challenger is better than the champion by more than chance, which `cause` requires."""
    worst, best = _gains(rule.measure, found.interval.lower, found.interval.upper)
    shown = f"{_difference(rule.measure, found, champion)}; trained for {cause}, it must be better by more than chance"
    if worst > 0:
        return Check(passed=True, text=f"{shown}, and is")
    if best < 0:
        return Check(passed=False, text=f"{shown}, and is worse")
    visible = f"these rows detect an improvement from about {shows(found):.2g}"
    return Check(passed=False, known=not math.isnan(worst), text=f"{shown}: {visible}")


def shows(found: Paired) -> float:
    """The true improvement that these rows detect in 8 of 10 draws, from the standard error of the difference.

    Source: Chow, Shao & Wang 2008, "Sample Size Calculations in Clinical Research", chapter 3.
    """
    level = 1 - (1 - found.interval.confidence) / 2
    return float((stats.norm.ppf(level) + stats.norm.ppf(POWER)) * found.error)


def equal_passes(rule: MeasureRule, found: Paired) -> float:
    """The share of equally good challengers that pass "not worse by the margin" on these rows."""
    level = float(stats.norm.ppf(found.interval.confidence))
    return float(stats.norm.cdf(rule.margin / found.error - level)) if found.error > 0 else 1.0


def _gains(measure: Measure, lower: float, upper: float) -> tuple[float, float]:
    """Bounds of the difference as bounds of the improvement: the worse end, then the better one."""
    gains = measure.gain(lower), measure.gain(upper)
    return gains if measure.better is Direction.HIGHER else (gains[1], gains[0])


def _difference(measure: Measure, found: Paired, champion: Against) -> str:
    """`ROC AUC differs from champion version 1 by +0.1010, 95% interval +0.0741..+0.1290 over 994 rows`."""
    interval, unit = found.interval, f" {measure.unit}" if measure.unit else ""
    return (
        f"{measure.title} differs from champion version {champion.version} by {interval.difference:+.4f}{unit}, "
        f"{interval.confidence:.0%} interval {interval.lower:+.4f}..{interval.upper:+.4f} over {champion.rows} rows"
    )
