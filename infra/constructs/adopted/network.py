"""An environment's network that its owner created."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.azure_ids import ResourceId, parsed
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.adopted.condition import Condition, checked, in_region
from infra.constructs.network.spoke_network import SpokeOutputs
from infra.spec import AdoptedNetwork

# The network sizes that Databricks allows.
_SPACE = 'anytrue([for cidr in self.address_space : contains([{sizes}], split("/", cidr)[1])])'
_SIZES = ", ".join(f'"{size}"' for size in range(16, 25))
_GUARDED = ("Enabled", "NetworkSecurityGroupEnabled")
_SERVICE_ENDPOINTS = ("Microsoft.KeyVault", "Microsoft.Storage")


@dataclass(frozen=True, kw_only=True)
class AdoptedSpokeProps:
    """`hub_vnet_id` is the network that it must be peered with; None in the profile without a hub.

    `longest_prefix` is that of the smallest subnet in which the largest cluster of the environment's policies fits.
    """

    network: AdoptedNetwork
    region: str
    hub_vnet_id: str | None
    longest_prefix: int


def adopted_spoke(scope: Scope, id_: str, props: AdoptedSpokeProps) -> SpokeOutputs:
    """The network as a data source: its owner has set up peering, routes and security groups.

    The provider does not show a subnet's delegation: `mlops doctor` queries Azure itself.
    """
    subnets = props.network.subnets
    vnet = _vnet(scope, id_, props)
    host = subnet(scope, f"{id_}-host", "subnet host", parsed(subnets.host), _half(props))
    container = subnet(scope, f"{id_}-container", "subnet container", parsed(subnets.container), _half(props))
    endpoints = None
    if subnets.endpoints:
        endpoints = subnet(
            scope, f"{id_}-endpoints", "subnet endpoints", parsed(subnets.endpoints), [guards_endpoints()]
        ).id
    return SpokeOutputs(
        vnet_id=vnet.id,
        host_subnet_name=host.name,
        container_subnet_name=container.name,
        # In the provider, an association has the id of its subnet.
        host_nsg_association_id=host.id,
        container_nsg_association_id=container.id,
        endpoint_subnet_id=endpoints,
        delegated_subnet_ids=(host.id, container.id),
    )


def _vnet(scope: Scope, id_: str, props: AdoptedSpokeProps) -> Resource:
    conditions = [
        in_region(props.region),
        Condition(
            holds=_SPACE.format(sizes=_SIZES),
            found='has the ranges ${join(", ", self.address_space)}',
            fix="Allowed: one of /16 to /24. Databricks takes no other network.",
        ),
    ]
    if props.hub_vnet_id:
        conditions.append(
            Condition(
                holds=f'contains([for id in values(self.vnet_peerings) : lower(id)], "{props.hub_vnet_id.lower()}")',
                found="is not peered with the hub",
                fix=f"Ask its owner to peer it with {props.hub_vnet_id}.",
            )
        )
    return virtual_network(scope, id_, "virtual network", parsed(props.network.virtual_network), conditions)


def virtual_network(scope: Scope, id_: str, what: str, id_of: ResourceId, conditions: Iterable[Condition]) -> Resource:
    """A virtual network by its id."""
    made = azurerm.data_azurerm_virtual_network.DataAzurermVirtualNetwork(
        scope, id_, name=id_of.name, resource_group_name=id_of.group
    )
    return checked(what, made, conditions)


def _half(props: AdoptedSpokeProps) -> list[Condition]:
    """The requirements for a subnet of cluster nodes."""
    sizes = ", ".join(f'"{size}"' for size in range(8, props.longest_prefix + 1))
    conditions = [
        Condition(
            holds=f'anytrue([for cidr in self.address_prefixes : contains([{sizes}], split("/", cidr)[1])])',
            found='has the ranges ${join(", ", self.address_prefixes)}',
            fix=f"Allowed: one of /{props.longest_prefix} or larger, for the largest cluster that a policy allows.",
        ),
        Condition(
            holds='self.network_security_group_id != ""',
            found="has no network security group",
            fix="Databricks writes its rules into one: ask the network's owner for an empty one.",
        ),
    ]
    if props.hub_vnet_id:
        return [
            *conditions,
            Condition(
                holds='self.route_table_id != ""',
                found="has no route table",
                fix="Ask the network's owner for one that leads everything through the hub's firewall.",
            ),
        ]
    listed = ", ".join(f'"{name}"' for name in _SERVICE_ENDPOINTS)
    return [
        *conditions,
        Condition(
            holds=f"length(setsubtract([{listed}], self.service_endpoints)) == 0",
            found='has the service endpoints [${join(", ", self.service_endpoints)}]',
            fix=f"Needed: {' and '.join(_SERVICE_ENDPOINTS)}, by which vault and lake know the environment.",
        ),
    ]


def guards_endpoints() -> Condition:
    """Security groups apply to private endpoints in it."""
    listed = ", ".join(f'"{name}"' for name in _GUARDED)
    return Condition(
        holds=f"contains([{listed}], self.private_endpoint_network_policies)",
        found="has private_endpoint_network_policies ${self.private_endpoint_network_policies}",
        fix=f"Allowed: {' or '.join(_GUARDED)}. Otherwise no security group counts for private endpoints.",
    )


def subnet(scope: Scope, id_: str, what: str, id_of: ResourceId, conditions: Iterable[Condition]) -> Resource:
    """A subnet by its id."""
    made = azurerm.data_azurerm_subnet.DataAzurermSubnet(
        scope,
        id_,
        name=id_of.name,
        virtual_network_name=parsed(id_of.parent or "").name,
        resource_group_name=id_of.group,
    )
    return checked(what, made, conditions)
