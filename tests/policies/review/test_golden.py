"""What the review says about real plans, word for word, and the facts of those plans that it must not miss."""

import pytest

from policies.json_file import read_document
from policies.review.changes.masking import secrets_of
from policies.review.comment.markdown import comment
from policies.review.decision.rules import Verdict
from policies.terraform.plan import read_plan
from tests.policies.review.golden_reviews import GOLDEN, NAMES, golden_review
from tests.policies.review.plans import REAL_PLANS, needs_real_plans


@needs_real_plans
@pytest.mark.parametrize("name", NAMES)
def test_the_review_of_a_real_plan_is_the_golden_one(name: str) -> None:
    """Write them again with `python -m tests.policies.review.golden_reviews`, and read the difference."""
    assert comment(golden_review(name)) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


def test_the_golden_of_a_plan_without_changes_is_empty() -> None:
    """21 resources of that plan "drifted": providers filled in blanks, a network's subnets, an object's id."""
    assert (GOLDEN / "no-changes.md").read_text(encoding="utf-8") == ""


@needs_real_plans
@pytest.mark.parametrize("name", NAMES)
def test_no_secret_of_a_real_plan_is_shown(name: str) -> None:
    """Storage keys and connection strings are in the plan, and in no form of the review."""
    plan = read_plan(name, read_document(REAL_PLANS / f"{name}.json"))
    found = golden_review(name)
    shown = comment(found) + repr(found.as_json())
    secrets = secrets_of(plan)
    assert name in ("create",) or any("AccountKey=" in secret for secret in secrets)
    assert [secret for secret in secrets if secret in shown] == []


@needs_real_plans
def test_what_the_changed_plan_does_is_told() -> None:
    """Its own facts: a replaced account by its name, a deleted volume, a widened grant, a larger warehouse."""
    found = golden_review("change-replace-delete-grant")
    assert found.counts == {"update": 3, "replace": 4, "destroy": 2}
    assert {(loss.address, loss.forced_by) for loss in found.losses if loss.data} == {
        ("databricks_volume.v", ()),
        ("azurerm_storage_account.sa", ("name",)),
        ("azurerm_storage_container.c", ("storage_account_id",)),
        ("azurerm_storage_data_lake_gen2_filesystem.fs", ("storage_account_id",)),
    }
    assert "ml-engineers gains MODIFY on schema ml.feat" in [change.words() for change in found.grants]
    warehouse = next(item for item in found.cost.items if item.address == "databricks_sql_endpoint.w")
    # From 4 to 40 DBU an hour, at 0.55 a DBU, for 176 hours.
    assert warehouse.high == pytest.approx(36 * 0.55 * 176)
    assert (found.decision.verdict, found.decision.by) == (Verdict.APPROVAL, ("platform-admins", "model-risk"))


@needs_real_plans
def test_real_drift_is_told_apart_from_what_providers_fill_in() -> None:
    """Of 22 resources that differ from the state, a person changed one."""
    found = golden_review("drift")
    assert [(item.address, item.undone) for item in found.drift] == [("databricks_cluster_policy.p", True)]
    assert found.unexplained_drift == 21
    assert found.reach[0].users.jobs == ("train",)
