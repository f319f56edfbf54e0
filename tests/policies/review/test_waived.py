"""A waived finding is told with its owner, and stops nothing; an expired waiver waives nothing."""

from datetime import date

import pytest

from policies.review.comment.markdown import comment
from policies.review.costs.prices import read_prices
from policies.review.decision.rules import Verdict, read_rules
from policies.review.decision.waived import findings_with
from policies.review.review import Review, Reviewer
from policies.scan.waivers import Waiver
from tests.policies.review.plans import change, plan

TODAY = date(2026, 11, 21)
# A warehouse that idles for two hours: a medium finding of the scan.
IDLE = {"name": "w", "cluster_size": "Small", "auto_stop_mins": 120, "enable_serverless_compute": True}
DOCUMENT = plan(change("databricks_sql_endpoint.w", ["update"], IDLE | {"auto_stop_mins": 10}, IDLE))


def _reviewed(*waivers: Waiver, stack: str = "prod-workspace") -> Review:
    scan = findings_with(waivers, TODAY)
    return Reviewer(rules=read_rules(), prices=read_prices(), findings_of=scan).review(stack, DOCUMENT)


def _waiver(rule: str, expires: date = date(2027, 3, 1)) -> Waiver:
    return Waiver(
        rule=rule,
        address="prod-workspace/databricks_sql_endpoint.*",
        reason="the month-end close keeps it busy",
        owner="platform-admins",
        expires=expires,
    )


@pytest.fixture
def rule() -> str:
    """The rule that objects to the idle warehouse."""
    (found,) = [item for item in _reviewed().findings if "auto_stop_mins" in item.reason]
    assert (found.severity, found.result) == ("medium", "fail")
    return found.rule


def test_a_finding_without_a_waiver_needs_an_approval(rule: str) -> None:
    """The medium rule fires."""
    assert [hit.rule for hit in _reviewed().decision.hits] == ["medium finding"]


def test_a_waived_finding_is_told_and_stops_nothing(rule: str) -> None:
    """With the reason, the owner and the date."""
    found = _reviewed(_waiver(rule))
    assert found.decision.verdict is Verdict.PASS
    assert "the month-end close keeps it busy (platform-admins, until 2027-03-01)" in comment(found)
    assert "| medium | waived |" in comment(found)


@pytest.mark.parametrize(
    ("stack", "expires"), [("dev-workspace", date(2027, 3, 1)), ("prod-workspace", TODAY.replace(day=20))]
)
def test_a_waiver_for_another_stack_or_past_its_date_waives_nothing(rule: str, stack: str, expires: date) -> None:
    """The finding stands."""
    assert _reviewed(_waiver(rule, expires), stack=stack).decision.verdict is Verdict.APPROVAL


def _seen(before: dict[str, object], after: dict[str, object]) -> Review:
    document = plan(change("databricks_sql_endpoint.w", ["update"], before, after))
    scan = findings_with([], TODAY)
    return Reviewer(rules=read_rules(), prices=read_prices(), findings_of=scan).review("prod-workspace", document)


def test_only_new_findings_stop_a_plan() -> None:
    """A warehouse that idled for two hours before is renamed: told as it was, and no approval for it."""
    found = _seen(IDLE, IDLE | {"name": "x"})
    assert [(item.result, item.reason.startswith("as before: ")) for item in found.findings] == [("known", True)]
    assert found.decision.verdict is Verdict.PASS
    assert "| medium | known |" in comment(found)


def test_what_gets_worse_is_new() -> None:
    """Another value, another reason: two hours before, four now."""
    found = _seen(IDLE, IDLE | {"auto_stop_mins": 240})
    assert [item.result for item in found.findings] == ["fail"]
    assert [hit.rule for hit in found.decision.hits] == ["medium finding"]
