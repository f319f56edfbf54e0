"""The demo's report: decisions and their reasons, as one page. Built from the records, so a rerun gives the same."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from markupsafe import Markup

from cli.cards import save_cards
from cli.demo.checks import Judged
from cli.demo.events import events
from cli.demo.forecasts import fleet
from cli.demo.found import estimates, worst_slices
from cli.demo.periods import charts
from cli.demo.summary import HOLDOUT, INTERVAL, Sections
from cli.demo.under_way import Demo
from cli.demo.verdict import verdict
from cli.model_records import history_rows, versions
from cli.output import Row
from cli.paths import current_home
from cli.registry import registry
from cli.report.charts import Bar, Interval
from cli.report.page import Report, link
from cli.runs import TaskResult
from ml.usecases import use_case as declaration
from ml.usecases.story import Records

# The folder of the model cards, next to the page.
CARDS = "cards"
# Behind a principal's name, which says enough.
_ID = re.compile(r" \([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)")
# The time of day in a timestamp.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|\+00:00)?")


def demo_report(
    demo: Demo, records: Records, accounting: Sequence[Row], checks: Sequence[Judged], sections: Sections
) -> Report:
    """The content of the page. It links the model cards, which are copied next to the page."""
    landing, model = demo.landing, demo.model.declared
    measure = model.problem.measures[0]
    failed = [each for each in checks if not each.holds]
    cards, of_series = _cards(demo), fleet(demo.model, records)
    said, tone = verdict(records, checks)
    value, within = _measured(sections[HOLDOUT], measure.name, records.champion)
    return Report(
        title=declaration(demo.use_case).comment,
        verdict=said,
        tone=tone,
        lead=f"A run of the deployed jobs on this machine. Data: {landing.name}.",
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        facts={
            "live version in prod": str(records.champion or "none"),
            f"{measure.title} on its hold-out{within}": value,
            "landed records, each accounted for": f"{sum(landing.rows.values()):,}",
            "quarantined with a reason": f"{sum(int(row['quarantined']) for row in accounting):,}",
            "checks of the story that passed": f"{len(checks) - len(failed)} of {len(checks)}",
        },
        events=[replace(each, detail=_ID.sub("", each.detail)) for each in events(records)],
        checks=[each.as_row() for each in checks],
        measure=measure.title,
        charts=[*of_series.charts, *charts(model, records)],
        drifting=of_series.drifting,
        decisions=[_pick(row, "period", "action", "reason") for row in records.decisions],
        alerts=[_alert(row) for row in records.alerts],
        slices=worst_slices(records) if records.metrics else None,
        estimates=estimates(model, records),
        gates=[_pick(row, "version", "gate", "verdict", "reason") for row in records.gates],
        intervals=_intervals(records.gates),
        versions=[{**_version(row), "card": cards.get(row["version"], "")} for row in history_rows(demo.model)],
        accounting=accounting,
        bars=_bars(demo.tasks),
    )


def _pick(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}


def _version(row: Row) -> Row:
    """Without the reason for training, which the story gives, and with times of day only."""
    names = ("version", "is", "trained_on", "gates", "signed_off_by", "live", "why_retired")
    return {
        name: _ID.sub("", _DATE.sub(r"\1", row[name])) if isinstance(row[name], str) else row[name] for name in names
    }


def _cards(demo: Demo) -> Mapping[int, Markup]:
    """A link to the model card of each version that has one."""
    with registry(demo.model.env) as client:
        saved = save_cards(client, demo.model.name, versions(demo.model), current_home() / CARDS)
    return {number: link("model card", f"{CARDS}/{path.name}") for number, path in saved.items()}


def _alert(row: Row) -> Row:
    periods = {"since": row["since_period"], "newest": row["last_period"]}
    sent = {"delivered_to": (row["delivered_to"] or "nobody yet").rsplit("/", 1)[-1]}
    return {**periods, **_pick(row, "what", "how_much", "what_to_do", "status"), **sent}


def _measured(holdouts: Sequence[Row], measure: str, live: int | None) -> tuple[str, str]:
    """The value of the live version, and its interval in words, or nothing."""
    row = next((row for row in holdouts if row["env"] == "prod" and row["version"] == live), {})
    found, within = row.get(measure), row.get(INTERVAL)
    said = "unknown" if found is None else f"{found:.4f}"
    return said, f", 95 % interval {within.replace('..', ' to ')}" if within else ""


def _bars(tasks: Sequence[TaskResult]) -> list[Bar]:
    """Tasks with work of their own: no conditions, and no tasks that only wait for another job."""
    worked = sorted((task for task in tasks if task.accounting), key=lambda task: task.started_at_s)
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


def _intervals(judged: Sequence[Row]) -> list[Interval]:
    """One interval per comparison of two versions. A first version has no other to compare with."""
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
