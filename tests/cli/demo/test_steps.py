"""Where a killed demo continues."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from cli.demo import steps
from cli.demo.checks import Judged
from cli.demo.events import events
from cli.demo.masks import other_ingests
from cli.demo.periods import charts
from cli.demo.under_way import Demo
from cli.demo.unfinished import settled, unreleased
from cli.demo.verdict import verdict
from cli.runs import TaskResult
from ml.usecases import USE_CASES, use_case
from ml.usecases.story import Records
from tests.cli.demo import made
from tests.ml.two_models import two_models

if TYPE_CHECKING:
    from cli.demo.landing import Landing

LIVE = replace(
    made.records(),
    moves=[made.move(None, 1, "gates", 1), made.move(1, 2, "gates", 2)],
)


@pytest.mark.parametrize(
    ("found", "served", "version"),
    [
        (LIVE, 2, None),
        (LIVE, None, None),
        (made.records(), 2, None),
        (replace(LIVE, versions=[]), None, None),
        (replace(LIVE, gates=made.gates(1)), 1, 2),
        (replace(LIVE, gates=[*made.gates(1), *made.gates(2)[:3]]), 1, 2),
        (replace(LIVE, moves=LIVE.moves[:1], versions=[made.version(2), made.version(1, "champion")]), 1, 2),
        (replace(LIVE, versions=[made.version(2, "challenger"), made.version(1, "champion")]), 1, 2),
        (LIVE, 1, 2),
        (replace(LIVE, gates=[*made.gates(1), *made.gates(2, "fail")], moves=LIVE.moves[:1]), 1, 1),
        (made.with_part(LIVE), 3, None),
    ],
    ids=[
        "served",
        "no endpoint yet",
        "rolled back and returned",
        "nothing trained yet",
        "killed before the gates",
        "killed in the gates",
        "killed before promotion",
        "killed between record and alias",
        "killed before the endpoint moved",
        "refused, and the alias is astray",
        "one part rolled back",
    ],
)
def test_the_promotion_that_a_kill_left_half_way(found: Records, served: int | None, version: int | None) -> None:
    """It is found from the records, wherever the kill came; a story without a kill has none."""
    assert unreleased(found, served) == version


def test_a_period_is_settled_once_what_it_asked_for_has_happened() -> None:
    """Undecided periods, and one whose training never came, are run again; all others are left alone."""
    found = made.records()
    assert settled(found, made.SHIFT)
    assert settled(found, "2025-05")
    assert not settled(found, "2025-06")
    died = replace(found, versions=[made.version(1, "champion")])
    assert settled(died, made.SHIFT)
    assert not settled(died, "2025-05")


def test_further_models_are_trained_and_score_if_their_gates_let_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story is about the first model; one that has a version already is left alone."""
    monkeypatch.setitem(USE_CASES, "credit", two_models())
    demo = Demo(use_case="credit", landing=cast("Landing", None))
    assert demo.model.job("training") == "credit-training"
    empty, refused = replace(LIVE, versions=[]), replace(LIVE, versions=[made.version(1, "challenger")])
    for before, after, wanted in (
        (empty, LIVE, ["credit-second-training", "credit-second-scoring"]),
        (empty, refused, ["credit-second-training"]),
        (LIVE, LIVE, []),
    ):
        found, ran = iter((before, after)), list[str]()
        monkeypatch.setattr(steps, "read", lambda _, found=found: next(found))
        monkeypatch.setattr(Demo, "run_job", lambda _self, _env, job, ran=ran: ran.append(job))
        steps.train_others(demo)
        assert ran == wanted


def test_the_story_is_told_in_its_order() -> None:
    """Trainings, verdicts, periods and changes of the live version, each with its tone."""
    told = [(event.what, event.tone) for event in events(made.records())]
    assert told == [
        ("Version 1 is trained", "plain"),
        ("Version 1 is live", "good"),
        ("The gates release version 1", "good"),
        ("Version 2 is trained", "plain"),
        ("Version 2 is live", "good"),
        ("The gates release version 2", "good"),
        ("Rolled back: version 1 is live", "warn"),
        ("Rolled back: version 2 is live", "warn"),
        ("Month 2025-01: nothing", "good"),
        ("Month 2025-02: alert", "warn"),
        ("Month 2025-03: alert", "warn"),
        ("Month 2025-05: retrain", "bad"),
    ]


