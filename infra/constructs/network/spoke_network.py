"""An environment's network: two subnets for Databricks, one for private endpoints, and one way out."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.network.hub_link import HubLinkProps, hub_link
from infra.constructs.network.nat_gateway import NatGatewayProps, nat_gateway
from infra.constructs.network.route_table import RouteTableProps, route_table
from infra.constructs.network.security_group import Inbound
from infra.constructs.network.subnet import SubnetOutputs, SubnetProps, subnet
from infra.spec import SharedPlaces, SpokeNetwork

_HTTPS = ("443",)
_SERVING = "serving"
# The ports that a cluster opens to its workspace's private endpoint: web application, relay, metastore, and others.
_WORKSPACE_PORTS = ("443", "3306", "6666", "8443-8451")
# Without private endpoints, storage and vault recognize the environment by these service endpoints.
_SERVICE_ENDPOINTS = ("Microsoft.KeyVault", "Microsoft.Storage")


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """The hub, as an environment's network sees it: created by the stack `hub`, or adopted.

    `firewall_ip` is the next hop of all outgoing traffic, `clients` the ranges with access to private endpoints,
    `provider` the one of the hub's subscription.
    """

    firewall_ip: str
    gateway: bool
    clients: tuple[str, ...]
    shared: SharedPlaces
    provider: Resource


@dataclass(frozen=True, kw_only=True)
class SpokeProps:
    """`name` is the network's, and the prefix of the names of its parts.

    `hub` is None in the profile without a hub.
    """

    name: str
    environment: str
    region: str
    resource_group: str
    network: SpokeNetwork
    hub: WayOut | None


@dataclass(frozen=True, kw_only=True)
class SpokeOutputs:
    """The inputs that a workspace, storage and a vault need. `delegated_subnet_ids` are host's and container's.

    `endpoint_subnet_id` is None in the profile without private endpoints.
    """

    vnet_id: str
    host_subnet_name: str
    container_subnet_name: str
    host_nsg_association_id: str
    container_nsg_association_id: str
    endpoint_subnet_id: str | None
    delegated_subnet_ids: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The inputs of every subnet. `routes` and `peering` are None if there is no hub."""

    props: SpokeProps
    vnet: Resource
    routes: Resource | None
    peering: Resource | None


def spoke_network(scope: Scope, id_: str, props: SpokeProps) -> SpokeOutputs:
    """The network. Its way out is the hub's firewall if there is a hub, else a NAT gateway."""
    vnet = azurerm.virtual_network.VirtualNetwork(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.region,
        address_space=[props.network.address_space],
    )
    parts = _parts(scope, id_, props, vnet)
    halves = {half: _half(scope, f"{id_}-{half}", half, parts) for half in ("host", "container")}
    if parts.routes is None:
        _nat(scope, f"{id_}-nat", props, {half: made.id for half, made in halves.items()})
    host, container = halves["host"], halves["container"]
    _serving(scope, f"{id_}-serving", parts)
    return SpokeOutputs(
        vnet_id=vnet.id,
        host_subnet_name=host.subnet.name,
        container_subnet_name=container.subnet.name,
        host_nsg_association_id=host.group_association_id,
        container_nsg_association_id=container.group_association_id,
        endpoint_subnet_id=_endpoints(scope, f"{id_}-endpoints", parts),
        delegated_subnet_ids=(host.id, container.id),
    )


def _parts(scope: Scope, id_: str, props: SpokeProps, vnet: Resource) -> _Parts:
    """Connects the network to the hub, if there is one, with routes through its firewall."""
    hub = props.hub
    if hub is None:
        return _Parts(props=props, vnet=vnet, routes=None, peering=None)
    link = HubLinkProps(
        environment=props.environment,
        shared=hub.shared,
        vnet=vnet,
        gateway=hub.gateway,
        provider=hub.provider,
    )
    peering = hub_link(scope, f"{id_}-hub", link)
    table = RouteTableProps(
        name=props.name,
        resource_group=props.resource_group,
        location=props.region,
        firewall_ip=hub.firewall_ip,
    )
    return _Parts(props=props, vnet=vnet, routes=route_table(scope, f"{id_}-route-table", table), peering=peering)


def _half(scope: Scope, id_: str, half: str, parts: _Parts) -> SubnetOutputs:
    """One of the two subnets in which every cluster node has an address."""
    props, ranges = parts.props, parts.props.network.subnets
    nodes = Inbound(name="nodes", sources=(ranges.host, ranges.container))
    made = SubnetProps(
        vnet=parts.vnet,
        name=half,
        group_name=f"{props.name}-{half}",
        address_range=ranges.host if half == "host" else ranges.container,
        inbound=(nodes,),
        delegated=True,
        service_endpoints=() if parts.routes else _SERVICE_ENDPOINTS,
        routes=parts.routes,
    )
    return subnet(scope, id_, made)


def _endpoints(scope: Scope, id_: str, parts: _Parts) -> str | None:
    """Id of the subnet for private endpoints, which clusters, runners and people may reach."""
    props, ranges = parts.props, parts.props.network.subnets
    hub = props.hub
    if hub is None or parts.peering is None or ranges.endpoints is None:
        return None
    made = SubnetProps(
        vnet=parts.vnet,
        name="endpoints",
        group_name=f"{props.name}-endpoints",
        address_range=ranges.endpoints,
        inbound=(
            Inbound(name="nodes", sources=(ranges.host, ranges.container), ports=_WORKSPACE_PORTS),
            Inbound(name="https", sources=hub.clients, ports=_HTTPS),
            *(Inbound(name=_SERVING, sources=(each,), ports=_HTTPS) for each in [ranges.serving] if each),
        ),
        endpoints=True,
        # Terraform creates keys in a vault that answers only at its private endpoint.
        depends_on=(parts.peering,),
    )
    return subnet(scope, id_, made).id


def _serving(scope: Scope, id_: str, parts: _Parts) -> None:
    """The subnet of the Kubernetes cluster, if there is one. Its machines and people behind the hub can reach it."""
    props, hub = parts.props, parts.props.hub
    if hub is None or props.network.subnets.serving is None:
        return
    made = SubnetProps(
        vnet=parts.vnet,
        name=_SERVING,
        group_name=f"{props.name}-{_SERVING}",
        address_range=props.network.subnets.serving,
        inbound=(
            Inbound(name="nodes", sources=(props.network.subnets.serving,)),
            # The cluster's API server is a private endpoint in this subnet.
            Inbound(name="https", sources=hub.clients, ports=_HTTPS),
        ),
        routes=parts.routes,
    )
    subnet(scope, id_, made)


def _nat(scope: Scope, id_: str, props: SpokeProps, subnets: dict[str, str]) -> None:
    nat = NatGatewayProps(name=props.name, resource_group=props.resource_group, location=props.region, subnets=subnets)
    nat_gateway(scope, id_, nat)
