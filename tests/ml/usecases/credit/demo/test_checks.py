"""What the shift in credit's data must have led to: each way of not coming out fails its own check."""

from dataclasses import replace

import pytest

from ml.usecases.credit.demo.story import STORY
from ml.usecases.story import Records
from tests.cli.demo import made


def failed(records: Records) -> list[str]:
    """What does not hold."""
    return [check.name for check in STORY.checks if not check.judge(records).holds]


def test_a_story_that_came_out_holds_throughout() -> None:
    """All six checks."""
    assert failed(made.records()) == []
    assert len(STORY.checks) == 6


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (made.with_more("decisions", made.decision("2024-12", "alert")), "no alarm before the shift"),
        (made.without("decisions", lambda row: row["action"] != "nothing"), "no alarm before the shift"),
        (
            made.with_more("metrics", made.metric("2024-12", "psi", "breach", column="age")),
            "monitoring detects the shift",
        ),
        (made.without("metrics", lambda row: row["verdict"] != "breach"), "monitoring detects the shift"),
        (made.without("alerts", lambda _: False), "an alert is raised and delivered"),
        (made.without("decisions", lambda row: row["action"] != "retrain"), "the model is retrained once"),
        (made.with_more("decisions", made.decision("2025-06", "retrain")), "the model is retrained once"),
        (made.with_more("gates", *made.gates(2, interval=(-0.1, 0.0, 0.1))), "the challenger beats the champion"),
        (
            made.without("metrics", lambda row: row["metric"] != "roc_auc"),
            "the new version ranks as well as it promised",
        ),
    ],
)
def test_each_way_of_not_coming_out_is_named(broken: made.Break, what: str) -> None:
    """The check that fails is the one about what was broken."""
    assert any(name.startswith(what) for name in failed(broken(made.records())))


def test_an_alert_that_nobody_got_is_no_alert() -> None:
    """Raised but not delivered fails."""
    told = [{**row, "delivered_at": None} for row in made.records().alerts]
    assert failed(replace(made.records(), alerts=told)) == ["an alert is raised and delivered"]