def test_periods_in_a_row_that_led_to_nothing_are_one_event() -> None:
    """Those between which something happened are apart; the decisions' own table has each of them."""
    quiet = [made.decision(f"2025-0{month}", "nothing") for month in (1, 2, 3)]
    rows = [*quiet, made.decision("2025-04", "alert"), made.decision("2025-05", "nothing")]
    decided = [row | {"decided_at": f"2026-02-01T00:0{at}:00"} for at, row in enumerate(rows)]
    told = events(replace(made.records(), decisions=decided))[-3:]
    assert [(event.what, event.tone) for event in told] == [
        ("Month 2025-01 to 2025-03: nothing", "good"),
        ("Month 2025-04: alert", "warn"),
        ("Month 2025-05: nothing", "good"),
    ]
    assert told[0].detail.startswith("3 months. ")


def test_a_report_begins_with_its_result() -> None:
    """What is live, what monitoring asked for, and which checks failed; nothing live is bad whatever else passed."""
    passed, failed = (Judged(what="accounting", holds=holds, detail="") for holds in (True, False))
    assert verdict(made.records(), [passed]) == (
        "Version 2 is live. Monitoring alerted in 2 months and asked for a retraining in 1 month. "
        "1 of 1 checks of the story passed.",
        "good",
    )
    said, tone = verdict(replace(made.records(), decisions=[]), [passed, failed])
    assert said.endswith(
        "Monitoring found no reason to act in any month. 1 of 2 checks of the story passed; failed: accounting."
    )
    assert tone == "bad"
    assert verdict(replace(LIVE, versions=[]), [passed]) == (
        "No version is live. 1 of 1 checks of the story passed.",
        "bad",
    )


def test_the_charts_show_drift_and_performance_by_period() -> None:
    """An unknown value is a gap; performance has one line per version."""
    drift, performance = charts(use_case("credit").models[0], made.records())
    assert (drift.periods, drift.limit) == (("2025-01", "2025-02", "2025-03"), 0.25)
    assert [(one.name, one.values) for one in drift.series] == [("limit_bal", (0.01, 0.9, None))]
    assert [(one.name, one.values) for one in performance.series] == [("version 2", (0.8,))]


def test_the_change_from_the_periods_before_is_a_chart_of_its_own_if_it_is_declared() -> None:
    """Next to the drift from the training data, of its own metric, with the difference between the two."""
    model, records = use_case("credit").models[0], made.records()
    rows = [{**row, "metric": "sliding_psi", "value": "0.3"} for row in records.metrics if row["metric"] == "psi"]
    slides = replace(model, monitoring=replace(model.monitoring, sliding_periods=3))
    found = charts(slides, replace(records, metrics=[*records.metrics, *rows]))
    assert [each.title for each in found] == [
        "Drift over months",
        "Change from the 3 months before",
        "Performance over months",
    ]
    assert {value for one in found[1].series for value in one.values} == {0.3}
    assert found[1].note.endswith(
        "A lasting change stays in the comparison with training until the model is trained again; here it disappears "
        "once the 3 months before have changed, too."
    )


def test_before_anything_is_measured_there_is_no_chart() -> None:
    """An empty chart would look like no drift."""
    assert charts(use_case("credit").models[0], replace(made.records(), metrics=[])) == []


def test_the_ingest_of_every_use_case_with_masked_columns_runs_before_masks() -> None:
    """Of those that are deployed, but the story's own: masks name the tables of all of them."""
    assert other_ingests("credit", {"credit-ingest", "health-ingest", "health-training"}) == ["health-ingest"]
    assert other_ingests("health", {"credit-ingest", "health-ingest"}) == ["credit-ingest"]
    assert other_ingests("credit", {"credit-ingest"}) == []


def test_a_delivery_arrives_once_the_followed_run_has_read_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the training task, while gates judge; or once no retraining follows, while an alert is sent."""
    landing, ran = made.landing(), list[str]()
    demo = Demo(use_case="credit", landing=landing)
    monkeypatch.setattr(steps, "land", lambda *_: None)
    monkeypatch.setattr(Demo, "begin", lambda _self, env, stage: ran.append(f"{env} {stage}") or len(ran))
    ended = steps._meanwhile(demo, landing.arrivals[0])

    def task(job: str, key: str, state: str) -> TaskResult:
        return TaskResult(env="prod", job=job, task=key, state=state, duration_s=1.0)

    for too_early in (
        task("credit-monitoring", "decision", "SUCCESS"),
        task("credit-monitoring", "should_retrain", "SUCCESS"),
        task("credit-training", "training", "FAILED"),
        task("credit-training", "promotion", "SUCCESS"),
        task("credit-monitoring", "retraining", "SUCCESS"),
    ):
        ended(too_early)
    assert (ran, demo.ingesting) == ([], {})
    ended(task("credit-training", "training", "SUCCESS"))
    assert (ran, demo.ingesting) == (["prod ingest"], {made.SHIFT: 1})
    ended(task("credit-monitoring", "retraining", "EXCLUDED"))
    assert ran == ["prod ingest"] * 2
