"""Network policies and connectivity, by REST, and what a workspace then reaches."""

from typing import Any

import pytest

from localcloud.services.network import reach
from tests.localcloud.core import Core

HOSTS = ["pypi.org", "data.example.com"]


def _policy(mode: str = "RESTRICTED_ACCESS", enforcement: str = "ENFORCED", *domains: str) -> dict[str, Any]:
    destinations = [{"destination": name, "internet_destination_type": "DNS_NAME"} for name in domains]
    access = {
        "restriction_mode": mode,
        "allowed_internet_destinations": destinations,
        "policy_enforcement": {"enforcement_mode": enforcement},
    }
    return {"network_policy_id": "mlops-prod", "egress": {"network_access": access}}


def _account(core: Core, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = core.call(method, f"{core.account_url}/api/2.0/accounts/local/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def _choose(core: Core, policy: dict[str, Any]) -> int:
    workspace = core.cloud.workspace("prod").workspace_id
    _account(core, "POST", "network-policies", policy)
    _account(core, "PUT", f"workspaces/{workspace}/network", {"network_policy_id": "mlops-prod"})
    return workspace


@pytest.mark.parametrize(
    ("policy", "blocked"),
    [
        (_policy(), ["data.example.com", "pypi.org"]),
        (_policy("RESTRICTED_ACCESS", "ENFORCED", "pypi.org"), ["data.example.com"]),
        (_policy("RESTRICTED_ACCESS", "ENFORCED", "*.example.com", "pypi.org"), []),
        (_policy("RESTRICTED_ACCESS", "DRY_RUN"), []),
        (_policy("FULL_ACCESS"), []),
    ],
)
def test_a_policy_blocks_what_it_does_not_name(core: Core, policy: dict[str, Any], blocked: list[str]) -> None:
    """Only restricted and enforced, and only in the workspace that has it."""
    workspace = _choose(core, policy)
    assert reach.blocked(core.cloud, workspace, HOSTS) == blocked
    assert reach.blocked(core.cloud, core.cloud.workspace("dev").workspace_id, HOSTS) == []


def test_a_policy_in_use_stays(core: Core) -> None:
    """Until the workspace has another one; then nothing is blocked any more."""
    workspace = _choose(core, _policy())
    _account(core, "DELETE", "network-policies/mlops-prod", status=400)
    assert _account(core, "GET", "network-policies")["items"] == [_account(core, "GET", "network-policies/mlops-prod")]
    chosen = {"workspace_id": workspace, "network_policy_id": "mlops-prod"}
    assert _account(core, "GET", f"workspaces/{workspace}/network") == chosen
    _account(core, "PUT", f"workspaces/{workspace}/network", {"network_policy_id": "default-policy"})
    _account(core, "DELETE", "network-policies/mlops-prod")
    assert reach.blocked(core.cloud, workspace, HOSTS) == []
    _account(core, "GET", "network-policies/mlops-prod", status=404)


def test_an_endpoint_counts_in_the_workspaces_that_are_bound(core: Core) -> None:
    """By the storage account's name and the part of it."""
    made = _account(core, "POST", "network-connectivity-configs", {"name": "mlops", "region": "westeurope"})
    configuration = made["network_connectivity_config_id"]
    storage = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/mlopsprodroot"
    rules = f"network-connectivity-configs/{configuration}/private-endpoint-rules"
    rule = _account(core, "POST", rules, {"resource_id": storage, "group_id": "blob"})
    prod = core.cloud.workspace("prod").workspace_id
    assert reach.private_parts(core.cloud, prod, "mlopsprodroot") == set()
    _account(core, "PATCH", f"workspaces/{prod}", {"network_connectivity_config_id": configuration})
    assert reach.private_parts(core.cloud, prod, "mlopsprodroot") == {"blob"}
    assert reach.private_parts(core.cloud, prod, "mlopsprodlake") == set()
    assert _account(core, "GET", f"workspaces/{prod}")["network_connectivity_config_id"] == configuration
    assert _account(core, "GET", f"{rules}/{rule['rule_id']}") == rule
    _account(core, "DELETE", f"{rules}/{rule['rule_id']}")
    assert reach.private_parts(core.cloud, prod, "mlopsprodroot") == set()


def test_a_configuration_goes_with_its_rules(core: Core) -> None:
    """What is bound to it then reaches nothing privately."""
    made = _account(core, "POST", "network-connectivity-configs", {"name": "mlops", "region": "westeurope"})
    path = f"network-connectivity-configs/{made['network_connectivity_config_id']}"
    assert _account(core, "GET", path) == made
    body = {"resource_id": "/x/storageAccounts/a", "group_id": "dfs"}
    rule = _account(core, "POST", f"{path}/private-endpoint-rules", body)
    _account(core, "DELETE", path)
    _account(core, "GET", path, status=404)
    assert core.cloud.store.get(reach.RULE, rule["rule_id"]) is None


def test_rules_of_a_policy_are_replaced_whole(core: Core) -> None:
    """What is no longer named is blocked again."""
    workspace = _choose(core, _policy("RESTRICTED_ACCESS", "ENFORCED", "pypi.org"))
    _account(core, "PUT", "network-policies/mlops-prod", _policy("RESTRICTED_ACCESS", "ENFORCED", "data.example.com"))
    assert reach.blocked(core.cloud, workspace, HOSTS) == ["pypi.org"]


def test_only_an_administrator_changes_the_network(core: Core) -> None:
    """A user is refused."""
    core.application("prod-ml")
    url = f"{core.account_url}/api/2.0/accounts/local/network-policies"
    assert core.call("POST", url, core.token("prod-ml"), json=_policy()).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("network-policies", {"network_policy_id": "p" * 33}),
        ("network-policies", {"network_policy_id": "a policy"}),
        ("network-connectivity-configs", {"name": "n" * 31, "region": "westeurope"}),
        ("network-connectivity-configs", {"name": "no", "region": "westeurope"}),
        ("network-connectivity-configs", {"name": "a.b.c", "region": "westeurope"}),
    ],
)
def test_a_name_that_the_account_does_not_take_is_refused(core: Core, path: str, body: dict[str, str]) -> None:
    """At most 32 characters for a policy's id, 3 to 30 for a configuration's name."""
    assert _account(core, "POST", path, body, 400)["error_code"] == "INVALID_PARAMETER_VALUE"
