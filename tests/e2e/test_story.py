"""The story of `mlops demo`: months, a shift, an alert, a retraining, a better model, a roll-back done and undone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Mlops

pytestmark = pytest.mark.timeout(2400)

Sections = dict[str, list[dict[str, Any]]]


def test_everything_that_the_story_must_show_holds(demo: Sections) -> None:
    """The demo asserts ten things of generated data by itself; each held."""
    verdicts = {row["what"]: row["verdict"] for row in demo["Checks of the story"]}
    assert set(verdicts.values()) == {"pass"}
    assert len(verdicts) == 10


def test_the_live_version_changed_as_told(mlops: Mlops, demo: Sections) -> None:
    """Version 1, replaced by 2 through the gates, rolled back to 1 and returned to 2, with who and why."""
    rows = mlops.sql(
        "select from_version, to_version, cause, promoted_by, reason from prod.credit_ops.promotions "
        "where alias = 'champion' order by promoted_at"
    )
    moves = [(row["from_version"], row["to_version"], row["cause"]) for row in rows]
    assert moves == [
        (None, "1", "gates"),
        ("1", "2", "gates"),
        ("2", "1", "rollback"),
        ("1", "2", "rollback"),
    ]
    assert rows[2]["promoted_by"].startswith("the demo, through prod-credit-promotion")
    assert rows[2]["reason"] == "to see that it works"


def test_months_were_decided_on_one_by_one(mlops: Mlops, demo: Sections) -> None:
    """Nothing before the shift of 2025-02; alerts from then on; one retraining, in 2025-05."""
    rows = mlops.sql("select period, action from prod.credit_ops.decisions order by period")
    actions = {row["period"][:7]: row["action"] for row in rows}
    assert {action for month, action in actions.items() if month < "2025-02"} == {"nothing"}
    assert [actions[f"2025-0{month}"] for month in (2, 3, 4, 5)] == ["alert", "alert", "alert", "retrain"]
    assert actions["2025-06"] != "retrain"


def test_the_second_version_says_why_it_was_trained(mlops: Mlops, demo: Sections) -> None:
    """`mlops history` tells the cause, the gates, and both times for which it was live."""
    # Other tests train further versions, which the gates refuse.
    rows = {row["version"]: row for row in json.loads(mlops("history", "credit", "--format", "json").stdout)}
    newest = rows[2]
    assert (newest["is"], newest["gates"]) == ("champion", "4 passed")
    assert newest["why_trained"].startswith("Version 1 exceeded its limits in 3 consecutive labelled month(s)")
    assert newest["live"].count(" to ") == 2
    assert rows[1]["is"] == "previous"


def test_the_alert_lies_in_its_volume(mlops: Mlops, demo: Sections) -> None:
    """What changed, by how much, since when, what to do; delivered once."""
    row = mlops.sql("select * from prod.credit_ops.alerts where key = 'drift:2025-02'")[0]
    assert "limit_bal" in row["what"]
    assert "PSI" in row["how_much"]
    assert row["what_to_do"]
    assert (row["attempts"], row["delivered_to"]) == ("1", "/Volumes/prod/credit_ops/alerts/drift-2025-02.json")


def test_events_of_the_model_have_no_gate_run_twice(mlops: Mlops, demo: Sections) -> None:
    """Version 2 has its verdicts, so its event starts nothing; the job is then the model's deployment job.

    The live version is the one that the record leads to.
    """
    count = "select count(*) as rows from prod.credit_ops.gate_results"
    before = mlops.sql(count)
    mlops("run", "credit-new-version", "--env", "prod", "--param", "model_version=2")
    assert mlops.sql(count) == before
    client = mlops.client("prod")
    path = "/api/2.0/mlflow/unity-catalog/registered-models/get"
    model = client.api_client.do("GET", path, query={"name": "prod.credit_ops.default_risk"})
    assert isinstance(model, dict)
    linked = client.jobs.get(int(model["registered_model"]["deployment_job_id"]))
    assert linked.settings is not None
    assert linked.settings.name == "credit-new-version"
    mlops("run", "credit-alias-change", "--env", "prod")


def test_what_people_say_about_a_version_is_kept(mlops: Mlops, demo: Sections) -> None:
    """It shows in the history of that version alone."""
    mlops("user", "add", "ada@example.com", "--group", "data-scientists")
    mlops("comment", "credit", "2", "Looks too strict", "--by", "ada@example.com")
    rows = {row["version"]: row for row in json.loads(mlops("history", "credit", "--format", "json").stdout)}
    assert (rows[2]["comments"], rows[1]["comments"]) == ("ada@example.com: Looks too strict", "")


def test_risk_sees_what_is_live_and_why(mlops: Mlops, demo: Sections, tmp_path: Path) -> None:
    """The dashboard of the stack, drawn from its own queries: every panel is answered."""
    page = tmp_path / "risk.html"
    rows = json.loads(mlops("dashboard", "credit: risk", "--html", str(page), "--format", "json").stdout)
    assert [row["refused"] for row in rows] == [""] * 6
    found = {row["panel"]: row["rows"] for row in rows}
    assert min(found["What is live, since when, and why"], found["Verdicts of the gates, newest first"]) > 0
    assert "the roll-back was a rehearsal" in page.read_text()


def test_a_score_is_told_with_what_is_behind_it(mlops: Mlops, demo: Sections) -> None:
    """Who sees sensitive columns reads the table as it was, who does not its newest row: both reproduce the score."""
    as_clear = ("--time", "2024-01-31", "--as", "prod-credit-training")
    clear, masked = (
        json.loads(mlops("why", "credit", "--key", "1", *more, "--format", "json").stdout) for more in (as_clear, ())
    )
    assert (clear["reproduced"], masked["reproduced"]) == (True, True)
    assert clear["model"] == "prod.credit_ops.default_risk version 1"
    assert clear["trained on"].startswith("prod.credit_gold.client_features@")
    assert "client_features, version " in clear["features from"]
    assert masked["features from"] == "prod.credit_gold.client_features, newest"
    values = [{row["feature"]: row["value"] for row in told["features"]} for told in (clear, masked)]
    assert values[0]["sex"] in ("1", "2")
    assert values[1]["sex"] == "hidden from you"
    assert values[0]["limit_bal"] == values[1]["limit_bal"]
    sums = [sum(row["contribution"] or 0.0 for row in told["features"]) for told in (clear, masked)]
    assert sums[0] == pytest.approx(sums[1])
    unknown = mlops("why", "credit", "--key", "999999999", ok=False)
    assert unknown.returncode == 2
    assert "client_id 999999999 is unknown: neither prod.credit_gold.predictions nor" in unknown.stderr


def test_nothing_that_the_demo_left_holds_a_secret(mlops: Mlops, demo: Sections) -> None:
    """Task logs, server logs and the report have no token in clear text."""
    home = mlops.home()
    mlops("secrets", str(home / "runs"), str(home / "logs"), str(home / "report.html"))


def test_the_report_tells_it_all(mlops: Mlops, demo: Sections) -> None:
    """The page has the story, drift and performance over months, decisions, alerts, gates, versions and accounting."""
    page = (mlops.home() / "report.html").read_text(encoding="utf-8")
    for heading in (
        "What happened",
        "What the story came to",
        "Drift over months",
        "Performance over months",
        "Decisions",
        "Alerts",
        "Gates",
        "Model versions",
        "Every row accounted for",
    ):
        assert f"<h2>{heading}</h2>" in page
    for version in (1, 2):
        assert f'<a href="cards/default_risk-{version}.html">model card</a>' in page
        card = (mlops.home() / "cards" / f"default_risk-{version}.html").read_text(encoding="utf-8")
        assert f"Version {version} of prod.credit_ops.default_risk " in card
    assert "Rolled back: version 1 is live" in page
    assert '<p class="verdict good">Version 2 is live. ' in page
