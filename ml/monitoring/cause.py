"""The cause of an action: one metric in breach (or unknown although it should be known), and since when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from ml.declarations.monitored import SLIDING
from ml.monitoring.metric import Metric
from ml.problems.finding import Kind, Verdict

UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One metric of period `period`; it has been in this state in every known period since `since`.

    `title`: the display name of a metric of the problem; empty for one that every model has. `slice`: the rows of a
    slice that was found, in words. `against`: what a drift is measured from, in words, if that is not the same for all.
    """

    kind: Kind
    metric: str
    column: str
    verdict: Verdict
    period: date
    since: date
    value: float | None
    limit: float | None
    reason: str
    title: str = ""
    slice: str | None = None
    against: str = ""

    @property
    def subject(self) -> str:
        """The subject of an alert: the kind of breach, or `unknown`."""
        return UNKNOWN if self.verdict is Verdict.UNKNOWN else str(self.kind)

    @property
    def identity(self) -> str:
        """Equal for the same cause in another period: by column, whichever measure shows it.

        A change from the periods just before is another cause than a drift from the training data.
        """
        if self.verdict is Verdict.UNKNOWN or self.kind is Kind.PERFORMANCE:
            return self.subject
        sudden = ":sliding" if self.metric.startswith(SLIDING) else ""
        return f"{self.subject}:{self.column or self.metric}{sudden}"

    def as_json(self) -> dict[str, object]:
        """Plain values for the evidence."""
        periods = {"period": str(self.period), "since": str(self.since)}
        return {**asdict(self), "kind": str(self.kind), "verdict": str(self.verdict), **periods}

    @classmethod
    def from_json(cls, given: Mapping[str, object]) -> "Cause":
        """The cause that `as_json` wrote."""
        parsed = {
            "kind": Kind(str(given["kind"])),
            "verdict": Verdict(str(given["verdict"])),
            "period": date.fromisoformat(str(given["period"])),
            "since": date.fromisoformat(str(given["since"])),
        }
        return cls(**{**given, **parsed})  # type: ignore[arg-type]  # the other fields are plain JSON values


def cause_of(metric: Metric, history: Sequence[Metric], title: str, against: str = "") -> Cause:
    """The cause for `metric`, displayed as `title`, and measured from what `against` names."""
    return Cause(
        kind=metric.kind,
        metric=metric.metric,
        column=metric.column,
        verdict=metric.verdict,
        period=metric.period,
        since=_since(metric, history),
        value=metric.value,
        limit=crossed(metric),
        reason=metric.reason,
        title=title,
        slice=metric.slice,
        against=against,
    )


def crossed(metric: Metric) -> float | None:
    """The bound nearest to the value; None without a bound or a value."""
    bounds = [bound for bound in (metric.threshold_low, metric.threshold_high) if bound is not None]
    value = metric.value
    return None if value is None else min(bounds, key=lambda bound: abs(bound - value), default=None)


def _since(metric: Metric, history: Sequence[Metric]) -> date:
    """The first period of the unbroken run of this verdict; unknown periods do not interrupt a breach."""
    since = metric.period
    same = [each for each in history if (each.metric, each.column) == (metric.metric, metric.column)]
    for each in sorted(same, key=lambda each: each.period, reverse=True):
        if each.period >= metric.period or (each.verdict is Verdict.UNKNOWN and metric.verdict is not Verdict.UNKNOWN):
            continue
        if each.verdict is not metric.verdict or (each.in_training and each.kind is Kind.PERFORMANCE):
            break
        since = each.period
    return since
