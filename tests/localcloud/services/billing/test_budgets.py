"""Budgets of the account, as the SDK asks for them."""

from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.billing import (
    BudgetConfigurationFilter,
    CreateBudgetConfigurationBudget,
    UpdateBudgetConfigurationBudget,
)

from tests.localcloud.core import Core

PROD = 3
ACTION: dict[str, Any] = {"action_type": "EMAIL_NOTIFICATION", "target": "on-call@example.com"}
ALERT: dict[str, Any] = {
    "quantity_threshold": "500",
    "quantity_type": "LIST_PRICE_DOLLARS_USD",
    "time_period": "MONTH",
    "trigger_type": "CUMULATIVE_SPENDING_EXCEEDED",
    "action_configurations": [ACTION],
}
BUDGET: dict[str, Any] = {
    "display_name": "mlops-prod",
    "filter": {"workspace_id": {"operator": "IN", "values": [PROD]}},
    "alert_configurations": [ALERT],
}


def _created(core: Core, **other: object) -> str:
    budgets = core.account().budgets
    made = budgets.create(CreateBudgetConfigurationBudget.from_dict(BUDGET | other)).budget
    assert made is not None
    return str(made.budget_configuration_id)


def test_a_budget_lives_its_whole_life(core: Core) -> None:
    """Made, read back with all that was sent, listed, replaced and deleted; then it is gone."""
    budgets, identifier = core.account().budgets, _created(core)
    read = budgets.get(identifier).budget
    assert read is not None
    alert = (read.alert_configurations or [])[0]
    assert read.as_dict() | {"alert_configurations": []} == BUDGET | {
        "alert_configurations": [],
        "account_id": core.account().config.account_id,
        "budget_configuration_id": identifier,
        "create_time": read.create_time,
        "update_time": read.update_time,
    }
    assert alert.as_dict() == ALERT | {
        "alert_configuration_id": alert.alert_configuration_id,
        "action_configurations": [
            ACTION | {"action_configuration_id": (alert.action_configurations or [])[0].action_configuration_id}
        ],
    }
    assert [each.budget_configuration_id for each in budgets.list()] == [identifier]
    changed = UpdateBudgetConfigurationBudget.from_dict(read.as_dict() | {"display_name": "other"})
    changed.filter = BudgetConfigurationFilter()
    after = budgets.update(identifier, changed).budget
    assert after is not None
    assert (after.display_name, after.create_time) == ("other", read.create_time)
    assert (after.alert_configurations or [])[0].alert_configuration_id == alert.alert_configuration_id
    budgets.delete(identifier)
    with pytest.raises(NotFound):
        budgets.get(identifier)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"display_name": "x" * 129}, "display_name has 129 characters"),
        ({"alert_configurations": []}, "at least one"),
        ({"alert_configurations": [ALERT] * 5}, "4 alert_configurations at most; given: 5"),
        ({"alert_configurations": [ALERT, ALERT]}, "its own quantity_threshold"),
        ({"alert_configurations": [ALERT | {"time_period": "YEAR"}]}, "time_period 'YEAR' is not one of MONTH"),
        ({"alert_configurations": [ALERT | {"quantity_threshold": "-1"}]}, "'-1' is not a number above 0"),
        ({"alert_configurations": [ALERT | {"quantity_threshold": "x"}]}, "'x' is not a number above 0"),
        ({"alert_configurations": [ALERT | {"colour": "red"}]}, "colour are not understood"),
        (
            {"alert_configurations": [ALERT | {"action_configurations": [ACTION | {"action_type": "PAGE"}]}]},
            "action_type 'PAGE' is not one of EMAIL_NOTIFICATION",
        ),
        ({"filter": {"workspace_id": {"operator": "NOT", "values": [1]}}}, "operator of workspace_id 'NOT'"),
        ({"filter": {"tags": [{"key": "team", "value": {"operator": "IN"}}]}}, "values"),
        ({"limit": 3}, "limit are not understood"),
    ],
)
def test_what_no_budget_can_say_is_refused(core: Core, wrong: dict[str, Any], message: str) -> None:
    """With 400, by name, and nothing is kept."""
    url = f"{core.account_url}/api/2.1/accounts/a/budgets"
    answer = core.call("POST", url, json={"budget": BUDGET | wrong})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.json()["message"]
    assert core.call("GET", url).json() == {"budgets": []}


def test_budgets_are_the_account_admins(core: Core) -> None:
    """Nobody else reads or makes any; a name may be used twice, an id that is not there is 404."""
    core.application("ann")
    url = f"{core.account_url}/api/2.1/accounts/a/budgets"
    assert core.call("GET", url, core.token("ann")).status_code == 403
    with pytest.raises(PermissionDenied):
        core.sdk("ann").api_client.do("POST", "/api/2.1/accounts/a/budgets", body={"budget": BUDGET})
    assert _created(core) != _created(core)
    with pytest.raises(BadRequest, match="budget"):
        core.admin().api_client.do("POST", "/api/2.1/accounts/a/budgets", body={})
    with pytest.raises(NotFound):
        core.account().budgets.delete("none")
