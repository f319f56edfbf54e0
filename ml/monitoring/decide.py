"""Task `decision` of job `<usecase>-monitoring`: nothing, alert or retrain, for every undecided period.

Task values: `action`, `reason`, `period`, and for a retraining its `cause` and `holdout_start`, which is never later
than the task's own. A written decision stays, with two exceptions: the newest period is decided again while its metrics
still change, and so is a period whose rows arrived after its decision. A requested retraining is never cancelled.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise

import mlflow
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Calendar, TrainingCause
from ml.monitoring.cause import Cause
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy, policy_of
from ml.monitoring.rules import Action, Decision, decide
from ml.parameters import Common
from ml.records.monitoring import ALERTS, DECISIONS, METRICS
from ml.tables import Tables, door, frame_of
from ml.versions import listing

# The reason becomes a tag of the model version that is trained; Unity Catalog takes tag values up to 256 characters.
_REASON_CHARACTERS = 250
_ORDER = (Action.NOTHING, Action.ALERT, Action.RETRAIN)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A written decision. `newest_version`: the model's newest version at that time."""

    decision: Decision
    newest_version: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Decide what to do about the measured periods; run by job `<usecase>-monitoring`."""
    flags = parameters.of_model("decision")
    flags.add_argument("--holdout-start", default="", help="a period; no retraining learns from it or from later ones")
    parsed = flags.parse_args(arguments)
    task = parameters.common(parsed)
    latest = parameters.first_day(flags, task, parsed.holdout_start)
    tables = door()
    metrics = read_metrics(tables, METRICS.full_name(task.catalog, task.use_case.name), task.model_name)
    target = DECISIONS.full_name(task.catalog, task.use_case.name)
    tables.create(DECISIONS, target)
    # What asks whether alerts are open finds the table, with none in it.
    tables.create(ALERTS, ALERTS.full_name(task.catalog, task.use_case.name))
    recorded = read_decisions(tables, target, task.model_name)
    newest_version = newest(task)
    made = decisions(metrics, [each.decision for each in recorded], policy_of(task.model, task.judging))
    rows = [{**decision_row(decision, newest_version, task.run_id), "model": task.model_name} for decision in made]
    if rows:
        tables.merge(DECISIONS, target, frame_of(tables.spark, DECISIONS, rows))
    fresh = [Recorded(decision=decision, newest_version=newest_version) for decision in made]
    final = outcome(recorded, fresh, newest_version, task.judging)
    report(final, made, task.judging, latest_holdout_start=latest)


def newest(task: Common) -> int:
    """The newest version of the registered model; 0 if there is none."""
    name = task.model_name
    return listing.newest(mlflow.MlflowClient(), name)


def read_metrics(tables: Tables, source: str, model_name: str) -> list[Metric]:
    """The model's metrics of every period, as it was measured last: for that version, by what was declared."""
    rows = tables.read(source).where(F.col("model") == model_name)
    newest = F.max_by(F.struct("model_version", "fingerprint"), "measured_at").alias("newest")
    last = rows.groupBy("period").agg(newest).select("period", "newest.*")
    kept = rows.join(last, on=["period", "model_version", "fingerprint"])
    return [Metric.from_row(row.asDict()) for row in kept.orderBy("period", "kind", "metric", "column").collect()]


def decisions(metrics: Sequence[Metric], recorded: Sequence[Decision], policy: Policy) -> list[Decision]:
    """New decisions, oldest first: for periods without one, and, if it has changed, for the newest period and for one
    whose rows had not arrived. Pure.

    Skips periods that the live version was fitted on: the gates used them.
    """
    metrics = [*metrics, *lasting(metrics, policy)]
    by_period = {decision.period: decision for decision in recorded}
    periods = sorted({metric.period for metric in metrics if not metric.in_training})
    made: list[Decision] = []
    for period in periods:
        before = by_period.get(period)
        if before is not None and not _may_change(before, periods[-1]):
            continue
        decision = decide(period, metrics, list(by_period.values()), policy)
        if decision != before:
            by_period[period] = decision
            made.append(decision)
    return made


def _may_change(decision: Decision, newest: date) -> bool:
    return decision.action is not Action.RETRAIN and decision.period in (newest, *decision.awaited)


def outcome(
    recorded: Sequence[Recorded], made: Sequence[Recorded], newest_version: int, calendar: Calendar
) -> Decision | None:
    """This run's action: the strongest of the new decisions, the newest one, and pending retrainings.

    A retraining is pending until a version newer than its decision exists, so one that died half-way is repeated.
    A quiet period after one with causes must still close their alerts. None if no period has been decided.
    """
    now = {each.decision.period: each for each in (*recorded, *made)}
    if not now:
        return None
    last = max(now)
    pending = {period for period, each in now.items() if _is_pending(each, newest_version, last)}
    looked_at = pending | {last} | {each.decision.period for each in made}
    before = {period: now[earlier].decision for earlier, period in pairwise(sorted(now))}
    answers = [
        now[period].decision if period in pending else _settled(now[period].decision, before.get(period), calendar)
        for period in looked_at
    ]
    return max(answers, key=lambda each: (_ORDER.index(each.action), each.period))


