"""The demo's report: what ran, what was decided and why, as one page."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from cli.commands.history import history_rows
from cli.commands.sql import query
from cli.demo.landing import Landing
from cli.demo.summary import HOLDOUT, LIVE, Sections
from cli.models import named_model
from cli.output import Row
from cli.report.charts import Bar, Interval
from cli.report.page import Event, Report
from cli.runs import TaskResult
from ml.usecases import use_case as declaration

_TONES = {"SUCCESS": "good", "FAILED": "bad"}


def demo_report(
    use_case: str, landing: Landing, tasks: Sequence[TaskResult], accounting: Sequence[Row], sections: Sections
) -> Report:
    """Everything that the page shows, read from the local cloud."""
    declared = declaration(use_case)
    live, holdout = sections[LIVE], sections[HOLDOUT]
    judged = query(
        "prod",
        f"select version, gate, verdict, reason, inputs, decided_at from prod.{use_case}_ops.gate_results "
        "order by decided_at",
    )
    return Report(
        title=declared.comment,
        lead=f"The jobs that the stacks deploy, run on this machine. Data: {landing.name}.",
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        facts={
            "live version in prod": str(live[0]["version"]) if live else "none",
            "ROC AUC on its hold-out": _roc_auc(holdout),
            "landed records, each accounted for": f"{sum(landing.rows.values()):,}",
            "quarantined with a reason": f"{sum(int(row['quarantined']) for row in accounting):,}",
        },
        events=_events(tasks),
        bars=_bars(tasks),
        accounting=accounting,
        gates=[{name: row[name] for name in ("version", "gate", "verdict", "reason")} for row in judged],
        intervals=_intervals(judged),
        interval_limit=-declared.gates.comparison.max_loss,
        versions=history_rows(named_model(use_case, "prod")),
    )


def _roc_auc(holdout: Sequence[Row]) -> str:
    found = next((row["roc_auc"] for row in holdout if row["env"] == "prod"), None)
    return "unknown" if found is None else f"{found:.4f}"


def _worked(tasks: Sequence[TaskResult]) -> list[TaskResult]:
    """Tasks that did something themselves: no conditions, and none that only waits for another job."""
    return sorted((task for task in tasks if task.accounting), key=lambda task: task.started_at_s)


def _bars(tasks: Sequence[TaskResult]) -> list[Bar]:
    worked = _worked(tasks)
    first_s = worked[0].started_at_s if worked else 0.0
    return [
        Bar(
            group=f"{task.env} {task.job}",
            name=task.task,
            start_s=task.started_at_s - first_s,
            end_s=task.started_at_s - first_s + task.duration_s,
            state=task.state,
        )
        for task in worked
    ]


def _events(tasks: Sequence[TaskResult]) -> list[Event]:
    return [
        Event(
            when=datetime.fromtimestamp(task.started_at_s, UTC).strftime("%H:%M:%S"),
            what=f"{task.env}: {task.job}, {task.task}",
            detail=_detail(task),
            tone=_TONES.get(task.state, "plain"),
        )
        for task in _worked(tasks)
    ]


def _detail(task: TaskResult) -> str:
    rows_in, kept, out = (task.accounting.get(f"rows_{name}", 0) for name in ("in", "kept", "quarantined"))
    return f"{rows_in:,} rows in, {kept:,} kept, {out:,} quarantined, in {task.duration_s:.1f} s"


def _intervals(judged: Sequence[Row]) -> list[Interval]:
    """One interval per comparison of two versions. A first version has nobody to be compared with."""
    found = []
    for row in judged:
        inputs = json.loads(row["inputs"]) if row["gate"] == "comparison" else {}
        interval = inputs.get("interval")
        if interval:
            found.append(
                Interval(
                    name=f"version {row['version']} against {inputs['champion_version']}",
                    low=interval["lower"],
                    middle=interval["difference"],
                    high=interval["upper"],
                    passed=row["verdict"] == "pass",
                )
            )
    return found
