"""Task `decision` of job `<usecase>-monitoring`: nothing, alert or retrain, for every month not decided on yet.

Task values: `action`, `reason`, `month`, and for the retraining its `cause` and `holdout_start`, which is never later
than the one that the task is given. A decision, once written, stays; only that of the newest month is made again while
its metrics still change, and a retraining asked for is never taken back.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise

import mlflow
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import TrainingCause
from ml.monitoring.calendar_months import named
from ml.monitoring.cause import Cause
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy, policy_of
from ml.monitoring.rules import Action, Decision, decide
from ml.parameters import Common
from ml.records.monitoring import DECISIONS, METRICS
from ml.tables import Tables, door, frame_of
from ml.versions import listing

# The reason becomes a tag of the model version that is trained; Unity Catalog takes tag values up to 256 characters.
_REASON_CHARACTERS = 250
_ORDER = (Action.NOTHING, Action.ALERT, Action.RETRAIN)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A written decision. `newest_version`: the newest version of the model when it was made."""

    decision: Decision
    newest_version: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Decide what to do about the measured months; run by job `<usecase>-monitoring`."""
    flags = parameters.of_model("decision")
    flags.add_argument("--holdout-start", type=parameters.month, help="YYYY-MM; no retraining learns from it or later")
    parsed = flags.parse_args(arguments)
    task = parameters.common(parsed)
    tables = door()
    metrics = read_metrics(tables, METRICS.full_name(task.catalog, task.use_case.name), task.model_name)
    target = DECISIONS.full_name(task.catalog, task.use_case.name)
    tables.create(DECISIONS, target)
    recorded = read_decisions(tables, target, task.model_name)
    newest_version = newest(task)
    made = decisions(metrics, [each.decision for each in recorded], policy_of(task.model))
    rows = [{**decision_row(decision, newest_version, task.run_id), "model": task.model_name} for decision in made]
    if rows:
        tables.merge(DECISIONS, target, frame_of(tables.spark, DECISIONS, rows))
    fresh = [Recorded(decision=decision, newest_version=newest_version) for decision in made]
    report(outcome(recorded, fresh, newest_version), made, latest_holdout_start=parsed.holdout_start)


def newest(task: Common) -> int:
    """The newest version of the registered model; 0 if there is none."""
    name = task.model_name
    return listing.newest(mlflow.MlflowClient(), name)


def read_metrics(tables: Tables, source: str, model_name: str) -> list[Metric]:
    """The model's metrics of every month, each for the version for which it was measured last."""
    rows = tables.read(source).where(F.col("model") == model_name)
    last = rows.groupBy("month").agg(F.max_by("model_version", "measured_at").alias("model_version"))
    kept = rows.join(last, on=["month", "model_version"])
    return [Metric.from_row(row.asDict()) for row in kept.orderBy("month", "kind", "metric", "column").collect()]


def decisions(metrics: Sequence[Metric], recorded: Sequence[Decision], policy: Policy) -> list[Decision]:
    """New decisions, oldest first: of months without one, and of the newest month where it has changed. Pure.

    Months that the live version was fitted on are not decided on: it was gated with them.
    """
    by_month = {decision.month: decision for decision in recorded}
    months = sorted({metric.month for metric in metrics if not metric.in_training})
    made: list[Decision] = []
    for month in months:
        before = by_month.get(month)
        if before is not None and (month != months[-1] or before.action is Action.RETRAIN):
            continue
        decision = decide(month, metrics, list(by_month.values()), policy)
        if decision != before:
            by_month[month] = decision
            made.append(decision)
    return made


def outcome(recorded: Sequence[Recorded], made: Sequence[Recorded], newest_version: int) -> Decision | None:
    """What this run has to do: the strongest of the new decisions, the newest one, and retrainings still to be done.

    A retraining is done once a version newer than its decision exists, so one that died half-way is made up for.
    A quiet month after one with causes still has to close their alerts. None where no month has been decided on.
    """
    now = {each.decision.month: each for each in (*recorded, *made)}
    if not now:
        return None
    last = max(now)
    pending = {month for month, each in now.items() if _is_pending(each, newest_version, last)}
    looked_at = pending | {last} | {each.decision.month for each in made}
    before = {month: now[earlier].decision for earlier, month in pairwise(sorted(now))}
    answers = [
        now[month].decision if month in pending else _settled(now[month].decision, before.get(month))
        for month in looked_at
    ]
    return max(answers, key=lambda each: (_ORDER.index(each.action), each.month))


