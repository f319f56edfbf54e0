"""The run report, as its reader meets it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.report.charts import Bar, Interval, Series, intervals_chart, periods_chart, timeline
from cli.report.forecast_charts import ForecastChart, Point, SharesChart, StepsChart, forecast_chart
from cli.report.page import Event, PeriodsChart, Report, link, render, write
from cli.report.svg import ticks
from tests.looking import Look, looked_at, looks

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "<script>alert(1)</script>"


def report(title: str = "Credit") -> Report:
    """A page with one of everything."""
    return Report(
        title=title,
        verdict="Version 2 is live. 3 of 3 checks of the story passed.",
        tone="good",
        lead="Three periods.",
        made_at="2026-01-01 00:00 UTC",
        facts={"live version": "2"},
        events=[Event(when="2025-01", what="Trained", detail="10 rows", tone="good")],
        bars=[Bar(group="prod credit-ingest", name="bronze", start_s=0, end_s=4, state="SUCCESS")],
        accounting=[{"what": "applications", "landed": 12000, "kept": 11990, "quarantined": 10}],
        gates=[{"version": "2", "gate": "comparison", "verdict": "fail", "reason": "interval reaches below 0"}],
        intervals=[Interval(name="version 2 against 1", low=-0.01, middle=0.004, high=0.02, passed=False)],
        measure="ROC AUC",
        charts=[
            PeriodsChart(
                title="Drift",
                note="PSI by period.",
                periods=("2025-01", "2025-02", "2025-03"),
                series=(Series(name="limit_bal", values=(0.02, None, 0.4)),),
                limit=0.25,
                limit_name="limit 0.25",
            )
        ],
        checks=[{"what": "one champion", "verdict": "pass", "found": "version 2"}],
        decisions=[{"period": "2025-03", "action": "alert", "reason": "limit_bal drifts"}],
        alerts=[{"since": "2025-03", "what": "limit_bal drifts", "status": "open"}],
        slices=[{"period": "2025-03", "slice": "age > 60 and sex = 2", "worse_by": "80% of the hold-out's loss"}],
        estimates=[{"metric": "ROC AUC", "periods": 3, "came_true_inside_the_interval": "3 of 3"}],
        versions=[{"version": 2, "is": "champion"}],
    )


def forecasts() -> Report:
    """A page of a model that forecasts."""
    points = tuple(
        Point(when=f"2024-05-{day:02d}", forecast=100.0 + day, low=90.0, high=125.0, truth=None if day == 9 else truth)
        for day, truth in enumerate((101.0, 99.0, 130.0, 104.0, 110.0, 80.0, 101.0, 103.0, 100.0), start=1)
    )
    return replace(
        report("Energy"),
        charts=[
            ForecastChart(title=f"SITE-1 {HOSTILE}", note="In kWh.", points=points, level=80),
            StepsChart(title="Error by step ahead", note="Scaled.", steps=(1, 2), errors={"forecast": (0.5, 0.7)}),
            SharesChart(title="Which models answer", note="Mean weight.", shares={"naive": 0.25, HOSTILE: 0.75}),
        ],
        drifting=[{"series": "SITE-1", "why": "forecasts are 1.20 scales too low"}],
    )


def test_a_true_value_outside_its_interval_stands_out() -> None:
    """One of three; what is not known yet has no dot, and the interval is one area around the forecast."""
    points = [
        Point(when="a", forecast=5, low=4, high=6, truth=5),
        Point(when="b", forecast=5, low=4, high=6, truth=7),
        Point(when="c", forecast=5, low=4, high=6, truth=None),
    ]
    drawn = forecast_chart(points, level=80, label="x")
    assert drawn.count('class="dot series-1"') == 1
    assert drawn.count('class="dot bad"') == 1
    assert drawn.count('class="line series-0"') == 2
    assert drawn.count('class="band"') == 1
    assert "b: 7, forecast 5 (4 to 6)" in drawn


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 4.32, [0.0, 2.0, 4.0]),
        (0.47, 5.83, [2.0, 4.0]),
        (0.0, 1.0, [0.0, 0.25, 0.5, 0.75, 1.0]),
        (-0.021, 0.022, [-0.02, 0.0, 0.02]),
        (0.0, 93_000.0, [0.0, 25_000.0, 50_000.0, 75_000.0]),
        (3.0, 3.0, [3.0]),
    ],
)
def test_axes_have_round_numbers(low: float, high: float, expected: list[float]) -> None:
    """A reader adds between 2 and 4, not between 1.81 and 3.15; a flat axis has its one value."""
    assert ticks(low, high) == expected


def test_a_hostile_title_is_text() -> None:
    """Nothing that data says becomes part of the page's markup."""
    page = render(report(title=HOSTILE))
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_link_leads_to_a_place_beside_the_page() -> None:
    """What is linked is escaped as other text is."""
    page = render(replace(report(), versions=[{"version": 2, "card": link(HOSTILE, "cards/x-2.html")}]))
    assert '<a href="cards/x-2.html">&lt;script&gt;alert(1)&lt;/script&gt;</a>' in page


