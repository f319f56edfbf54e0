"""An environment's network: created and connected to the hub, or adopted."""

from infra import azure_names
from infra.cdktf_seam import Resource, Scope
from infra.constructs.adopted.network import AdoptedSpokeProps, adopted_spoke
from infra.constructs.adopted.shared import adopted_firewall
from infra.constructs.azure_stack import AzureStackOutputs
from infra.constructs.network.firewall import firewall_ip
from infra.constructs.network.spoke_network import SpokeOutputs, SpokeProps, WayOut, spoke_network
from infra.spec import AdoptedNetwork, Autoscaling, Environment, Spec

# Azure reserves five addresses of every subnet; a driver takes one in addition to its workers.
_TAKEN = 5 + 1
_LONGEST_PREFIX = 26
_ADDRESS_BITS = 32


def network(made: AzureStackOutputs, spec: Spec, environment: Environment, group: str) -> SpokeOutputs:
    """The network of `environment`; a created one is in the resource group of that name."""
    chosen, azure = environment.chosen_network, spec.platform.azure
    if isinstance(chosen, AdoptedNetwork):
        adopted = AdoptedSpokeProps(
            network=chosen,
            region=azure.region,
            hub_vnet_id=spec.shared_places.hub_vnet_id if spec.platform.private else None,
            longest_prefix=longest_prefix(environment),
        )
        return adopted_spoke(made.stack, "network", adopted)
    props = SpokeProps(
        name=azure_names.vnet(azure.prefix, environment.name),
        environment=environment.name,
        region=azure.region,
        resource_group=group,
        network=chosen,
        hub=way_out(made.stack, spec, made.hub),
    )
    return spoke_network(made.stack, "network", props)


def way_out(stack: Scope, spec: Spec, provider: Resource | None) -> WayOut | None:
    """The hub, created or adopted; None in the profile without one."""
    hub, adopted = spec.platform.hub, spec.platform.adopt.hub
    if provider is None:
        return None
    if adopted:
        return WayOut(
            firewall_ip=adopted_firewall(stack, "hub-firewall", adopted, spec.platform.azure.region, provider),
            gateway=adopted.gateway,
            clients=adopted.clients,
            shared=spec.shared_places,
            provider=provider,
        )
    if hub is None:
        return None
    return WayOut(
        firewall_ip=firewall_ip(hub),
        gateway=hub.subnets.gateway is not None,
        clients=(hub.subnets.runners, *hub.clients),
        shared=spec.shared_places,
        provider=provider,
    )


def longest_prefix(environment: Environment) -> int:
    """The prefix of the smallest subnet that has an address for every node of the largest cluster of a policy."""
    sizes = (policy.size for _, policy in environment.policies.items())
    workers = max(size.max_workers if isinstance(size, Autoscaling) else 0 for size in sizes)
    return min(_LONGEST_PREFIX, _ADDRESS_BITS - (workers + _TAKEN - 1).bit_length())
