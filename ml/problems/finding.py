"""A monitor's finding: one measured value with its verdict."""

import math
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations import Limits

RETRAINS = False


# Loss of a discovered, not declared, slice: it needs outcomes although it concerns groups.
SLICE_LOSS = "slice_loss"


class Verdict(StrEnum):
    """`unknown`: there is too little data; it never counts as `ok`. `recorded`: no limit is declared."""

    OK = "ok"
    RECORDED = "recorded"
    WARN = "warn"
    BREACH = "breach"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """The subject of a metric, which decides the action on a breach."""

    DATA_QUALITY = "data_quality"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    FAIRNESS = "fairness"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A value with its verdict, before period and model version are attached.

    A value from `threshold_low` to `threshold_high` is not a breach; None: no bound on that side. The thresholds
    include the noise bound of the period's rows, so a small period has wider ones. `reference_value` is the same
    measure on the reference, and `column` the feature, group attribute, answer or slice (empty: the whole period).
    `lower` and `upper` are the value's 95 % interval, `error` its standard error and `reference_error` that of
    `reference_value`; None: unknown. `slice`: the rows in words; None: all rows, or those of `column`. `reference`:
    what the value is compared with, in words; None: the version's training data.
    """

    kind: Kind
    metric: str
    column: str
    value: float | None
    verdict: Verdict
    reason: str
    rows: int
    threshold_low: float | None = None
    threshold_high: float | None = None
    reference_value: float | None = None
    lower: float | None = None
    upper: float | None = None
    error: float | None = None
    reference_error: float | None = None
    slice: str | None = None
    reference: str | None = None


def unknown(kind: Kind, metric: str, column: str, rows: int, reason: str) -> Finding:
    """A finding without a verdict, and the reason."""
    return Finding(
        kind=kind, metric=metric, column=column, value=None, verdict=Verdict.UNKNOWN, reason=reason, rows=rows
    )


def at_most(
    kind: Kind,
    metric: str,
    column: str,
    value: float,
    limits: Limits,
    *,
    rows: int,
    noise: float = 0.0,
    reference_value: float | None = None,
) -> Finding:
    """A measure where more is worse. It must exceed both its limit and `noise` to be a warning or a breach."""
    if not math.isfinite(value):
        return unknown(kind, metric, column, rows, f"{metric} of {column or 'the period'} is not a finite number")
    warn, act = max(limits.warn, noise), max(limits.act, noise)
    by_chance = f"; chance alone reaches {noise:.3f} with {rows} rows" if noise else ""
    return Finding(
        kind=kind,
        metric=metric,
        column=column,
        value=value,
        verdict=beyond(value, warn, act),
        reason=f"{value:.3f}; warn above {limits.warn:g}, act above {limits.act:g}{by_chance}",
        rows=rows,
        threshold_high=act,
        reference_value=reference_value,
    )


def beyond(value: float, warn: float, act: float) -> Verdict:
    """The verdict on a finite `value` where more is worse."""
    return Verdict.BREACH if value > act else Verdict.WARN if value > warn else Verdict.OK


def around(
    metric: str, column: str, value: float, centre: float, margins: tuple[float, float], *, rows: int, said: str
) -> Finding:
    """A performance value around `centre`: beyond the first margin it is a warning, beyond the second a breach.

    `said`: both figures in words. Infinite margins: there is no limit.
    """
    warn, act = margins
    limited = math.isfinite(act)
    return Finding(
        kind=Kind.PERFORMANCE,
        metric=metric,
        column=column,
        value=value,
        verdict=beyond(abs(value - centre), warn, act),
        reason=f"{said}; a gap above {number(act)} is a breach" if limited else said,
        rows=rows,
        threshold_low=centre - act if limited else None,
        threshold_high=centre + act if limited else None,
        reference_value=centre,
    )


def number(value: float) -> str:
    """The number with three decimals, or with four digits if it is too large or too small for that."""
    return f"{value:.3f}" if value == 0 or 0.01 <= abs(value) < 1000 else f"{value:.4g}"