def test_a_hostile_task_name_is_text_in_the_drawing() -> None:
    """Charts escape what they draw, in labels and tooltips."""
    drawn = timeline([Bar(group=HOSTILE, name='"x', start_s=0, end_s=1, state="FAILED")])
    assert "<script>" not in drawn
    assert 'class="bad"' in drawn


def test_an_unknown_period_leaves_a_gap() -> None:
    """A None draws no dot and no line to its neighbours."""
    known = periods_chart(
        ["a", "b", "c"], [Series(name="x", values=(1.0, 2.0, 3.0))], limit=None, limit_name="", label=""
    )
    gap = periods_chart(
        ["a", "b", "c"], [Series(name="x", values=(1.0, None, 3.0))], limit=None, limit_name="", label=""
    )
    assert known.count('class="line series-0"') == 2
    assert gap.count('class="line series-0"') == 0
    assert known.count("<title>") == 3
    assert gap.count("<title>") == 2


def test_an_interval_keeps_its_side_of_the_limit() -> None:
    """What lies left of the limit in numbers lies left of it in the picture."""
    drawn = intervals_chart(
        [Interval(name="worse", low=-0.04, middle=-0.03, high=-0.02, passed=False)], limit=0.0, limit_name="limit"
    )
    limit = float(drawn.split('class="limit"')[0].rsplit('x1="', 1)[1].split('"')[0])
    dot = float(drawn.split('class="dot bad"')[0].rsplit('cx="', 1)[1].split('"')[0])
    assert dot < limit


@looks
def test_pictures_of_forecasts_are_seen(browser: "Browser", tmp_path: Path, look: Look) -> None:
    """Each has its size and its place, in a narrow window too; what drifts is a table; nothing of data is markup."""
    path = write(forecasts(), tmp_path / "report.html")
    with looked_at(browser, path.as_uri(), look, "report-forecasts") as page:
        headings = [heading.inner_text() for heading in page.locator("h2").all()]
        assert headings[:3] == [f"SITE-1 {HOSTILE}", "Error by step ahead", "Which models answer"]
        assert "Series that drift" in headings
        sizes = [
            page.locator(f"svg[aria-label={name!r}]").bounding_box()
            for name in ("Error by step ahead", "Which models answer")
        ]
        assert all(size and size["width"] > 250 and size["height"] > 10 for size in sizes)
        assert page.locator("polygon.band").evaluate("each => getComputedStyle(each).opacity") == "0.16"
        assert page.locator("#drifting td").all_inner_texts() == ["SITE-1", "forecasts are 1.20 scales too low"]


@looks
def test_it_is_read_on_a_phone_and_on_a_screen(browser: "Browser", tmp_path: Path, look: Look) -> None:
    """The result first, then pictures, then the story and tables; a long reason opens as a list of its parts."""
    long = "; ".join(f"version {number} is at least as good as version 1" for number in range(9))
    made = replace(report(), gates=[{"version": "2", "gate": "comparison", "verdict": "fail", "reason": long}])
    path = write(made, tmp_path / "report.html")
    with looked_at(browser, path.as_uri(), look, "report") as page:
        assert [heading.inner_text() for heading in page.locator("h2").all()] == [
            "Drift",
            "What happened",
            "What the story came to",
            "Decisions",
            "Alerts",
            "Slices that became worse",
            "Estimated before outcomes were known",
            "Gates",
            "Model versions",
            "Every row accounted for",
            "Tasks",
        ]
        assert page.locator("h1 + p").inner_text() == "Version 2 is live. 3 of 3 checks of the story passed."
        reason = page.locator("#gates details")
        assert not reason.locator("li").first.is_visible()
        reason.locator("summary").click()
        assert reason.locator("li").all_inner_texts() == long.split("; ")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(247, 247, 245)", "dark": "rgb(20, 21, 23)"}[look.scheme]
