"""An Event Hubs namespace, which supports the Kafka protocol, and its hubs."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class EventHubsProps:
    """`hubs` are the names of topics. The identity `identity_id` may use the key `key_id`, an id without a version.

    `processing_units` are those of the Premium tier; `depends_on` is the identity's right to use the key.
    """

    name: str
    resource_group: str
    location: str
    processing_units: int
    partitions: int
    retention_hours: int
    hubs: Sequence[str]
    key_id: str
    identity_id: str
    depends_on: Sequence[Resource] = ()


@dataclass(frozen=True, kw_only=True)
class EventHubsOutputs:
    """Ids of the namespace, and of its hubs by name."""

    id: str
    hubs: dict[str, str]


def event_hubs(scope: Scope, id_: str, props: EventHubsProps) -> EventHubsOutputs:
    """Access only by private endpoints and Entra sign-ins; messages are encrypted with a customer-managed key."""
    binding = azurerm.eventhub_namespace
    made = binding.EventhubNamespace(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        # The tier with customer-managed keys. It is zone-redundant in regions with zones.
        sku="Premium",
        capacity=props.processing_units,
        minimum_tls_version="1.2",
        # No connection strings: senders have a role.
        local_authentication_enabled=False,
        public_network_access_enabled=False,
        identity=binding.EventhubNamespaceIdentity(type="UserAssigned", identity_ids=[props.identity_id]),
        depends_on=list(props.depends_on),
    )
    key = azurerm.eventhub_namespace_customer_managed_key.EventhubNamespaceCustomerManagedKey(
        scope,
        f"{id_}-encryption",
        eventhub_namespace_id=made.id,
        key_vault_key_ids=[props.key_id],
        user_assigned_identity_id=props.identity_id,
    )
    return EventHubsOutputs(
        id=str(made.id), hubs={name: _hub(scope, name, str(made.id), key, props) for name in props.hubs}
    )


def _hub(scope: Scope, name: str, namespace_id: str, key: Resource, props: EventHubsProps) -> str:
    binding = azurerm.eventhub
    made = binding.Eventhub(
        scope,
        f"hub-{name}",
        name=name,
        namespace_id=namespace_id,
        partition_count=props.partitions,
        retention_description=binding.EventhubRetentionDescription(
            cleanup_policy="Delete", retention_time_in_hours=props.retention_hours
        ),
        # Messages sent before it are encrypted with Azure's key.
        depends_on=[key],
    )
    return str(made.id)
