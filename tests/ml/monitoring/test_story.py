"""Monitoring, decision and alert as their jobs run them, over sixteen periods with a known shift in the twelfth."""

import json
from datetime import date
from pathlib import Path

import pytest

from ml.monitoring import alert, decide, measure
from ml.monitoring.alert import UndeliveredError
from ml.monitoring.alert_action import Request, record
from ml.monitoring.alert_book import Book
from ml.monitoring.handling import Act
from ml.parameters import Common
from ml.records.monitoring import ALERT_ACTIONS, ALERTS, DECISIONS, METRICS
from ml.tables import frame_of
from tests.ml.monitoring.conftest import CATALOG, MODEL, SHIFT_PERIOD, Story

pytestmark = pytest.mark.slow


def _drifting(story: Story, period: str) -> set[str]:
    rows = story.rows(METRICS, f"period = '{period}' and metric = 'psi' and verdict = 'breach'")
    return {row["column"] for row in rows}


def test_stable_periods_need_nothing_and_say_what_is_unknown(story: Story) -> None:
    """Ten stable periods are measured in one run; only periods that training did not see are decided on."""
    story.arrive(date(2023, 10, 1))
    assert story.train("train-1") == 1
    decided = story.score_and_decide("m-10")
    assert story.values["m-10"]["periods_measured"] == 10
    assert decided["action"] == "nothing"
    assert "Unknown" in str(decided["reason"])
    periods = {str(row["period"]): row["action"] for row in story.rows(DECISIONS)}
    assert periods == {"2023-08-01": "nothing", "2023-09-01": "nothing", "2023-10-01": "nothing"}
    auc = {str(row["period"]): row["verdict"] for row in story.rows(METRICS, "metric = 'roc_auc' and column = ''")}
    assert auc["2023-07-01"] == "unknown"
    assert auc["2023-09-01"] == "ok"
    assert auc["2023-10-01"] == "unknown"


def test_measuring_again_changes_nothing(story: Story) -> None:
    """A second run of the same periods measures none of them and writes no new table version."""
    before = {table.name: story.tables.version(story.name(table)) for table in (METRICS, DECISIONS)}
    assert story.score_and_decide("m-10-again")["action"] == "nothing"
    assert story.values["m-10-again"]["periods_measured"] == 0
    assert {table.name: story.tables.version(story.name(table)) for table in (METRICS, DECISIONS)} == before


def test_the_shift_is_seen_in_its_period(story: Story, folder: Path) -> None:
    """The merged portfolio's limits drift in 2023-12 and not before; that alerts, and does not retrain yet."""
    story.arrive(SHIFT_PERIOD)
    decided = story.score_and_decide("m-12")
    # 2023-10 again, since its outcomes are known now; 2023-11 and 2023-12 for the first time.
    assert story.values["m-12"]["periods_measured"] == 3
    assert (decided["action"], decided["period"]) == ("alert", "2023-12")
    assert not _drifting(story, "2023-11-01")
    assert {"limit_bal", "bill_1", "probability"} - {"probability"} <= _drifting(story, "2023-12-01")
    story.run(alert, "m-12")
    told = json.loads((folder / "drift-2023-12.json").read_text())
    assert told["what"].startswith("credit in story: drift of limit_bal")
    assert "PSI" in told["how_much"]


def test_lasting_loss_of_performance_retrains_with_its_cause(story: Story) -> None:
    """Three labelled periods below the limit ask for a retraining that may learn from the first two of them."""
    story.arrive(date(2024, 2, 1))
    assert story.score_and_decide("m-14")["action"] == "alert"
    story.arrive(date(2024, 3, 1))
    decided = story.score_and_decide("m-15")
    assert (decided["action"], decided["holdout_start"]) == ("retrain", "2024-02")
    assert str(decided["reason"]).startswith(
        "Version 1 exceeded its limits in 3 consecutive labelled month(s), since 2023-12"
    )
    newest = story.rows(DECISIONS, "period = '2024-03-01'")[0]
    assert newest["cool_down_until"] == date(2024, 4, 30)


def test_a_retraining_that_never_happened_is_asked_for_again(story: Story) -> None:
    """A run that died before the training job leaves its retraining pending: the next run asks again."""
    assert story.run(decide, "m-15-again")["action"] == "retrain"
    assert len(story.rows(DECISIONS, "action = 'retrain'")) == 1


def test_a_failed_delivery_is_recorded_and_not_lost(story: Story) -> None:
    """With a webhook that answers nothing the task fails, and its alert waits with the reason, without the URL."""
    with pytest.raises(UndeliveredError, match="did not accept alert performance:2023-12: ConnectionError") as failed:
        story.run(alert, "m-15", webhook_url="http://127.0.0.1:9/s3cret")
    performance = story.rows(ALERTS, "key = 'performance:2023-12'")[0]
    assert (performance["attempts"], performance["delivered_at"]) == (1, None)
    assert "s3cret" not in f"{performance}{failed.value}"


