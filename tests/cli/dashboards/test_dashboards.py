"""Dashboards as the stacks deploy them: read from their documents, and drawn into one page."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.dashboards.document import Panel, panels
from cli.dashboards.page import Answered, render
from cli.errors import CommandError
from infra.constructs.observability.dashboard import serialized
from infra.stacks.platform_panels import platform_panels
from infra.stacks.risk_panels import owner_panels, risk_panels
from tests.looking import Look, looked_at, looks

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "<script>alert(1)</script>"
RISK = risk_panels("prod.credit_ops")


def answers() -> list[Answered]:
    """One of everything: rows in each picture and table, a refusal, and nothing."""
    measured = [
        {"period": f"2025-0{month}-01", "measure": f"sex {number}", "value": str(month * number / 10)}
        for month in range(1, 7)
        for number in range(10)
    ]
    decided = [
        {"period": f"2025-0{month}-01", "action": action, "decisions": "2"}
        for month in range(1, 7)
        for action in ("alert", "nothing")
    ]
    live = [
        {
            "model": "prod.credit_ops.default_risk",
            "alias": "champion",
            "version": "2",
            "cause": HOSTILE,
            "reason": "version 2 passed all gates in run 812",
            "promoted_by": None,
            "promoted_at": "2025-06-02T04:11:09.123Z",
        }
    ]
    rows = {"live": live, "fairness": measured, "actions": decided}
    found = panels(serialized("credit: risk", RISK))
    given = [Answered(panel=one, rows=rows.get(said.name, ())) for one, said in zip(found, RISK, strict=True)]
    return [*given, Answered(panel=found[0], refused="PERMISSION_DENIED: no SELECT")]


@pytest.mark.parametrize("declared", [RISK, owner_panels("a.b_ops"), platform_panels(7, "prod")])
def test_what_a_stack_declares_is_what_is_read(declared: tuple[object, ...]) -> None:
    """Each panel with its title, query and columns, in order, from the document that the stack deploys."""
    found = panels(serialized("a dashboard", RISK if declared is RISK else declared))  # type: ignore[arg-type]
    said = [(each.title, each.query, each.columns) for each in found]
    assert said == [(each.title, each.query, each.fields) for each in declared]  # type: ignore[attr-defined]


@pytest.mark.parametrize("document", ["", "{}", '{"datasets": [], "pages": [{"layout": [{"widget": {}}]}]}'])
def test_a_document_that_is_none_is_told(document: str) -> None:
    """With what is wrong."""
    with pytest.raises(CommandError, match="the dashboard's document cannot be read"):
        panels(document)


def test_a_widget_of_another_kind_is_told() -> None:
    """A pie that somebody added by hand is named, not left out."""
    changed = json.loads(serialized("credit: risk", RISK))
    changed["pages"][0]["layout"][0]["widget"]["spec"]["widgetType"] = "pie"
    with pytest.raises(CommandError, match="widget 'live' is a pie, which is not supported here"):
        panels(json.dumps(changed))


def test_the_lines_with_the_highest_values_are_drawn() -> None:
    """Five of ten, and the page says so; a value that is no number draws nothing."""
    page = render("credit: risk", answers(), "Asked by a test.")
    assert "Shown: the 5 of 10 with the highest values." in page
    assert ">sex 9</span>" in page
    assert ">sex 1</span>" not in page
    panel = Panel(title="t", kind="line", query="", columns=("x", "y", "c"))
    unknown = Answered(panel=panel, rows=[{"x": "2025-01-01", "y": "NaN", "c": "a"}])
    assert 'class="dot series-0" ' not in render("t", [unknown], "")


@looks
def test_it_is_read_on_a_phone_and_on_a_screen(browser: "Browser", tmp_path: Path, look: Look) -> None:
    """Every panel with its picture, and what was refused; nothing of data is markup."""
    path = tmp_path / "dashboard.html"
    path.write_text(render(f"credit: {HOSTILE}", answers(), "Asked by a test."), encoding="utf-8")
    with looked_at(browser, path.as_uri(), look, "dashboard") as page:
        titles = [heading.inner_text() for heading in page.locator("h2").all()]
        assert titles == [*(each.title for each in RISK), RISK[0].title]
        assert "2025-06-02 04:11:09" in page.locator("section").first.inner_text()
        assert page.locator("section").last.inner_text().endswith("The query was refused: PERMISSION_DENIED: no SELECT")
        assert page.locator("svg rect.series-0").count() == 6
