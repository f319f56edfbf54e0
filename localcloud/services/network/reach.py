"""What a workspace's serverless compute can reach. Without its own policy a workspace can reach everything.

Source: Azure Databricks, "What is serverless egress control?" and "Configure private connectivity to Azure resources".
"""

from collections.abc import Iterable

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.network.destinations import allowed

POLICY, WORKSPACE = "network_policy", "workspace_network"
CONFIGURATION, RULE = "network_connectivity_config", "private_endpoint_rule"


def blocked(cloud: Cloud, workspace_id: int, hosts: Iterable[str]) -> list[str]:
    """Those of `hosts` that the workspace's network policy blocks, sorted."""
    destinations = egress(cloud, workspace_id)
    if destinations is None:
        return []
    return sorted({host for host in hosts if not allowed(host, destinations)})


def egress(cloud: Cloud, workspace_id: int) -> list[str] | None:
    """The internet destinations that the workspace's network policy allows; None for all."""
    chosen = (cloud.store.get(WORKSPACE, str(workspace_id)) or {}).get("network_policy_id")
    policy = cloud.store.get(POLICY, chosen) if chosen else None
    access = ((policy or {}).get("egress") or {}).get("network_access") or {}
    enforced = (access.get("policy_enforcement") or {}).get("enforcement_mode", "ENFORCED") == "ENFORCED"
    if access.get("restriction_mode") != "RESTRICTED_ACCESS" or not enforced:
        return None
    return [str(each.get("destination")) for each in access.get("allowed_internet_destinations") or []]


def private_parts(cloud: Cloud, workspace_id: int, storage_account: str) -> set[str]:
    """The parts (`blob`, `dfs`) of a storage account for which serverless compute has private endpoints."""
    bound = (cloud.store.get(WORKSPACE, str(workspace_id)) or {}).get("network_connectivity_config_id")
    return {str(rule["group_id"]) for rule in cloud.store.all(RULE) if bound and _leads(rule, bound, storage_account)}


def _leads(rule: Document, configuration: str, storage_account: str) -> bool:
    account = str(rule["resource_id"]).rpartition("/storageAccounts/")[2]
    return rule["network_connectivity_config_id"] == configuration and account.lower() == storage_account.lower()
