"""Pipelines join the hub, and change nothing that others rely on."""

from collections.abc import Callable
from copy import deepcopy
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.infra.conftest import Documents
from tests.infra.networks import to_ip_allow_list

# What would open the network, or take a name or a log away, for every environment at once.
_OTHERS = (
    "Microsoft.Network/firewallPolicies/write",
    "Microsoft.Network/firewallPolicies/ruleCollectionGroups/write",
    "Microsoft.Network/azureFirewalls/delete",
    "Microsoft.Network/virtualNetworks/write",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.Network/routeTables/routes/write",
    "Microsoft.Network/privateDnsZones/delete",
    "Microsoft.Network/privateDnsZones/A/write",
    "Microsoft.OperationalInsights/workspaces/delete",
    "Microsoft.Authorization/roleAssignments/write",
)
_NEEDED = (
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write",
    "Microsoft.Network/virtualNetworks/peer/action",
    "Microsoft.Network/privateDnsZones/join/action",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
)


def test_a_pipeline_joins_the_hub_and_changes_none_of_it(documents: Documents) -> None:
    """Its role lets it peer, link, name endpoints and log; not touch firewall, routes, zones, logs or rights."""
    role = documents["bootstrap"]["resource"]["azurerm_role_definition"]["hub-tenant"]
    [permissions] = role["permissions"]
    allowed = permissions["actions"]
    assert not [action for action in _OTHERS if any(fnmatchcase(action, pattern) for pattern in allowed)]
    assert not [action for action in _NEEDED if not any(fnmatchcase(action, pattern) for pattern in allowed)]
    assert role["scope"] == "${azurerm_resource_group.hub-group.id}"
    given = documents["bootstrap"]["resource"]["azurerm_role_assignment"]
    joined = {name: entry for name, entry in given.items() if entry["role_definition_name"] == role["name"]}
    assert set(joined) == {"hub-tenant-dev", "hub-tenant-prod", "hub-tenant-staging"}
    assert {entry["scope"] for entry in joined.values()} == {role["scope"]}
    assert "dev-deployer" in joined["hub-tenant-dev"]["principal_id"]


@pytest.mark.parametrize("action", ["Microsoft.Network/*", "*/write", "Microsoft.Network/privateDnsZones/*"])
def test_a_wider_role_is_found(documents: Documents, action: str) -> None:
    """Azure's own roles that would fit have one of these."""
    widened = deepcopy(documents)
    widened["bootstrap"]["resource"]["azurerm_role_definition"]["hub-tenant"]["permissions"][0]["actions"].append(
        action
    )
    with pytest.raises(AssertionError):
        test_a_pipeline_joins_the_hub_and_changes_none_of_it(widened)


def test_without_a_hub_nobody_joins_it(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """The profile ip-allow-list has no such group and no such role."""
    to_ip_allow_list(workspaces)
    made = synthesized("bootstrap")["bootstrap"]["resource"]
    assert "azurerm_role_definition" not in made
    assert "hub-group" not in made["azurerm_resource_group"]
