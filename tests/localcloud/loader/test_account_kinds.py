"""Budgets, sign-in from outside, settings and Git folders of a document: made, changed and deleted by real routes."""

from typing import Any

import pytest
from databricks.sdk.errors import NotFound

from tests.localcloud.loader.stacks import ACCOUNT, Stacks, counts

PROD = 3
ALERT = {
    "quantity_threshold": "500",
    "quantity_type": "LIST_PRICE_DOLLARS_USD",
    "time_period": "MONTH",
    "trigger_type": "CUMULATIVE_SPENDING_EXCEEDED",
    "action_configurations": [{"action_type": "EMAIL_NOTIFICATION", "target": "on-call@example.com"}],
}
OIDC = {"issuer": "https://ci.example.com", "subject": "prod", "audiences": ["mlops"]}
IN_ACCOUNT: dict[str, Any] = {
    "databricks_service_principal.ci": {"display_name": "ci"},
    "databricks_budget.prod": {"display_name": "mlops-prod", "alert_configurations": [ALERT]},
    "databricks_budget_policy.prod": {"policy_name": "mlops-prod", "binding_workspace_ids": [PROD]},
    "databricks_service_principal_federation_policy.ci": {
        "service_principal_id": "${databricks_service_principal.ci.id}",
        "oidc_policy": OIDC,
    },
}
IN_WORKSPACE: dict[str, Any] = {
    "databricks_default_namespace_setting.n": {"namespace": {"value": "prod"}},
    "databricks_disable_legacy_access_setting.l": {"disable_legacy_access": {"value": True}},
    "databricks_restrict_workspace_admins_setting.r": {
        "restrict_workspace_admins": {"status": "RESTRICT_TOKENS_AND_JOB_RUN_AS"}
    },
    "databricks_workspace_conf.c": {"custom_config": {"enableIpAccessLists": "true", "maxTokenLifetimeDays": "30"}},
    "databricks_repo.g": {"url": "https://github.com/example-org/mlops.git", "path": "/mlops/code", "branch": "main"},
}


def test_the_accounts_objects_follow_their_document(stacks: Stacks) -> None:
    """A second load changes nothing, a changed argument is updated in place, what is gone is deleted."""
    account = stacks.core.account()
    stacks.write("account", IN_ACCOUNT, host=ACCOUNT)
    assert counts(stacks.load()) == (4, 0, 0, 0)
    assert counts(stacks.load()) == (0, 0, 4, 0)
    principal = int(stacks.state("account", "databricks_service_principal.ci")["attributes"]["id"])
    (before,) = account.service_principal_federation_policy.list(principal)
    assert before.oidc_policy is not None
    assert before.oidc_policy.as_dict() == OIDC | {"subject_claim": "sub"}
    changed = {
        **IN_ACCOUNT,
        "databricks_budget.prod": {"display_name": "other", "alert_configurations": [ALERT]},
        "databricks_budget_policy.prod": {"policy_name": "other"},
        "databricks_service_principal_federation_policy.ci": {
            **IN_ACCOUNT["databricks_service_principal_federation_policy.ci"],
            "oidc_policy": OIDC | {"subject": "other"},
        },
    }
    stacks.write("account", changed, host=ACCOUNT)
    assert counts(stacks.load()) == (0, 3, 1, 0)
    assert [each.display_name for each in account.budgets.list()] == ["other"]
    (policy,) = account.budget_policy.list()
    assert (policy.policy_name, policy.binding_workspace_ids) == ("other", [])
    (after,) = account.service_principal_federation_policy.list(principal)
    assert after.oidc_policy is not None
    assert (after.policy_id, after.oidc_policy.subject) == (before.policy_id, "other")
    kept = {"databricks_service_principal.ci": IN_ACCOUNT["databricks_service_principal.ci"]}
    stacks.write("account", kept, host=ACCOUNT)
    assert counts(stacks.load()) == (0, 0, 1, 3)
    left = [account.budgets.list(), account.budget_policy.list()]
    assert [list(each) for each in (*left, account.service_principal_federation_policy.list(principal))] == [[], [], []]


def test_the_workspaces_settings_follow_their_document(stacks: Stacks) -> None:
    """Set by their etags, set again, and back to what they were."""
    admin = stacks.core.admin()
    stacks.write("prod-rights", IN_WORKSPACE)
    assert counts(stacks.load()) == (5, 0, 0, 0)
    assert admin.settings.default_namespace.get().namespace.value == "prod"
    assert admin.settings.disable_legacy_access.get().disable_legacy_access.value is True
    status = admin.settings.restrict_workspace_admins.get().restrict_workspace_admins.status
    assert status.value == "RESTRICT_TOKENS_AND_JOB_RUN_AS"
    keys = "enableIpAccessLists,maxTokenLifetimeDays"
    assert dict(admin.workspace_conf.get_status(keys)) == {"enableIpAccessLists": "true", "maxTokenLifetimeDays": "30"}
    (repo,) = admin.repos.list(path_prefix="/mlops")
    assert (repo.path, repo.branch) == ("/mlops/code", "main")
    changed = {**IN_WORKSPACE, "databricks_default_namespace_setting.n": {"namespace": {"value": "other"}}}
    changed["databricks_repo.g"] = {**IN_WORKSPACE["databricks_repo.g"], "branch": "next"}
    stacks.write("prod-rights", changed)
    assert counts(stacks.load()) == (0, 2, 3, 0)
    assert admin.settings.default_namespace.get().namespace.value == "other"
    assert admin.repos.get(int(repo.id or 0)).branch == "next"
    stacks.write("prod-rights", {})
    assert counts(stacks.load()) == (0, 0, 0, 5)
    with pytest.raises(NotFound):
        admin.settings.default_namespace.get()
    assert admin.settings.disable_legacy_access.get().disable_legacy_access.value is False
    assert dict(admin.workspace_conf.get_status(keys)) == {"enableIpAccessLists": "false", "maxTokenLifetimeDays": "30"}
    assert list(admin.repos.list(path_prefix="/mlops")) == []
