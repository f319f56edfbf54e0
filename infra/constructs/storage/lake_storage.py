"""The storage account of an environment's lake, one container per kind of data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.network.public_access import NOBODY, PublicAccess

_SOFT_DELETE_DAYS = 30
# Received files are read once, soon after arrival; this tier is cheaper for rarely read data.
_COOL_AFTER_DAYS = 30
_COLD_AFTER_DAYS = 180


@dataclass(frozen=True, kw_only=True)
class LakeStorageProps:
    """`key_id` is a key's id without a version, so that the account follows its rotation.

    `identity_id` is the managed identity that may use the key. `trusted_resource_ids` are Azure resources whose own
    identity has access if `public` gives others access too; with private endpoints only, there is no such way.
    `landing_days` are the days after which files in the container `landing` are deleted; None keeps them for ever.
    """

    name: str
    resource_group: str
    location: str
    tenant_id: str
    redundancy: str
    containers: tuple[str, ...]
    landing: str
    key_id: str
    identity_id: str
    landing_days: int | None = None
    public: PublicAccess = NOBODY
    trusted_resource_ids: tuple[str, ...] = ()
    depends_on: Sequence[Resource] = ()


@dataclass(frozen=True, kw_only=True)
class LakeStorageOutputs:
    """The account's id."""

    id: str


def lake_storage(scope: Scope, id_: str, props: LakeStorageProps) -> LakeStorageOutputs:
    """An account without keys, encrypted with a customer-managed key, and its containers, by Azure Resource Manager."""
    binding = azurerm.storage_account
    made = binding.StorageAccount(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        account_kind="StorageV2",
        account_tier="Standard",
        account_replication_type=props.redundancy,
        is_hns_enabled=True,
        infrastructure_encryption_enabled=True,
        customer_managed_key=binding.StorageAccountCustomerManagedKey(
            key_vault_key_id=props.key_id, user_assigned_identity_id=props.identity_id
        ),
        identity=binding.StorageAccountIdentity(type="UserAssigned", identity_ids=[props.identity_id]),
        blob_properties=binding.StorageAccountBlobProperties(
            delete_retention_policy=binding.StorageAccountBlobPropertiesDeleteRetentionPolicy(days=_SOFT_DELETE_DAYS),
            container_delete_retention_policy=binding.StorageAccountBlobPropertiesContainerDeleteRetentionPolicy(
                days=_SOFT_DELETE_DAYS
            ),
        ),
        network_rules=_network_rules(props),
        depends_on=list(props.depends_on),
        **closed_account(props.public),
    )
    containers(scope, id_, made.id, props.containers)
    _lifecycle(scope, f"{id_}-lifecycle", made.id, props)
    return LakeStorageOutputs(id=made.id)


def containers(scope: Scope, id_: str, account_id: str, names: Iterable[str]) -> list[Resource]:
    """Containers of an account, each a separate resource."""
    return [
        azurerm.storage_container.StorageContainer(
            # By id: with the account's name, Terraform would query the account itself, which it may not reach.
            scope,
            f"{id_}-{name}",
            name=name,
            storage_account_id=account_id,
            container_access_type="private",
        )
        for name in names
    ]


def closed_account(public: PublicAccess) -> dict[str, object]:
    """The settings of every storage account of the platform: no keys, no anonymous access, no old protocol."""
    return {
        "public_network_access_enabled": public.enabled,
        "shared_access_key_enabled": False,
        "default_to_oauth_authentication": True,
        "local_user_enabled": False,
        "sftp_enabled": False,
        "allow_nested_items_to_be_public": False,
        "cross_tenant_replication_enabled": False,
        "https_traffic_only_enabled": True,
        "min_tls_version": "TLS1_2",
        # Without account keys, only user delegation signatures remain: an hour is enough for them.
        "sas_policy": azurerm.storage_account.StorageAccountSasPolicy(
            expiration_period="00.01:00:00", expiration_action="Block"
        ),
    }


def _network_rules(props: LakeStorageProps) -> Resource:
    binding = azurerm.storage_account
    trusted = [
        binding.StorageAccountNetworkRulesPrivateLinkAccess(
            endpoint_resource_id=resource_id, endpoint_tenant_id=props.tenant_id
        )
        for resource_id in props.trusted_resource_ids
    ]
    return binding.StorageAccountNetworkRules(
        default_action="Deny",
        bypass=["AzureServices"],
        ip_rules=props.public.ip_rules,
        virtual_network_subnet_ids=props.public.subnet_rules,
        private_link_access=trusted or None,
    )


def _lifecycle(scope: Scope, id_: str, account_id: str, props: LakeStorageProps) -> None:
    """Received files move to cheaper tiers with age. Tables are left alone: their old files may be in use."""
    binding = azurerm.storage_management_policy
    binding.StorageManagementPolicy(
        scope,
        id_,
        storage_account_id=account_id,
        rule=[
            binding.StorageManagementPolicyRule(
                name="landing",
                enabled=True,
                filters=binding.StorageManagementPolicyRuleFilters(
                    blob_types=["blockBlob"], prefix_match=[f"{props.landing}/"]
                ),
                actions=binding.StorageManagementPolicyRuleActions(
                    base_blob=binding.StorageManagementPolicyRuleActionsBaseBlob(
                        tier_to_cool_after_days_since_modification_greater_than=_COOL_AFTER_DAYS,
                        tier_to_cold_after_days_since_modification_greater_than=_COLD_AFTER_DAYS,
                        delete_after_days_since_modification_greater_than=props.landing_days,
                    )
                ),
            )
        ],
    )