def _is_pending(each: Recorded, newest_version: int, last: date) -> bool:
    until = each.decision.cool_down_until
    asked = each.decision.action is Action.RETRAIN and until is not None and until > last
    return asked and each.newest_version == newest_version


def _settled(decision: Decision, before: Decision | None) -> Decision:
    """A retraining that is done, or so old that later months decide, leaves only its alert to be delivered; a month
    with nothing to do leaves the alerts of the month before it to be closed.
    """
    if decision.action is Action.RETRAIN:
        left = "Retraining asked for and settled since."
    elif decision.action is Action.NOTHING and before and before.causes:
        left = f"Alerts of {named(before.month)} have ended."
    else:
        return decision
    return replace(decision, action=Action.ALERT, reason=f"{left} {decision.reason}")


def read_decisions(tables: Tables, source: str, model_name: str) -> list[Recorded]:
    """All decisions on the model, oldest first."""
    mine = tables.read(source).where(F.col("model") == model_name)
    return [recorded_of(row.asDict()) for row in mine.orderBy("month").collect()]


def recorded_of(row: Mapping[str, object]) -> Recorded:
    """The decision in a row of the `decisions` table."""
    evidence = json.loads(str(row["evidence"]))
    until = row["cool_down_until"]
    assert isinstance(row["month"], date)
    assert until is None or isinstance(until, date)
    decision = Decision(
        month=row["month"],
        action=Action(str(row["action"])),
        reason=str(row["reason"]),
        live_version=int(evidence["live_version"]),
        causes=tuple(Cause.from_json(cause) for cause in evidence["causes"]),
        unknown=tuple(evidence["unknown"]),
        cool_down_until=until,
        holdout_start=str(evidence["holdout_start"]),
        # Decisions of before this was kept have none.
        awaited=tuple(date.fromisoformat(month) for month in evidence.get("awaited", ())),
        # A decision of before this was kept says nothing.
        trains_for=TrainingCause(evidence["trains_for"]) if evidence.get("trains_for") else None,
    )
    return Recorded(decision=decision, newest_version=int(evidence["newest_version"]))


def decision_row(decision: Decision, newest_version: int, run_id: str) -> dict[str, object]:
    """A row of the `decisions` table, but for its model."""
    evidence = {
        "live_version": decision.live_version,
        "newest_version": newest_version,
        "causes": [cause.as_json() for cause in decision.causes],
        "unknown": list(decision.unknown),
        "holdout_start": decision.holdout_start,
        "awaited": [str(month) for month in decision.awaited],
        "trains_for": decision.trains_for,
    }
    return {
        "month": decision.month,
        "action": str(decision.action),
        "reason": decision.reason,
        "evidence": json.dumps(evidence),
        "cool_down_until": decision.cool_down_until,
        "run_id": run_id,
        "decided_at": datetime.now(UTC),
    }


def short(reason: str) -> str:
    """`reason`, cut where it is too long to become a tag."""
    return reason if len(reason) <= _REASON_CHARACTERS else f"{reason[: _REASON_CHARACTERS - 1]}…"


def bounded(decided: str, latest: date | None) -> str:
    """The month `decided` (`YYYY-MM`, or empty), and not later than `latest` where one is given."""
    return min(decided or named(latest), named(latest)) if latest else decided


def report(final: Decision | None, made: Sequence[Decision], *, latest_holdout_start: date | None) -> None:
    """Task values and the accounting line; without a month to decide on, that is what is said."""
    action = final.action if final else Action.NOTHING
    reason = final.reason if final else "Nothing is known: no month after the live version's training has arrived yet."
    month = named(final.month) if final else ""
    # Who does not say what is to be mended is held to the strictest rule.
    cause = (final.trains_for if final else None) or TrainingCause.MANUAL
    values = {"action": str(action), "reason": short(reason), "month": month, "cause": str(cause)}
    holdout_start = bounded(final.holdout_start if final else "", latest_holdout_start)
    for key, value in {**values, "holdout_start": holdout_start}.items():
        runtime.set_task_value(key, value)
    runtime.report(
        task="decision",
        rows_in=len(made),
        rows_kept=len(made),
        rows_quarantined=0,
        **{**values, "reason": reason},
        decided=[f"{named(decision.month)}: {decision.action}" for decision in made],
    )
