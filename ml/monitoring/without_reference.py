"""What a period shows by its own rows, without a version's training data: figures and no verdicts. Pure.

For pipelines, whose queries can read neither the registry nor old table versions. Each figure is the one that the task
`monitoring` writes to the table `metrics` for the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from ml.declarations import LimitsByShare, Model
from ml.declarations.monitored import Needs
from ml.evaluation.fairness import large_groups
from ml.monitoring.monitor import Monitor
from ml.monitoring.monitors.every import figures_of
from ml.monitoring.monitors.labelled_share import LabelledShare
from ml.monitoring.monitors.of_problem import OfProblem
from ml.monitoring.monitors.of_slice import OfSlice
from ml.monitoring.monitors.scored_share import ScoredShare
from ml.monitoring.window import Expectation, PeriodData, Slice, Truth, Window, compared_names
from ml.problems.finding import Finding, Kind, Verdict, unknown
from ml.problems.monitor import AgainstHoldout


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """A version of the model, and the period in which its hold-out begins: it was fitted on the periods before.

    `holdout_start` None: no gate recorded it, so no outcome proves anything about the version.
    """

    version: int
    holdout_start: date | None


def of_answers(model: Model) -> tuple[OfProblem | OfSlice, ...]:
    """The monitors of the problem's metrics that need no hold-out; estimates learn from one, so they are left out.

    Limits that compare with the hold-out are left out too: without them the same figure is measured and not judged.
    """
    return tuple(
        replace(each, metric=replace(each.metric, limit=None)) if _by_holdout(each) else each
        for each in figures_of(model)
        if each.metric.needs & {Needs.OUTCOMES, Needs.GROUPS}
    )


def _by_holdout(each: OfProblem | OfSlice) -> bool:
    """Whether the hold-out decides its verdict alone. Between groups it also decides which pair differs most."""
    shares = isinstance(each.metric.limit, LimitsByShare) and Needs.GROUPS not in each.metric.needs
    return shares or isinstance(each.monitor, AgainstHoldout)


def findings(
    data: PeriodData, scorer: Scorer | None, model: Model, truth: Truth, answers: Sequence[OfProblem | OfSlice]
) -> Iterator[Finding]:
    """Rows, shares and nulls of the period and, if a version has scored it, the figures of `answers`.

    Verdict and reason mean nothing, except the reason why a figure is unknown.
    """
    window = Window(data=data, expected=_nothing(scorer), model=model, truth=truth)
    yield _recorded("row_count", "", float(data.rows), data.rows)
    shares: tuple[Monitor, ...] = (ScoredShare(), LabelledShare())
    yield from (found for each in shares for found in each.measure(window))
    yield from _nulls(window)
    if scorer is None:
        return
    grouped = replace(window, expected=replace(window.expected, slices=tuple(_slices(window))))
    for each in answers:
        for found in each.measure(grouped):
            yield _unproven(found, scorer)


def _unproven(found: Finding, scorer: Scorer) -> Finding:
    if found.value is not None or scorer.holdout_start is not None:
        return found
    return replace(
        found, reason=f"no gate recorded the hold-out of version {scorer.version}, so any period may be known"
    )


def _nothing(scorer: Scorer | None) -> Expectation:
    start = scorer.holdout_start if scorer else None
    return Expectation(
        model_version=scorer.version if scorer else 0,
        columns={},
        recent={},
        steady={},
        typical_rows=0.0,
        promises={},
        slices=(),
        searched=None,
        samples=(),
        fitted_first_period=date.min,
        fitted_last_period=start - date.resolution if start else date.max,
        described="",
    )


def _nulls(window: Window) -> Iterator[Finding]:
    rows = len(window.data.frame)
    for name in compared_names(window.model):
        if window.too_few:
            yield unknown(Kind.DATA_QUALITY, "null_ratio", name, window.data.rows, window.too_few)
        else:
            yield _recorded("null_ratio", name, int(window.data.frame[name].isna().sum()) / rows, rows)


def _slices(window: Window) -> Iterator[Slice]:
    """The period's groups that are large enough."""
    try:
        known = window.answered.known
    except ValueError:
        # Labels of another kind: each metric says so.
        return
    least = window.model.gates.compliance.min_group_rows
    for attribute in known.groups:
        for group in large_groups(known.groups[attribute], least).rows:
            yield Slice(attribute=str(attribute), group=group, promises={})


def _recorded(metric: str, column: str, value: float, rows: int) -> Finding:
    return Finding(
        kind=Kind.DATA_QUALITY,
        metric=metric,
        column=column,
        value=value,
        verdict=Verdict.RECORDED,
        reason="",
        rows=rows,
    )


def period_data(frame: pd.DataFrame, period: date, *, rows: int, labelled: int, scored: int) -> PeriodData:
    """The period of a figure: which one is the newest, and what is overdue, decides verdicts alone."""
    return PeriodData(
        period=period,
        newest_period=period,
        overdue=False,
        rows=rows,
        labelled=labelled,
        scored=scored,
        arrival=None,
        frame=frame,
    )
