"""The input of the monitors: one period of one version, and that version's training data."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml.declarations import Model, Monitored, Monitoring
from ml.evaluation.fairness import large_groups
from ml.evaluation.ordered import comparable
from ml.examples.dataset import PERIOD
from ml.monitoring.drift import Reference, reference, shifts, together
from ml.monitoring.searched import Searched, searched
from ml.problems.monitor import Answered, Figure, Floats
from ml.problems.problem import Problem
from ml.problems.registry import problem_of_model

LABEL = "label"
# Labels as the problem's numbers. Raises ValueError for an unknown one.
Truth = Callable[["pd.Series[Any]"], Floats]


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Records of one period: received by ingest, rejected by it, and rejected because the key existed already.

    `unmet`: deliveries that did not meet their feed's expectations; None: it declares none.
    """

    received: int
    rejected: int
    duplicates: int
    unmet: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Slice:
    """A hold-out group that is large enough to compare. `promises`: its hold-out value by metric."""

    attribute: str
    group: str
    promises: Mapping[str, Figure]

    @property
    def name(self) -> str:
        """The name in the column `column` of the metrics."""
        return f"{self.attribute}={self.group}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Expectation:
    """A model version's training data and its quality there, prepared once for many periods.

    `columns`: every model feature and group attribute (from the fitted periods) and every answer (from the hold-out,
    which the version has not seen, so its answers there are like those in production). `recent`: features and
    attributes of the hold-out. `steady`: the reference for small lasting changes: the fitted periods, or the hold-out
    if these already differ from it. `promises`: the expected value by metric, from the hold-out; `slices`: the same by
    group; `searched`: the slices to search; `samples`: features of fitted and hold-out rows, if joint drift is
    declared.
    """

    model_version: int
    columns: Mapping[str, Reference]
    recent: Mapping[str, Reference]
    steady: Mapping[str, Reference]
    typical_rows: float
    promises: Mapping[str, Figure]
    slices: tuple[Slice, ...]
    searched: Searched | None
    samples: tuple[pd.DataFrame, ...]
    fitted_first_period: date
    fitted_last_period: date
    described: str


@dataclass(frozen=True, kw_only=True, eq=False)
class JustBefore:
    """The periods just before one, as its sliding reference.

    `frame`: the rows (or a sample) of each that has enough, with the columns of `PeriodData.frame`; answers of another
    version than the period's own are null. `described`: all of them with their rows, and why some are left out.
    """

    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    described: str = "no period before it"


@dataclass(frozen=True, kw_only=True, eq=False)
class PeriodData:
    """One arrived period. `frame`: one row per feature row (or a sample of them) with features and group attributes,
    answers (null: not scored) and `label` (null: not known). `rows` and `labelled` count the whole period; its
    outcomes are `overdue` if they should be known by now. `arrival` is None if no feed delivers the rows. `before`: its
    sliding reference, if one is declared.
    """

    period: date
    newest_period: date
    overdue: bool
    rows: int
    labelled: int
    scored: int
    arrival: Arrival | None
    frame: pd.DataFrame
    before: JustBefore = field(default_factory=JustBefore)


@dataclass(frozen=True, kw_only=True, eq=False)
class Window:
    """A period, its version's expectation, and the model that declares the limits. `truth` is its problem's.

    It works on Spark's workers, which get the code of what it refers to, so it refers to no other kind of problem.
    """

    data: PeriodData
    expected: Expectation
    model: Model
    truth: Truth

    @property
    def limits(self) -> Monitoring:
        """The declared limits."""
        return self.model.monitoring

    @property
    def in_training(self) -> bool:
        """Whether the version was fitted on this period."""
        return self.expected.fitted_first_period <= self.data.period <= self.expected.fitted_last_period

    @property
    def watched(self) -> tuple[str, ...]:
        """The columns to measure: not those of an optional source that neither the period nor the reference has."""
        optional = {feature.name for feature in self.model.feature_table.features if feature.optional}
        return tuple(
            name
            for name in compared_names(self.model)
            if name not in optional or self.expected.columns[name].rows or self.data.frame[name].notna().any()
        )

    @property
    def too_few(self) -> str | None:
        """Why the period's columns cannot be judged; None if they can."""
        rows, least = len(self.data.frame), self.limits.min_rows
        return f"{rows} rows; at least {least} are needed" if rows < least else None

    def values(self, column: str) -> pd.Series:
        """The period's values of a feature, group attribute or answer, as they are compared with the reference."""
        return comparable(self.data.frame[column])

    @property
    def answered(self) -> Answered:
        """The period's rows that have an answer. Raises ValueError for a label unknown to the problem."""
        # Not a `cached_property`: its lock does not travel to a worker.
        kept: dict[str, Answered] = self.__dict__
        if "_answered" not in kept:
            kept["_answered"] = answered(self.model, self.data.frame, self.truth)
        return kept["_answered"]

    @property
    def is_newest(self) -> bool:
        """Whether nothing has arrived for a later period."""
        return self.data.period == self.data.newest_period


