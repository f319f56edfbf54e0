"""One measured value of one month, and its verdict."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from ml.declarations.monitoring import Limits

PREDICTION = "probability"


class Verdict(StrEnum):
    """`unknown` means that nothing can be said: it is never taken for `ok`."""

    OK = "ok"
    WARN = "warn"
    BREACH = "breach"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a metric is about, which decides what is done about a breach."""

    DATA_QUALITY = "data_quality"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    FAIRNESS = "fairness"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A value with its verdict, before month and model version are attached.

    A value from `threshold_low` to `threshold_high` is no breach; None: no bound on that side. The thresholds
    include the noise bound of the month's rows, so a small month has wider ones. `reference_value` is the same
    measure of the reference, and `column` the feature, group attribute or `probability` (empty: the whole month).
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


@dataclass(frozen=True, kw_only=True)
class Metric(Finding):
    """One row of the `metrics` table. `in_training`: the version was fitted on this month, so it proves nothing."""

    month: date
    model_version: int
    in_training: bool

    def as_row(self) -> dict[str, object]:
        """The columns of the `metrics` table that measuring decides."""
        plain = {k: float(v) if isinstance(v, float) else v for k, v in vars(self).items()}
        return {**plain, "kind": str(self.kind), "verdict": str(self.verdict)}

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> "Metric":
        """The metric in a row of the `metrics` table."""
        known = {field.name: row[field.name] for field in fields(cls)}
        return cls(**{**known, "kind": Kind(str(known["kind"])), "verdict": Verdict(str(known["verdict"]))})  # type: ignore[arg-type]


def unknown(kind: Kind, metric: str, column: str, rows: int, reason: str) -> Finding:
    """A finding of which nothing can be said, and why."""
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
    """A measure of which more is worse. It must exceed both its limit and `noise` to be a warning or a breach."""
    if not math.isfinite(value):
        return unknown(kind, metric, column, rows, f"{metric} of {column or 'the month'} is not a finite number")
    warn, act = max(limits.warn, noise), max(limits.act, noise)
    verdict = Verdict.BREACH if value > act else Verdict.WARN if value > warn else Verdict.OK
    by_chance = f"; chance alone reaches {noise:.3f} with {rows} rows" if noise else ""
    return Finding(
        kind=kind,
        metric=metric,
        column=column,
        value=value,
        verdict=verdict,
        reason=f"{value:.3f}; warn above {limits.warn:g}, act above {limits.act:g}{by_chance}",
        rows=rows,
        threshold_high=act,
        reference_value=reference_value,
    )
