"""Budget policies of the account, as the SDK asks for them."""

from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.billing import BudgetPolicy, Filter
from databricks.sdk.service.compute import CustomPolicyTag

from tests.localcloud.core import Core

PROD = 3


def _policy(name: str, **other: Any) -> BudgetPolicy:
    return BudgetPolicy(policy_name=name, **other)


def test_a_policy_lives_its_whole_life(core: Core) -> None:
    """Made, read back, changed whole, deleted; its name is then free again."""
    policies = core.account().budget_policy
    tags = [CustomPolicyTag(key="environment", value="prod")]
    made = policies.create(policy=_policy("mlops-prod", binding_workspace_ids=[PROD], custom_tags=tags))
    identifier = str(made.policy_id)
    assert policies.get(identifier).as_dict() == {
        "policy_id": identifier,
        "policy_name": "mlops-prod",
        "binding_workspace_ids": [PROD],
        "custom_tags": [{"key": "environment", "value": "prod"}],
    }
    policies.update(identifier, _policy("mlops", policy_id=identifier))
    assert policies.get(identifier).as_dict() == {"policy_id": identifier, "policy_name": "mlops"}
    with pytest.raises(ResourceAlreadyExists):
        policies.create(policy=_policy("mlops"))
    policies.delete(identifier)
    with pytest.raises(NotFound):
        policies.get(identifier)
    assert policies.create(policy=_policy("mlops")).policy_id != identifier


def test_a_request_is_answered_once(core: Core) -> None:
    """The same `request_id` again gives the policy that it made."""
    policies = core.account().budget_policy
    first = policies.create(policy=_policy("one"), request_id="r-1")
    assert policies.create(policy=_policy("one"), request_id="r-1") == first
    assert [each.policy_name for each in policies.list()] == ["one"]


def test_policies_are_listed_by_name_in_pages(core: Core) -> None:
    """As long as there is a token; those with a part in their name alone if one is asked for."""
    policies = core.account().budget_policy
    for name in ("c", "a-1", "b", "a-2"):
        policies.create(policy=_policy(name))
    assert [each.policy_name for each in policies.list(page_size=3)] == ["a-1", "a-2", "b", "c"]
    assert [each.policy_name for each in policies.list(filter_by=Filter(policy_name="a-"))] == ["a-1", "a-2"]
    url = f"{core.account_url}/api/2.1/accounts/a/budget-policies"
    page = core.call("GET", url, params={"page_size": 3}).json()
    assert [each["policy_name"] for each in page["policies"]] == ["a-1", "a-2", "b"]
    after = core.call("GET", url, params={"page_size": 3, "page_token": page["next_page_token"]}).json()
    assert [each["policy_name"] for each in after["policies"]] == ["c"]
    assert "next_page_token" not in after


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"policy_name": ""}, "policy_name"),
        ({"policy_name": "databricks:default-policy"}, "starts with databricks:"),
        ({"policy_name": "политика"}, "beyond ISO 8859-1"),
        ({"binding_workspace_ids": [9]}, r"\[9\] are not workspaces"),
        ({"custom_tags": [{"key": f"k{n}", "value": "v"} for n in range(21)]}, "20 custom_tags at most; given: 21"),
        ({"custom_tags": [{"key": "k", "value": "v"}] * 2}, "name k twice"),
        ({"policy_id": "mine"}, "given by Databricks"),
        ({"limit": 3}, "limit are not understood"),
    ],
)
def test_what_no_policy_can_say_is_refused(core: Core, wrong: dict[str, Any], message: str) -> None:
    """With 400, by name."""
    body = {"policy": {"policy_name": "mlops"} | wrong}
    with pytest.raises(BadRequest, match=message):
        core.admin().api_client.do("POST", "/api/2.1/accounts/a/budget-policies", body=body)


def test_a_long_request_id_is_refused(core: Core) -> None:
    """36 ASCII characters are taken."""
    with pytest.raises(BadRequest, match="more than 36 ASCII characters"):
        core.account().budget_policy.create(policy=_policy("one"), request_id="x" * 37)