def column_names(model: Model) -> tuple[str, ...]:
    """The model's features, then the group attributes."""
    return tuple(dict.fromkeys((*model.features, *model.fairness_groups)))


def compared_names(model: Model) -> tuple[str, ...]:
    """The columns among them that are compared with the reference."""
    return tuple(name for name in column_names(model) if name not in model.monitoring.drift_without)


def answer_names(model: Model) -> tuple[str, ...]:
    """The columns of an answer."""
    return tuple(column.name for column in model.problem.output)


def judged(model: Model) -> tuple[Monitored, ...]:
    """The metrics that judge the model's answers, each with its limit; the most important first."""
    return model.monitored


def problem(model: Model) -> Problem:
    """The implementation of the model's problem."""
    return problem_of_model(model)


def answered(model: Model, rows: pd.DataFrame, truth_of: Truth) -> Answered:
    """The rows that have an answer. Raises ValueError for a label unknown to the problem."""
    scored = rows[rows[list(answer_names(model))].notna().all(axis=1)]
    known = scored[LABEL].notna()
    truth = np.full(len(scored), np.nan)
    truth[known.to_numpy()] = truth_of(scored.loc[known, LABEL])
    return Answered(
        truth=truth,
        answers=scored[list(answer_names(model))].reset_index(drop=True),
        groups=scored[list(model.fairness_groups)].reset_index(drop=True),
        features=scored[list(column_names(model))].reset_index(drop=True),
    )


def _steady(fitted: Reference, recent: Reference) -> Reference:
    """The fitted periods if the hold-out's ranks agree with them within two standard errors; else the hold-out."""
    if fitted.shape is None or recent.shape is None or recent.rows < 2:
        return fitted
    moved = shifts(fitted, pd.Series(recent.ordered))
    apart = any(abs(each.figure.value) > 2 * math.hypot(each.figure.error, each.reference_error) for each in moved)
    if not apart:
        return fitted
    return replace(recent, dispersion=fitted.dispersion, ratios=fitted.ratios, floors=fitted.floors)


def _sample(model: Model, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows for the joint drift test: the declared number, always the same ones."""
    declared = model.monitoring.joint_drift
    columns = pd.DataFrame({name: comparable(rows[name]) for name in compared_names(model)})
    return columns.sample(min(len(columns), declared.rows if declared else 0), random_state=1)


def _promises(model: Model, rows: Answered, *, of_slice: bool = False) -> dict[str, Figure]:
    """The expected value by metric; for a slice only the metrics that are measured in slices."""
    wanted = {metric.name for metric in judged(model)}
    own = [each for each in problem(model).monitors() if each.name in wanted and (each.is_of_slices or not of_slice)]
    return {monitor.name: monitor.promise(rows) for monitor in own}


def _slices(model: Model, rows: Answered) -> Iterator[Slice]:
    """Each group of each declared attribute that has enough hold-out rows to compare."""
    for attribute in rows.groups:
        for group, mask in large_groups(rows.groups[attribute], model.gates.compliance.min_group_rows).rows.items():
            yield Slice(
                attribute=str(attribute), group=group, promises=_promises(model, rows.where(mask), of_slice=True)
            )


def expectation(
    model: Model,
    *,
    model_version: int,
    fitted: pd.DataFrame,
    holdout: pd.DataFrame,
    rows_by_period: pd.Series,
    described: str,
) -> Expectation:
    """Prepare a version's reference. `holdout` has answers and `label`; `rows_by_period` is indexed by period."""
    rows, periods = answered(model, holdout, problem(model).truth), fitted.get(PERIOD)
    columns = together({name: reference(name, comparable(fitted[name]), periods) for name in compared_names(model)})
    recent = {name: reference(name, comparable(holdout[name])) for name in compared_names(model)}
    answers = {name: reference(name, holdout[name]) for name in answer_names(model)}
    return Expectation(
        model_version=model_version,
        columns={**columns, **answers},
        recent=recent,
        steady={**{name: _steady(before, recent[name]) for name, before in columns.items()}, **answers},
        typical_rows=float(rows_by_period.median()),
        promises=_promises(model, rows),
        slices=tuple(_slices(model, rows.known)),
        searched=searched(model, rows.known),
        samples=tuple(_sample(model, each) for each in (fitted, holdout)) if model.monitoring.joint_drift else (),
        fitted_first_period=rows_by_period.index.min(),
        fitted_last_period=rows_by_period.index.max(),
        described=described,
    )
