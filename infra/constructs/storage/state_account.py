"""The storage account of Terraform's state, which exists before any network."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm
from infra.constructs.network.public_access import NOBODY, PublicAccess
from infra.constructs.storage.lake_storage import closed_account

_SOFT_DELETE_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class StateAccountProps:
    """`public` weakens: without it the account answers only at the hub's private endpoint."""

    name: str
    resource_group: str
    location: str
    container: str
    public: PublicAccess = NOBODY


@dataclass(frozen=True, kw_only=True)
class StateAccountOutputs:
    """The account's id."""

    id: str


def state_account(scope: Scope, id_: str, props: StateAccountProps) -> StateAccountOutputs:
    """An account without keys that keeps every version of every state, in two regions."""
    binding = azurerm.storage_account
    made = binding.StorageAccount(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        account_kind="StorageV2",
        account_tier="Standard",
        account_replication_type="GRS",
        # A customer-managed key would be in a vault that is created before there is a network to protect it.
        infrastructure_encryption_enabled=True,
        blob_properties=binding.StorageAccountBlobProperties(
            versioning_enabled=True,
            change_feed_enabled=True,
            delete_retention_policy=binding.StorageAccountBlobPropertiesDeleteRetentionPolicy(days=_SOFT_DELETE_DAYS),
            container_delete_retention_policy=binding.StorageAccountBlobPropertiesContainerDeleteRetentionPolicy(
                days=_SOFT_DELETE_DAYS
            ),
        ),
        network_rules=binding.StorageAccountNetworkRules(
            default_action="Deny", bypass=["AzureServices"], ip_rules=props.public.ip_rules
        ),
        **closed_account(props.public),
    )
    azurerm.storage_container.StorageContainer(
        scope, f"{id_}-container", name=props.container, storage_account_id=made.id, container_access_type="private"
    )
    return StateAccountOutputs(id=made.id)
