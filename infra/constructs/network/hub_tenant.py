"""The rights of an environment's pipeline in the hub: to join it, but not to change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from infra.azure_ids import parsed
from infra.cdktf_seam import Scope, azurerm

# Peerings and links are child resources of the hub's network and zones; everything else is only joined.
_ACTIONS = (
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/virtualNetworks/peer/action",
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/*",
    "Microsoft.Network/privateDnsZones/read",
    "Microsoft.Network/privateDnsZones/join/action",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/*",
    # Needed to send a resource's logs to a workspace.
    "Microsoft.OperationalInsights/workspaces/read",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
)


@dataclass(frozen=True, kw_only=True)
class HubTenantsProps:
    """`group_id` is the hub's resource group; `principals` are object ids of the pipelines by environment.

    `other_group_ids` are the groups with another team's parts of the hub.
    """

    name: str
    group_id: str
    principals: Mapping[str, str]
    other_group_ids: tuple[str, ...] = ()


def hub_tenants(scope: Scope, id_: str, props: HubTenantsProps) -> None:
    """A custom role and its assignments, because Azure's smallest sufficient role could open the firewall."""
    binding = azurerm.role_definition
    made = binding.RoleDefinition(
        scope,
        id_,
        name=props.name,
        scope=props.group_id,
        description="Joins the hub's network, finds its names and writes its logs; changes none of them.",
        permissions=[binding.RoleDefinitionPermissions(actions=list(_ACTIONS))],
        assignable_scopes=[props.group_id, *props.other_group_ids],
    )
    labels = {props.group_id: "", **{group: f"-{parsed(group).group}" for group in props.other_group_ids}}
    for (environment, principal_id), (group_id, label) in product(props.principals.items(), labels.items()):
        azurerm.role_assignment.RoleAssignment(
            scope,
            f"{id_}-{environment}{label}",
            scope=group_id,
            # By name, which a scanner can read.
            role_definition_name=props.name,
            principal_id=principal_id,
            principal_type="ServicePrincipal",
            # A new role is not yet known everywhere.
            skip_service_principal_aad_check=True,
            depends_on=[made],
        )
