"""A key vault for an environment's secrets and for the keys that encrypt its data."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, TerraformResourceLifecycle, azurerm
from infra.constructs.network.public_access import NOBODY, PublicAccess

# The longest soft-delete retention that Azure offers.
_SOFT_DELETE_DAYS = 90
# The first version expires after as long as the policy's later versions: two years, in hours.
_FIRST_VERSION_ENDS = '${timeadd(plantimestamp(), "17520h")}'
_EXPIRE_AFTER = "P2Y"
# Disks and the lake follow a new version automatically; the workspace's other two keys with the next deployment. So
# half a year is left for one deployment.
_ROTATE_BEFORE_EXPIRY = "P180D"
_NOTIFY_BEFORE_EXPIRY = "P90D"
_KEY_BITS = 4096


@dataclass(frozen=True, kw_only=True)
class KeyVaultProps:
    """`public` weakens: without it only private endpoints and Azure's trusted services have access."""

    name: str
    resource_group: str
    location: str
    tenant_id: str
    public: PublicAccess = NOBODY


@dataclass(frozen=True, kw_only=True)
class KeyVaultOutputs:
    """The vault's id."""

    id: str


def key_vault(scope: Scope, id_: str, props: KeyVaultProps) -> KeyVaultOutputs:
    """A vault with HSM keys and role-based access, which keeps deleted objects for 90 days."""
    made = azurerm.key_vault.KeyVault(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        tenant_id=props.tenant_id,
        sku_name="premium",
        rbac_authorization_enabled=True,
        purge_protection_enabled=True,
        soft_delete_retention_days=_SOFT_DELETE_DAYS,
        public_network_access_enabled=props.public.enabled,
        network_acls=azurerm.key_vault.KeyVaultNetworkAcls(
            default_action="Deny",
            # Storage accounts, disks and Databricks read their keys, and Databricks its secrets, as trusted services.
            bypass="AzureServices",
            ip_rules=props.public.ip_rules,
            virtual_network_subnet_ids=props.public.subnet_rules,
        ),
    )
    return KeyVaultOutputs(id=made.id)


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyProps:
    """`depends_on` gives Terraform access to the vault: its role and the vault's private endpoint."""

    name: str
    vault_id: str
    depends_on: Sequence[Resource] = ()


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyOutputs:
    """`id` names the newest version at apply, `versionless_id` always the newest one; `resource_id` is for roles."""

    id: str
    versionless_id: str
    resource_id: str


def encryption_key(scope: Scope, id_: str, props: EncryptionKeyProps) -> EncryptionKeyOutputs:
    """An HSM key that can only wrap other keys, expires, and rotates long before."""
    binding = azurerm.key_vault_key
    made = binding.KeyVaultKey(
        scope,
        id_,
        name=props.name,
        key_vault_id=props.vault_id,
        key_type="RSA-HSM",
        key_size=_KEY_BITS,
        key_opts=["unwrapKey", "wrapKey"],
        expiration_date=_FIRST_VERSION_ENDS,
        rotation_policy=binding.KeyVaultKeyRotationPolicy(
            automatic=binding.KeyVaultKeyRotationPolicyAutomatic(time_before_expiry=_ROTATE_BEFORE_EXPIRY),
            expire_after=_EXPIRE_AFTER,
            notify_before_expiry=_NOTIFY_BEFORE_EXPIRY,
        ),
        depends_on=list(props.depends_on),
        # Rotation changes it, and so does every plan.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["expiration_date"]),
    )
    return EncryptionKeyOutputs(
        id=made.id, versionless_id=made.versionless_id, resource_id=made.resource_versionless_id
    )
