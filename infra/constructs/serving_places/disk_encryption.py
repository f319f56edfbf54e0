"""The encryption key of a cluster's disks."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.identity.role import RoleProps, role
from infra.constructs.storage.key_vault import EncryptionKeyOutputs
from infra.constructs.workspace.azure_workspace import KEY_USER


@dataclass(frozen=True, kw_only=True)
class DiskEncryptionProps:
    """`key` encrypts the disks."""

    name: str
    resource_group: str
    location: str
    key: EncryptionKeyOutputs


@dataclass(frozen=True, kw_only=True)
class DiskEncryptionOutputs:
    """The set's id, and its right to use the key, which must exist before any disk."""

    id: str
    may_encrypt: Resource


def disk_encryption(scope: Scope, id_: str, props: DiskEncryptionProps) -> DiskEncryptionOutputs:
    """A disk encryption set that follows the rotation of its key, in addition to Azure's own encryption."""
    binding = azurerm.disk_encryption_set
    made = binding.DiskEncryptionSet(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        key_vault_key_id=props.key.versionless_id,
        auto_key_rotation_enabled=True,
        encryption_type="EncryptionAtRestWithPlatformAndCustomerKeys",
        identity=binding.DiskEncryptionSetIdentity(type="SystemAssigned"),
    )
    user = RoleProps(role=KEY_USER, scope=props.key.resource_id, principal_id=made.identity.principal_id)
    return DiskEncryptionOutputs(id=made.id, may_encrypt=role(scope, f"{id_}-key-user", user))
