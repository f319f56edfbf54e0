"""The pictures in README.md are drawn from what the commands write."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.pictures import FOLDER, report_picture, review_picture
from cli.report.charts import Series
from cli.report.page import Event, PeriodsChart, render
from tests.cli.report.test_page import report


def test_the_review_shown_is_one_that_the_review_writes(root: Path) -> None:
    """The golden comment of a real plan: when the wording changes, the picture is drawn anew."""
    comment = root / "tests" / "policies" / "review" / "golden" / "change-replace-delete-grant.md"
    assert (FOLDER / "plan-review.svg").read_text() == review_picture(comment.read_text())


def test_a_report_is_drawn_with_what_was_not_quiet() -> None:
    """The facts, the events but for quiet periods, and performance with its limit; well-formed, and small."""
    chart = PeriodsChart(
        title="Performance over months",
        note="ROC AUC by month.",
        periods=("2025-01", "2025-02"),
        series=(Series(name="version 1", values=(0.8, 0.7)),),
        limit=0.75,
        limit_name="limit 0.75",
    )
    events = [
        Event(when="1", what="Month 2025-01: nothing", detail="quiet", tone="good"),
        Event(when="2", what="Month 2025-02: alert", detail="a < b", tone="warn"),
    ]
    drawn = report_picture(render(replace(report("Credit & co"), charts=[chart], events=events)))
    texts = [each.text for each in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert texts[:4] == ["Credit & co", "2", "live version", "Month 2025-02: alert: a < b"]
    assert "limit 0.75" in texts
    assert "nothing" not in drawn


@pytest.mark.parametrize("name", ["run-report", "plan-review"])
def test_a_picture_asks_for_nothing_elsewhere(name: str) -> None:
    """It names no address but the format's own, and is small."""
    text = (FOLDER / f"{name}.svg").read_text()
    assert text.replace("http://www.w3.org/2000/svg", "").count("http") == 0
    assert len(text) < 30_000
