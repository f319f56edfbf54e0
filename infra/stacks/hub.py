"""The stack `hub`: the network that all environments leave through, the names in it, and the logs."""

from infra import azure_names
from infra.cdktf_seam import Scope
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.diagnostics import DiagnosticsProps, diagnostics
from infra.constructs.firewall import FirewallProps, firewall
from infra.constructs.hub_network import HubNetworkOutputs, HubNetworkProps, hub_network
from infra.constructs.log_analytics import LogAnalyticsProps, log_analytics
from infra.constructs.private_dns import PrivateDnsProps, private_dns
from infra.constructs.private_endpoint import PrivateEndpointProps, private_endpoint
from infra.spec import AzureState, Hub, Platform, Spec


def hub_stack(app: Scope, spec: Spec, hub: Hub) -> None:
    """All of it, in the subscription of the platform."""
    azure = spec.platform.azure
    props = AzureStackProps(
        platform=spec.platform, subscription_id=azure.subscription_id, protect=spec.platform.protect_shared
    )
    stack = azure_stack(app, azure_names.HUB, props).stack
    # Bootstrap makes it, with those who may join.
    group = azure_names.resource_group(azure.prefix, azure_names.HUB)
    place = {"resource_group": group, "location": azure.region}
    logs = LogAnalyticsProps(
        name=azure_names.log_analytics(azure.prefix, azure_names.HUB), retention_days=azure.log_retention_days, **place
    )
    kept = log_analytics(stack, "logs", logs)
    network = hub_network(
        stack, "network", HubNetworkProps(name=azure_names.vnet(azure.prefix, azure_names.HUB), hub=hub, **place)
    )
    way_out = FirewallProps(
        name=azure_names.firewall(azure.prefix),
        hub=hub,
        vnet=network.vnet,
        spokes=tuple(environment.network.address_space for environment in spec.environments),
        logs=kept.id,
        **place,
    )
    firewall(stack, "firewall", way_out)
    _names(stack, spec.platform, group, network, kept.id)


def _names(stack: Scope, platform: Platform, group: str, network: HubNetworkOutputs, logs_id: str) -> None:
    """The DNS zones of all private endpoints, and the endpoint of the state, which every stack asks for."""
    names = PrivateDnsProps(
        resource_group=group,
        zones=azure_names.DNS_ZONES.values(),
        link=azure_names.HUB,
        vnet_id=network.vnet.id,
    )
    zones = private_dns(stack, "dns", names)
    azure, state = platform.azure, platform.state
    if not isinstance(state, AzureState):
        return
    account = azure_names.resource_id(
        azure.subscription_id, state.resource_group, "Microsoft.Storage/storageAccounts", state.storage_account
    )
    endpoint = PrivateEndpointProps(
        name=f"{azure.prefix}-state",
        resource_group=group,
        location=azure.region,
        subnet_id=network.endpoint_subnet_id,
        resource_id=account,
        subresource="blob",
        dns_zone_id=zones[azure_names.DNS_ZONES["blob"]].id,
    )
    private_endpoint(stack, "state", endpoint)
    reads_and_writes = DiagnosticsProps(
        name="to-log-analytics",
        resource_id=f"{account}/blobServices/default",
        log_analytics_id=logs_id,
        metrics=("Transaction",),
    )
    diagnostics(stack, "state-logs", reads_and_writes)