def test_the_same_cause_is_one_alert(story: Story, folder: Path) -> None:
    """Drift that lasts four periods is told once; its alert knows the newest period."""
    delivered = (folder / "drift-2023-12.json").stat().st_mtime_ns
    story.run(alert, "m-15")
    drift = story.rows(ALERTS, "key = 'drift:2023-12'")[0]
    assert (drift["status"], drift["last_period"], drift["attempts"]) == ("open", date(2024, 3, 1), 1)
    assert (folder / "drift-2023-12.json").stat().st_mtime_ns == delivered
    performance = story.rows(ALERTS, "key = 'performance:2023-12'")[0]
    assert "A retraining was requested" in performance["what_to_do"]
    assert (performance["attempts"], performance["last_error"]) == (2, None)
    assert performance["delivered_to"] == "/Volumes/story/credit_ops/alerts/performance-2023-12.json"


def test_a_person_takes_an_alert(story: Story) -> None:
    """It stands in the row and, with who started the run, in the record; the next run leaves it so."""
    common = Common(use_case=story.world.use_case, catalog=CATALOG, run_id="take-1")
    request = Request(key="drift:2023-12", act=Act.ACKNOWLEDGE, by="mia", reason="a known merger", periods=0)
    assert record(Book(tables=story.tables, common=common), request, "root")["status"] == "acknowledged"
    story.run(alert, "m-15-taken")
    drift = story.rows(ALERTS, "key = 'drift:2023-12'")[0]
    assert (drift["status"], drift["handled_by"], drift["slice"]) == ("acknowledged", "mia", "all rows")
    [done] = story.rows(ALERT_ACTIONS)
    assert (done["action"], done["reason"], done["recorded_by"]) == ("acknowledge", "a known merger", "root")
    assert done["seen_period"] == date(2024, 3, 1)


def test_the_cool_down_holds_and_the_new_version_starts_afresh(story: Story) -> None:
    """After the retraining, no second one in its cool-down, and the old version's periods do not count against it."""
    assert story.train("train-2") == 2
    story.arrive(date(2024, 4, 1))
    decided = story.score_and_decide("m-16")
    assert decided["action"] != "retrain"
    newest = json.loads(story.rows(DECISIONS, "period = '2024-04-01'")[0]["evidence"])
    assert newest["live_version"] == 2
    assert not [cause for cause in newest["causes"] if cause["kind"] == "performance"]


def test_the_end_of_an_alert_is_told(story: Story, folder: Path) -> None:
    """The new version has no bad periods: the alert about its predecessor's is closed, and told so."""
    story.run(alert, "m-16")
    performance = story.rows(ALERTS, "key = 'performance:2023-12'")[0]
    assert (performance["status"], performance["told_status"]) == ("closed", "closed")
    told = json.loads((folder / "performance-2023-12.json").read_text())
    assert told["news"] == "over"
    assert told["text"].startswith("Over: credit in story: performance of ")


def test_a_late_change_of_a_period_is_measured_again(story: Story) -> None:
    """Removing one outcome of an old period makes that period alone stale."""
    outcome = story.world.use_case.models[0].outcome.table
    name = story.name(outcome)
    rows = story.tables.read(name).where("not (client_id = 1)")
    story.tables.replace(outcome, name, rows)
    assert story.run(measure, "m-16-again")["periods_measured"] == 1


def test_models_share_tables_and_no_record(story: Story) -> None:
    """Another model's metrics and decisions of the same periods, however bad, change nothing for this one."""
    other = f"{CATALOG}.credit_ops.other"
    names = {table.name: story.name(table) for table in (METRICS, DECISIONS)}
    mine = decide.read_metrics(story.tables, names["metrics"], MODEL)
    decided = decide.read_decisions(story.tables, names["decisions"], MODEL)
    for table, worse in ((METRICS, {"verdict": "breach"}), (DECISIONS, {"action": "retrain"})):
        rows = [{**row, **worse, "model": other} for row in story.rows(table)]
        story.tables.merge(table, names[table.name], frame_of(story.tables.spark, table, rows))
    assert decide.read_metrics(story.tables, names["metrics"], MODEL) == mine
    assert decide.read_decisions(story.tables, names["decisions"], MODEL) == decided
    assert len(decide.read_decisions(story.tables, names["decisions"], other)) == len(decided)
    assert len(measure.measured(story.tables, names["metrics"], other)) == len(
        measure.measured(story.tables, names["metrics"], MODEL)
    )


def test_a_period_of_a_sampled_reference_has_all_of_its_rows(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """600 rows a period are expected, however few of them are kept to compare with: row counts do not breach for it."""
    from ml.monitoring import baseline  # noqa: PLC0415

    task = Common(use_case=story.world.use_case, catalog=CATALOG, run_id="sampled")
    monkeypatch.setattr(baseline, "_MAX_ROWS", 900)
    found = baseline.expected_of(story.tables, story.world.client, task, 1)
    assert found.typical_rows == 600.0
    assert found.columns["limit_bal"].rows < 900
