"""The network access of serverless compute: from fixed addresses, and only to named places."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks

# The endpoints through which Spark and the files API read storage.
_STORAGE_PARTS = ("dfs", "blob")


@dataclass(frozen=True, kw_only=True)
class ConnectivityProps:
    """One configuration per region; `workspaces` are (environment, workspace id).

    `storage` are (name, Azure's id) of the storage accounts without a public address.
    """

    name: str
    region: str
    workspaces: tuple[tuple[str, int], ...]
    storage: tuple[tuple[str, str], ...]


def connectivity(scope: Scope, id_: str, props: ConnectivityProps) -> None:
    """The network connectivity configuration, with its private endpoint rules and its workspaces."""
    made = databricks.mws_network_connectivity_config.MwsNetworkConnectivityConfig(
        scope, id_, name=props.name, region=props.region
    )
    for name, workspace_id in props.workspaces:
        databricks.mws_ncc_binding.MwsNccBinding(
            scope,
            f"{id_}-{name}",
            network_connectivity_config_id=made.network_connectivity_config_id,
            workspace_id=workspace_id,
        )
    for name, account in props.storage:
        for part in _STORAGE_PARTS:
            # It reaches nothing until the storage account's owner approves it: docs/guides/first-deployment.md.
            databricks.mws_ncc_private_endpoint_rule.MwsNccPrivateEndpointRule(
                scope,
                f"{id_}-{name}-{part}",
                network_connectivity_config_id=made.network_connectivity_config_id,
                resource_id=account,
                group_id=part,
            )


@dataclass(frozen=True, kw_only=True)
class EgressProps:
    """`domains` are the allowed internet destinations; the workspace's own data is always allowed."""

    account_id: str
    policy_id: str
    workspace_id: int
    domains: Iterable[str]


def egress(scope: Scope, id_: str, props: EgressProps) -> None:
    """A network policy that refuses what it does not name, and the workspace option without which it has no effect."""
    binding = databricks.account_network_policy
    destination = binding.AccountNetworkPolicyEgressNetworkAccessAllowedInternetDestinations
    policy = binding.AccountNetworkPolicy(
        scope,
        id_,
        # Always set: otherwise the provider fails after it has created the policy.
        account_id=props.account_id,
        network_policy_id=props.policy_id,
        egress=binding.AccountNetworkPolicyEgress(
            network_access=binding.AccountNetworkPolicyEgressNetworkAccess(
                restriction_mode="RESTRICTED_ACCESS",
                allowed_internet_destinations=[
                    destination(destination=domain, internet_destination_type="DNS_NAME") for domain in props.domains
                ],
                policy_enforcement=binding.AccountNetworkPolicyEgressNetworkAccessPolicyEnforcement(
                    enforcement_mode="ENFORCED"
                ),
            )
        ),
    )
    databricks.workspace_network_option.WorkspaceNetworkOption(
        scope,
        f"{id_}-option",
        workspace_id=props.workspace_id,
        network_policy_id=props.policy_id,
        depends_on=[policy],
    )
