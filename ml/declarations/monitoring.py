"""Limits of monitoring: when a period raises an alert, or leads to retraining.

Every limit is about size: how far a period must move before it matters. Size alone would raise false alarms
on small periods, so a breach must also be larger than what sampling noise explains (`ml/monitoring/`), at a
chance of `false_alarms_per_period` over all columns together.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ml.declarations.errors import require
from ml.declarations.limits import Limit, Limits, Worse
from ml.declarations.monitored import Monitored, Needs
from ml.declarations.problem import ProblemType

# "Little change" below 0.10, "significant change" above 0.25: Siddiqi 2006, "Credit Risk Scorecards", chapter 8.
_PSI = Limits(warn=0.10, act=0.25)
# The same two sizes on the scale of Kolmogorov-Smirnov: a normal variable moved by d standard deviations has
# PSI d**2 and KS 2 Phi(d/2) - 1, so PSI 0.10 and 0.25 are KS 0.125 and 0.20.
_KS = Limits(warn=0.125, act=0.20)
# One row in a hundred is a nuisance, one in twenty changes averages: the size that data contracts usually name.
_RATIO = Limits(warn=0.01, act=0.05)


@dataclass(frozen=True, kw_only=True)
class JointDrift:
    """Whether a classifier on all columns can tell a period's rows from the reference's: its ROC AUC, where 0.5 means
    no difference. It reads at most `rows` of each, because it costs more than all other measures.
    """

    # A normal variable moved by d standard deviations is told with ROC AUC Phi(d / root 2): that of PSI 0.10 and 0.25.
    limit: Limits = field(default_factory=lambda: Limits(warn=0.59, act=0.64))
    rows: int = 2_000

    def __post_init__(self) -> None:
        inside = self.limit.warn > 0.5 and self.limit.act < 1
        require(
            "joint drift",
            [
                None if inside else f"its limit is {self.limit}: give more than 0.5 and less than 1",
                None if 200 <= self.rows <= 50_000 else f"rows is {self.rows}: give 200 to 50,000",
            ],
        )


def _none() -> Mapping[str, Limit]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """What the monitoring job compares each new period with, and when it retrains.

    Ratios and rates lie in 0..1; the unit of every other value is in its name.

    Attributes:
        limits: by metric of the model's problem, where its own limit (`ProblemType.monitored`) is not meant.
        without: metrics of the problem that are not measured.
        limits_in_slices: metrics whose limit holds in every group of the declared attributes, too, against what the
            group had on the hold-out. All metrics are written for every group; these are judged.
        drift_without: features and answers whose values are not compared with the reference, since they move by design:
            the week of the year, a total that all rows of a period share, the scale of a forecast.
        min_rows: with fewer rows than this a period's drift and performance are `unknown`.
        max_rows_per_period: larger periods are measured on a sample of this size, by a hash of the key.
        false_alarms_per_period: chance that chance alone begins an alarm in a stable period, over all columns, and
            again over all metrics of answers; `ml/monitoring/chances.py` shares both between what a period shows alone
            and what adds up over periods. A lower rate finds slow trends later (ADR 32).
        psi, ks: drift of a feature or of the answers from the live version's reference.
        wasserstein, jensen_shannon, chi_square: the same in standard deviations of the reference, in nats, and as
            Pearson's statistic; None: written and not judged.
        slices: of a slice of one or two columns that is found to have become worse than the other rows: by how much, as
            a share of the hold-out's mean loss; None: the worst are written, and not judged.
        joint_drift: of all compared features together, by a classifier; None: not checked.
        sliding_periods: how many periods just before a period it is also compared with, by the same limits; None: with
            none. The two comparisons share the chance of columns, so that their false alarms together stay as rare.
        least_lasting_shift: in standard deviations, and as a share of one: smaller changes of a column do not add up
            over periods.
        least_lasting_share: of the size of a metric that alerts in a single period, so much is looked for over many.
            With errors that are alike for some periods, as those of one cold week are, 1 and more: they would add up.
        null_ratio: increase of a feature's nulls over the reference.
        outside_ratio: rows with a value beyond the reference's range, or of a category it does not hold.
        quarantine_ratio, duplicate_ratio: received rows that ingest rejected; that repeat a key.
        min_row_ratio, max_row_ratio: rows of a period over the median period of the reference.
        labels_due_periods: how many periods after the event its outcome is due; later it is overdue.
        min_labelled_share: outcomes of a smaller share of a period say nothing about the period.
        periods_of_warning: periods in a row in which a metric warns before somebody is told.
        labelled_periods_below: labelled periods in a row below the limit before the model is retrained.
        cool_down_days: after a retraining is asked for, none is asked for again within this time.
    """

    limits: Mapping[str, Limit] = field(default_factory=_none)
    without: tuple[str, ...] = ()
    limits_in_slices: tuple[str, ...] = ()
    drift_without: tuple[str, ...] = ()
    min_rows: int = 200
    max_rows_per_period: int = 50_000
    false_alarms_per_period: float = 0.002
    psi: Limits = field(default=_PSI)
    ks: Limits = field(default=_KS)
    wasserstein: Limits | None = None
    jensen_shannon: Limits | None = None
    chi_square: Limits | None = None
    slices: Limits | None = None
    joint_drift: JointDrift | None = None
    sliding_periods: int | None = None
    least_lasting_shift: float = 0.05
    least_lasting_share: float = 0.4
    null_ratio: Limits = field(default=_RATIO)
    outside_ratio: Limits = field(default=_RATIO)
    quarantine_ratio: Limits = field(default=_RATIO)
    duplicate_ratio: Limits = field(default=_RATIO)
    min_row_ratio: float = 0.5
    max_row_ratio: float = 2.0
    labels_due_periods: int = 1
    min_labelled_share: float = 0.5
    periods_of_warning: int = 3
    labelled_periods_below: int = 2
    cool_down_days: int = 60

    def __post_init__(self) -> None:
        require("monitoring", [*self._counts(), *self._shares(), *self._orders()])

    def metrics(self, problem: ProblemType, groups: Collection[str], *, costs: bool = False) -> tuple[Monitored, ...]:
        """What a period's answers are judged by, each with the limit that holds; those of groups, or of `costs`, only
        if some are declared.
        """
        lacking = {need for need, there in ((Needs.GROUPS, groups), (Needs.COSTS, costs)) if not there}
        return tuple(
            replace(each, limit=self.limits.get(each.name, each.limit))
            for each in problem.monitored
            if each.name not in self.without and not lacking & each.needs
        )

    def wrong(self, problem: ProblemType, groups: Collection[str], *, costs: bool = False) -> Iterator[str]:
        """Limits of metrics that the problem does not have, that lack their input, or that can never be reached."""
        known = {each.name: each for each in problem.monitored}
        strange = sorted({*self.limits, *self.without, *self.limits_in_slices} - set(known))
        if strange:
            has = ", ".join(known)
            yield f"monitoring judges by {', '.join(strange)}; {problem.name} has {has}: name some of these"
        both = sorted(set(self.limits) & set(self.without))
        if both:
            yield f"monitoring has limits for {', '.join(both)}, which it goes without: remove one of the two"
        for name, limit in self.limits.items():
            if name in known:
                yield from known[name].problems_of(limit)
                if not groups and Needs.GROUPS in known[name].needs:
                    yield f"monitoring has a limit for {name}, but no groups are declared: name fairness_groups"
                if not costs and Needs.COSTS in known[name].needs:
                    yield f"monitoring has a limit for {name}, but the comparison gate declares no costs: give them"
        held = {each.name: each for each in self.metrics(problem, groups, costs=costs)}
        yield from self._wrong_in_slices(held, groups)

    def _wrong_in_slices(self, held: Mapping[str, Monitored], groups: Collection[str]) -> Iterator[str]:
        given = [held[name] for name in self.limits_in_slices if name in held]
        if self.limits_in_slices and not groups:
            yield "monitoring has limits in slices, but no groups are declared: name fairness_groups"
        unlimited = [each.name for each in given if each.limit is None]
        if unlimited:
            yield f"monitoring judges {', '.join(unlimited)} in slices, which has no limit: declare one in limits"
        whole = [each.name for each in given if each.limit and not isinstance(each.limit, Worse)]
        if whole:
            yield f"{', '.join(whole)} is not held against the hold-out, so it has no limit in slices: leave it out"

    def _counts(self) -> list[str | None]:
        at_least = {
            "min_rows": (self.min_rows, 30),
            "max_rows_per_period": (self.max_rows_per_period, self.min_rows),
            "periods_of_warning": (self.periods_of_warning, 2),
            "labelled_periods_below": (self.labelled_periods_below, 1),
            "labels_due_periods": (self.labels_due_periods, 0),
            "cool_down_days": (self.cool_down_days, 0),
            **({} if self.sliding_periods is None else {"sliding_periods": (self.sliding_periods, 1)}),
        }
        return [
            None if given >= least else f"{name} is {given}; at least {least} is allowed: raise it"
            for name, (given, least) in at_least.items()
        ]

    def _shares(self) -> list[str | None]:
        shares = {
            "false_alarms_per_period": self.false_alarms_per_period,
            "min_labelled_share": self.min_labelled_share,
        }
        return [
            None if 0 < given < 1 else f"{name} is {given}; between 0 and 1 (exclusive) is allowed"
            for name, given in shares.items()
        ]

    def _orders(self) -> list[str | None]:
        low, high = self.min_row_ratio, self.max_row_ratio
        leasts = {name: getattr(self, name) for name in ("least_lasting_shift", "least_lasting_share")}
        return [
            None if 0 < low < 1 < high else f"min_row_ratio {low} < 1 < max_row_ratio {high} is required",
            *(
                None if each > 0 else f"{name} is {each}; more than 0 is allowed: raise it"
                for name, each in leasts.items()
            ),
        ]