def _is_pending(each: Recorded, newest_version: int, last: date) -> bool:
    until = each.decision.cool_down_until
    asked = each.decision.action is Action.RETRAIN and until is not None and until > last
    return asked and each.newest_version == newest_version


def _settled(decision: Decision, before: Decision | None, calendar: Calendar) -> Decision:
    """For a retraining that is done, or so old that later periods decide, only its alert is left to deliver; for a
    quiet period, only the alerts of the previous period are left to close.
    """
    if decision.action is Action.RETRAIN:
        left = "A retraining was requested and has been settled since."
    elif decision.action is Action.NOTHING and before and before.causes:
        left = f"Alerts of {calendar.named(before.period)} have ended."
    else:
        return decision
    return replace(decision, action=Action.ALERT, reason=f"{left} {decision.reason}")


def read_decisions(tables: Tables, source: str, model_name: str) -> list[Recorded]:
    """All decisions on the model, oldest first."""
    mine = tables.read(source).where(F.col("model") == model_name)
    return [recorded_of(row.asDict()) for row in mine.orderBy("period").collect()]


def recorded_of(row: Mapping[str, object]) -> Recorded:
    """The decision in a row of the `decisions` table."""
    evidence = json.loads(str(row["evidence"]))
    until = row["cool_down_until"]
    assert isinstance(row["period"], date)
    assert until is None or isinstance(until, date)
    decision = Decision(
        period=row["period"],
        action=Action(str(row["action"])),
        reason=str(row["reason"]),
        live_version=int(evidence["live_version"]),
        causes=tuple(Cause.from_json(cause) for cause in evidence["causes"]),
        unknown=tuple(evidence["unknown"]),
        cool_down_until=until,
        holdout_start=str(evidence["holdout_start"]),
        # Decisions of before this was kept have none.
        awaited=tuple(date.fromisoformat(period) for period in evidence.get("awaited", ())),
        # A decision of before this was kept says nothing.
        trains_for=TrainingCause(evidence["trains_for"]) if evidence.get("trains_for") else None,
    )
    return Recorded(decision=decision, newest_version=int(evidence["newest_version"]))


def decision_row(decision: Decision, newest_version: int, run_id: str) -> dict[str, object]:
    """A row of the `decisions` table, without its model."""
    evidence = {
        "live_version": decision.live_version,
        "newest_version": newest_version,
        "causes": [cause.as_json() for cause in decision.causes],
        "unknown": list(decision.unknown),
        "holdout_start": decision.holdout_start,
        "awaited": [str(period) for period in decision.awaited],
        "trains_for": decision.trains_for,
    }
    return {
        "period": decision.period,
        "action": str(decision.action),
        "reason": decision.reason,
        "evidence": json.dumps(evidence),
        "cool_down_until": decision.cool_down_until,
        "run_id": run_id,
        "decided_at": datetime.now(UTC),
    }


def short(reason: str) -> str:
    """`reason`, shortened if it is too long for a tag."""
    return reason if len(reason) <= _REASON_CHARACTERS else f"{reason[: _REASON_CHARACTERS - 1]}…"


def bounded(decided: str, latest: date | None, calendar: Calendar) -> str:
    """The period `decided` (its name, or empty), but not later than `latest` if that is given."""
    # Names of periods sort as the periods do.
    return min(decided or calendar.named(latest), calendar.named(latest)) if latest else decided


def report(
    final: Decision | None, made: Sequence[Decision], calendar: Calendar, *, latest_holdout_start: date | None
) -> None:
    """Set the task values and print the accounting line; without a period to decide, report that."""
    action = final.action if final else Action.NOTHING
    reason = (
        final.reason
        if final
        else f"Nothing to decide: no {calendar.period} after the live version's training has arrived yet."
    )
    period = calendar.named(final.period) if final else ""
    # Who does not say what is to be mended is held to the strictest rule.
    cause = (final.trains_for if final else None) or TrainingCause.MANUAL
    values = {"action": str(action), "reason": short(reason), "period": period, "cause": str(cause)}
    holdout_start = bounded(final.holdout_start if final else "", latest_holdout_start, calendar)
    for key, value in {**values, "holdout_start": holdout_start}.items():
        runtime.set_task_value(key, value)
    runtime.report(
        task="decision",
        rows_in=len(made),
        rows_kept=len(made),
        rows_quarantined=0,
        **{**values, "reason": reason},
        decided=[f"{calendar.named(decision.period)}: {decision.action}" for decision in made],
    )
