"""A part of a network, with its security group and its way out."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.network.security_group import Inbound, SecurityGroupProps, security_group

# The actions that Databricks requires on the two subnets of a workspace.
_WORKSPACE = "Microsoft.Databricks/workspaces"
_WORKSPACE_ACTIONS = (
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action",
    "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action",
)


@dataclass(frozen=True, kw_only=True)
class SubnetProps:
    """`vnet` is the network, `group_name` the security group's name.

    `delegated` delegates the subnet to Databricks; `endpoints`: it has private endpoints. `service_endpoints` are
    services that see its addresses as the network's own. `routes` is the route table for all other outgoing traffic.
    `depends_on` must exist before anything in the subnet.
    """

    vnet: Resource
    name: str
    group_name: str
    address_range: str
    inbound: tuple[Inbound, ...]
    delegated: bool = False
    endpoints: bool = False
    service_endpoints: Sequence[str] = ()
    routes: Resource | None = None
    depends_on: Sequence[Resource] = ()


@dataclass(frozen=True, kw_only=True)
class SubnetOutputs:
    """`group_association_id` is the id of the security group's association, which a workspace requires."""

    subnet: Resource
    id: str
    group_association_id: str


def subnet(scope: Scope, id_: str, props: SubnetProps) -> SubnetOutputs:
    """The subnet. By default, nothing in it has outbound access."""
    made = _subnet(scope, id_, props)
    group = security_group(
        scope,
        f"{id_}-security",
        SecurityGroupProps(
            name=props.group_name,
            resource_group=props.vnet.resource_group_name,
            location=props.vnet.location,
            address_range=props.address_range,
            inbound=props.inbound,
        ),
    )
    association = azurerm.subnet_network_security_group_association.SubnetNetworkSecurityGroupAssociation(
        scope,
        f"{id_}-security-association",
        subnet_id=made.id,
        network_security_group_id=group.id,
        depends_on=list(group.rules),
    )
    if props.routes:
        azurerm.subnet_route_table_association.SubnetRouteTableAssociation(
            scope, f"{id_}-routes", subnet_id=made.id, route_table_id=props.routes.id
        )
    return SubnetOutputs(subnet=made, id=made.id, group_association_id=association.id)


def _subnet(scope: Scope, id_: str, props: SubnetProps) -> Resource:
    binding = azurerm.subnet
    delegation = binding.SubnetDelegation(
        name="databricks",
        service_delegation=binding.SubnetDelegationServiceDelegation(name=_WORKSPACE, actions=list(_WORKSPACE_ACTIONS)),
    )
    return binding.Subnet(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.vnet.resource_group_name,
        virtual_network_name=props.vnet.name,
        address_prefixes=[props.address_range],
        default_outbound_access_enabled=False,
        # Without it a security group does not apply to private endpoints.
        private_endpoint_network_policies="NetworkSecurityGroupEnabled" if props.endpoints else None,
        service_endpoints=list(props.service_endpoints) or None,
        delegation=[delegation] if props.delegated else None,
        depends_on=list(props.depends_on) or None,
    )
