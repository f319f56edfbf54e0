"""Limits of monitoring: what a month may look like before somebody is told, or the model is trained again.

Every limit is about size: how far a month must move before it matters. Size alone would raise false alarms
on small months, so a breach must also be larger than what sampling noise explains (`ml/monitoring/`), at a
chance of `false_alarms_per_month` over all columns together.
"""

from dataclasses import dataclass, field

from ml.declarations.errors import require
from ml.declarations.measures import CALIBRATION_ERROR, ROC_AUC, Measure


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A value above `warn` is worth a look, above `act` is a breach."""

    warn: float
    act: float

    def __post_init__(self) -> None:
        require(
            f"limits warn={self.warn} act={self.act}",
            [None if 0 < self.warn <= self.act else "0 < warn <= act is required: swap or raise them"],
        )


# "Little change" below 0.10, "significant change" above 0.25: Siddiqi 2006, "Credit Risk Scorecards", chapter 8.
_PSI = Limits(warn=0.10, act=0.25)
# The same two sizes on the scale of Kolmogorov-Smirnov: a normal variable moved by d standard deviations has
# PSI d**2 and KS 2 Phi(d/2) - 1, so PSI 0.10 and 0.25 are KS 0.125 and 0.20.
_KS = Limits(warn=0.125, act=0.20)
# One row in a hundred is a nuisance, one in twenty changes averages: the size that data contracts usually name.
_RATIO = Limits(warn=0.01, act=0.05)


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """What the monitoring job holds each arrived month against, and when it retrains.

    Ratios and rates lie in 0..1; the unit of every other value is in its name.

    Attributes:
        min_rows: with fewer rows than this a month's drift and performance are `unknown`.
        max_rows_per_month: larger months are measured on a sample of this size, by a hash of the key.
        false_alarms_per_month: chance that chance alone pushes a stable month over the noise bound, over all
            columns. Twenty stable months then breach once in fifty such series at most, and a retraining takes
            two such months running.
        psi, ks: drift of a feature or of the predictions from the live version's reference.
        null_ratio: increase of a feature's nulls over the reference.
        outside_ratio: rows with a value beyond the reference's range, or of a category it does not hold.
        quarantine_ratio, duplicate_ratio: received rows that ingest rejected; that repeat a key.
        min_row_ratio, max_row_ratio: rows of a month over the median month of the reference.
        max_auc_drop: hold-out ROC AUC minus the month's; severe_auc_drop retrains after a single month.
        calibration_error: expected calibration error over ten equal-count bins.
        outcome_rate_gap: distance between the observed and the predicted rate of the outcome.
        group_difference: largest minus smallest selection rate (and true positive rate) between groups.
        labels_due_months: how many months after the event its outcome is due; later it is overdue.
        min_labelled_share: outcomes of a smaller share of a month say nothing about the month.
        labelled_months_below: labelled months in a row below the limit before the model is retrained.
        cool_down_days: after a retraining is asked for, none is asked for again within this time.
    """

    min_rows: int = 200
    max_rows_per_month: int = 50_000
    false_alarms_per_month: float = 0.001
    psi: Limits = field(default=_PSI)
    ks: Limits = field(default=_KS)
    null_ratio: Limits = field(default=_RATIO)
    outside_ratio: Limits = field(default=_RATIO)
    quarantine_ratio: Limits = field(default=_RATIO)
    duplicate_ratio: Limits = field(default=_RATIO)
    min_row_ratio: float = 0.5
    max_row_ratio: float = 2.0
    # Two standard errors of a 1,000-row month at AUC 0.78; half of what separates a fair model from a coin twice over.
    max_auc_drop: float = 0.05
    severe_auc_drop: float = 0.10
    calibration_error: Limits = field(default=Limits(warn=0.05, act=0.08))
    outcome_rate_gap: Limits = field(default=Limits(warn=0.05, act=0.10))
    # The four-fifths order of magnitude, as in the compliance gate.
    group_difference: Limits = field(default=Limits(warn=0.15, act=0.20))
    labels_due_months: int = 1
    min_labelled_share: float = 0.5
    labelled_months_below: int = 2
    cool_down_days: int = 60

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What a month's answers are measured by."""
        return (ROC_AUC, CALIBRATION_ERROR)

    def __post_init__(self) -> None:
        require("monitoring", [*self._counts(), *self._shares(), *self._orders()])

    def _counts(self) -> list[str | None]:
        at_least = {
            "min_rows": (self.min_rows, 30),
            "max_rows_per_month": (self.max_rows_per_month, self.min_rows),
            "labelled_months_below": (self.labelled_months_below, 1),
            "labels_due_months": (self.labels_due_months, 0),
            "cool_down_days": (self.cool_down_days, 0),
        }
        return [
            None if given >= least else f"{name} is {given}; at least {least} is allowed: raise it"
            for name, (given, least) in at_least.items()
        ]

    def _shares(self) -> list[str | None]:
        shares = {
            "false_alarms_per_month": self.false_alarms_per_month,
            "min_labelled_share": self.min_labelled_share,
            "max_auc_drop": self.max_auc_drop,
            "severe_auc_drop": self.severe_auc_drop,
        }
        return [
            None if 0 < given < 1 else f"{name} is {given}; between 0 and 1 (exclusive) is allowed"
            for name, given in shares.items()
        ]

    def _orders(self) -> list[str | None]:
        low, high = self.min_row_ratio, self.max_row_ratio
        return [
            None if 0 < low < 1 < high else f"min_row_ratio {low} < 1 < max_row_ratio {high} is required",
            None
            if self.max_auc_drop <= self.severe_auc_drop
            else f"severe_auc_drop {self.severe_auc_drop} is less than max_auc_drop {self.max_auc_drop}: swap them",
        ]
