"""The stack `hub`: the network that all environments leave through, its DNS zones, and the logs.

Each of them is created here, or another team's is adopted.
"""

from collections.abc import Mapping

from infra import azure_names
from infra.azure_ids import parsed
from infra.cdktf_seam import Scope
from infra.constructs.adopted.shared import adopted_firewall, adopted_hub, adopted_logs, adopted_zones
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.network.firewall import FirewallProps, firewall
from infra.constructs.network.hub_network import HubNetworkOutputs, HubNetworkProps, hub_network
from infra.constructs.network.private_dns import DnsLinkProps, PrivateDnsProps, dns_link, private_dns, zone_id
from infra.constructs.network.private_endpoint import PrivateEndpointProps, private_endpoint
from infra.constructs.observability.diagnostics import DiagnosticsProps, diagnostics
from infra.constructs.observability.log_analytics import LogAnalyticsProps, log_analytics
from infra.spec import AzureState, Hub, Spec, SpokeNetwork
from infra.spec.places import zones


def hub_stack(app: Scope, spec: Spec) -> None:
    """All of it, in the subscription of the platform."""
    azure, adopted = spec.platform.azure, spec.platform.adopt.hub
    props = AzureStackProps(
        platform=spec.platform, subscription_id=azure.subscription_id, protect=spec.platform.protect_shared
    )
    stack = azure_stack(app, azure_names.HUB, props).stack
    logs_id = _logs(stack, spec)
    if adopted:
        network = adopted_hub(stack, "network", adopted, azure.region)
        # Read here too, so that the target of all routes is checked before any environment is created.
        adopted_firewall(stack, "firewall", adopted, azure.region)
    elif spec.platform.hub:
        network = _network(stack, spec, spec.platform.hub, logs_id)
    else:
        raise ValueError("platform.yaml has no hub: add hub, or adopt.hub")
    zone_ids = _zones(stack, spec, network)
    _state(stack, spec, network, logs_id, zone_ids)


def _place(spec: Spec) -> dict[str, str]:
    """The location of everything that is created here. Bootstrap creates the group, with the roles for joining."""
    return {"resource_group": spec.shared_places.resource_group, "location": spec.platform.azure.region}


def _logs(stack: Scope, spec: Spec) -> str:
    azure, adopted = spec.platform.azure, spec.platform.adopt.log_analytics
    if adopted:
        return str(adopted_logs(stack, "logs", adopted, azure.log_retention_days).id)
    props = LogAnalyticsProps(
        name=azure_names.log_analytics(azure.prefix, azure_names.HUB),
        retention_days=azure.log_retention_days,
        **_place(spec),
    )
    return log_analytics(stack, "logs", props).id


def _network(stack: Scope, spec: Spec, hub: Hub, logs_id: str) -> HubNetworkOutputs:
    """The network, with the firewall in it."""
    prefix, place = spec.platform.azure.prefix, _place(spec)
    props = HubNetworkProps(name=azure_names.vnet(prefix, azure_names.HUB), hub=hub, **place)
    network = hub_network(stack, "network", props)
    chosen = [environment.chosen_network for environment in spec.environments]
    way_out = FirewallProps(
        name=azure_names.firewall(prefix),
        hub=hub,
        vnet=network.vnet,
        # An adopted network uses only an adopted hub.
        spokes=tuple(each.address_space for each in chosen if isinstance(each, SpokeNetwork)),
        clusters=_clusters(spec),
        logs=logs_id,
        **place,
    )
    firewall(stack, "firewall", way_out)
    return network


def _clusters(spec: Spec) -> tuple[str, ...]:
    """The subnets of the environments' Kubernetes clusters."""
    networks = [environment.network for environment in spec.environments if environment.aks_serving]
    return tuple(each.subnets.serving for each in networks if each and each.subnets.serving)


def _zones(stack: Scope, spec: Spec, network: HubNetworkOutputs) -> Mapping[str, str]:
    """Ids of the DNS zones of all private endpoints, by name. The hub resolves them all, by a link of its owner."""
    adopted, shared = spec.platform.adopt, spec.shared_places
    if not adopted.private_dns_zones:
        names = PrivateDnsProps(
            resource_group=shared.resource_group,
            zones=zones(spec.platform),
            link=azure_names.HUB,
            vnet_id=network.vnet.id,
        )
        return {name: zone.id for name, zone in private_dns(stack, "dns", names).items()}
    found = adopted_zones(stack, "dns", adopted.private_dns_zones)
    for name, text in shared.zone_ids.items() if adopted.hub is None else ():
        link = DnsLinkProps(
            zone=name, resource_group=parsed(text).group, name=network.vnet.name, vnet_id=network.vnet.id
        )
        dns_link(stack, f"dns-{zone_id(name)}-link", link)
    return {name: zone.id for name, zone in found.items()}


def _state(stack: Scope, spec: Spec, network: HubNetworkOutputs, logs_id: str, zone_ids: Mapping[str, str]) -> None:
    """The private endpoint of the state, which every stack uses, and its logs."""
    azure, state = spec.platform.azure, spec.platform.state
    if not isinstance(state, AzureState):
        return
    account = azure_names.resource_id(
        azure.subscription_id, state.resource_group, "Microsoft.Storage/storageAccounts", state.storage_account
    )
    endpoint = PrivateEndpointProps(
        name=f"{azure.prefix}-state",
        subnet_id=network.endpoint_subnet_id,
        resource_id=account,
        subresource="blob",
        dns_zone_id=zone_ids[azure_names.DNS_ZONES["blob"]],
        **_place(spec),
    )
    private_endpoint(stack, "state", endpoint)
    reads_and_writes = DiagnosticsProps(
        name="to-log-analytics",
        resource_id=f"{account}/blobServices/default",
        log_analytics_id=logs_id,
        metrics=("Transaction",),
    )
    diagnostics(stack, "state-logs", reads_and_writes)
