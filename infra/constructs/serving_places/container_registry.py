"""A private registry for the images of scoring servers."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm

# An untagged image was replaced; a cluster may still start it for a while.
_UNTAGGED_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class ContainerRegistryProps:
    """`key_id` is a key's id without a version; the identity `identity_id`, with client id `client_id`, may use it."""

    name: str
    resource_group: str
    location: str
    key_id: str
    identity_id: str
    client_id: str
    depends_on: Sequence[Resource] = ()


def container_registry(scope: Scope, id_: str, props: ContainerRegistryProps) -> str:
    """Id of the registry: no admin account, no anonymous pull, no network access except private endpoints."""
    binding = azurerm.container_registry
    made = binding.ContainerRegistry(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        # The tier with private endpoints and customer-managed keys.
        sku="Premium",
        admin_enabled=False,
        anonymous_pull_enabled=False,
        public_network_access_enabled=False,
        export_policy_enabled=False,
        data_endpoint_enabled=True,
        network_rule_bypass_option="AzureServices",
        retention_policy_in_days=_UNTAGGED_DAYS,
        zone_redundancy_enabled=True,
        identity=binding.ContainerRegistryIdentity(type="UserAssigned", identity_ids=[props.identity_id]),
        encryption=[
            binding.ContainerRegistryEncryption(key_vault_key_id=props.key_id, identity_client_id=props.client_id)
        ],
        depends_on=list(props.depends_on),
    )
    return str(made.id)
