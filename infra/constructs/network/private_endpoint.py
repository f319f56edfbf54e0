"""A private address for a resource, and its DNS name in the network."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointProps:
    """`subresource` is the target part of `resource_id` (Azure's group id), `dns_zone_id` the zone of its name.

    `more_zone_ids` are further zones with its name. `depends_on` are changes to finish first: a workspace accepts one
    change at a time.
    """

    name: str
    resource_group: str
    location: str
    subnet_id: str
    resource_id: str
    subresource: str
    dns_zone_id: str
    more_zone_ids: Sequence[str] = ()
    depends_on: Sequence[Resource] = ()


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointOutputs:
    """The endpoint, for resources that must come after it."""

    endpoint: Resource


def private_endpoint(scope: Scope, id_: str, props: PrivateEndpointProps) -> PrivateEndpointOutputs:
    """The endpoint with its DNS record. Azure writes the record and removes it with the endpoint."""
    binding = azurerm.private_endpoint
    made = binding.PrivateEndpoint(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        subnet_id=props.subnet_id,
        custom_network_interface_name=f"{props.name}-nic",
        private_service_connection=binding.PrivateEndpointPrivateServiceConnection(
            name=props.name,
            private_connection_resource_id=props.resource_id,
            subresource_names=[props.subresource],
            is_manual_connection=False,
        ),
        private_dns_zone_group=binding.PrivateEndpointPrivateDnsZoneGroup(
            name="default", private_dns_zone_ids=[props.dns_zone_id, *props.more_zone_ids]
        ),
        depends_on=list(props.depends_on) or None,
    )
    return PrivateEndpointOutputs(endpoint=made)
