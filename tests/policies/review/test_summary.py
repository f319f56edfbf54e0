"""One summary over all stacks."""

import json
from pathlib import Path

from click.testing import CliRunner

from cli.main import mlops
from policies.review.comment.markdown import comment
from policies.review.comment.summary import summary
from tests.policies.review.plans import change, plan, reviewed, reviewer

_LARGE = {"cluster_size": "2X-Small", "enable_serverless_compute": True}
_BUDGET = {"amount": 1200, "time_grain": "Quarterly"}


def test_the_strictest_stack_comes_first_and_costs_are_added() -> None:
    """Two stacks that change and one that does not: rows, the total, and a quarter's budget as a month's."""
    grant = {"schema": "prod.gold", "grant": [{"principal": "users", "privileges": ["SELECT"]}]}
    blocked = reviewer().review("b", plan(change("databricks_grants.g", ["create"], None, grant)))
    dear = [
        change("databricks_sql_endpoint.w", ["create"], None, _LARGE),
        change("azurerm_consumption_budget_subscription.b", ["no-op"], _BUDGET, _BUDGET),
    ]
    passing = reviewer().review("a", plan(*dear))
    silent = reviewer().review("c", plan(change("databricks_job.j", ["no-op"], {}, {}), applyable=False))
    lines = summary([passing, blocked, silent]).splitlines()
    assert lines[1] == "## 2 stacks change: block"
    assert [line.split(" | ")[0] for line in lines[5:7]] == ["| `b`", "| `a`"]
    assert "1 gain, 0 lose" in lines[5]
    limits = [{"quantity_threshold": text, "time_period": "MONTH"} for text in ("1500", "2000")]
    kept = {"alert_configurations": limits}
    budget = change("databricks_budget.b", ["no-op"], kept, kept)
    more = reviewer().review("d", plan(change("databricks_directory.x", ["create"], None, {"path": "/x"}), budget))
    ours, whole = "400 of Azure's bill", "2,000 USD of Databricks at list prices"
    assert lines[-1] == f"**Total +493 USD a month**; budgets of these stacks: {ours} a month."
    both = summary([passing, more]).splitlines()[-1]
    assert both == f"**Total +493 USD a month**; budgets of these stacks: {ours} and {whole} a month."
    assert summary([silent]) == ""


def test_the_command_writes_it(tmp_path: Path) -> None:
    """Beside the comments, into a file of its own."""
    (tmp_path / "a.json").write_text(
        json.dumps(plan(change("databricks_directory.d", ["create"], None, {"path": "/a"})))
    )
    options = ["--summary", str(tmp_path / "s.md"), "--stacks", str(tmp_path / "none")]
    result = CliRunner().invoke(mlops, ["review", str(tmp_path / "a.json"), *options])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "s.md").read_text().startswith("<!-- mlops-review: summary -->\n## 1 stacks change: pass\n")


def test_labels_say_what_a_pull_request_is_about() -> None:
    """The verdict, and what makes it worth a look."""
    found = reviewed(change("databricks_volume.v", ["delete"], {"name": "v"}))
    assert found.labels == ("approval", "data-loss")
    assert list(found.as_json()["labels"]) == ["approval", "data-loss"]


def test_a_grant_by_hand_that_the_plan_removes_is_called_so() -> None:
    """Somebody granted it outside Terraform; the authoritative resource takes it away."""
    held = [{"principal": "eng", "privileges": ["SELECT"]}]
    more = [*held, {"principal": "eve", "privileges": ["MODIFY"]}]
    ours, theirs = {"catalog": "prod", "grant": held}, {"catalog": "prod", "grant": more}
    found = reviewed(
        change("databricks_grants.g", ["update"], theirs, ours),
        resource_drift=[change("databricks_grants.g", ["update"], ours, theirs)],
    )
    assert [(item.principal, item.outside) for item in found.grants] == [("eve", ("MODIFY",))]
    assert "`MODIFY` was granted outside Terraform" in comment(found)
