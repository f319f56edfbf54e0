"""The key vault, the keys in it, and who may read its secrets."""

from infra import azure_names
from infra.azure.place import Place
from infra.constructs.key_vault import (
    EncryptionKeyOutputs,
    EncryptionKeyProps,
    KeyVaultProps,
    encryption_key,
    key_vault,
)
from infra.constructs.role import RoleProps, role

# One each, so that taking a key away from one kind of data leaves the others readable.
_KEYS = ("lake", "managed-services", "managed-disks", "root-storage")


def vault_with_keys(place: Place) -> tuple[str, dict[str, EncryptionKeyOutputs]]:
    """The vault's id, and its keys by name."""
    props = KeyVaultProps(
        name=azure_names.key_vault(place.azure.prefix, place.environment.name),
        tenant_id=place.azure.tenant_id,
        public=place.public,
        **place.at,
    )
    vault = key_vault(place.stack, "vault", props)
    # Keys are made by asking the vault itself, which answers there only.
    way_in = place.endpoints("vault", vault.id, ("vault",))
    keys = {
        name: encryption_key(
            place.stack, f"key-{name}", EncryptionKeyProps(name=name, vault_id=vault.id, depends_on=way_in)
        )
        for name in _KEYS
    }
    # The secret scope reads secrets as Databricks' own application.
    reader = RoleProps(role="Key Vault Secrets User", scope=vault.id, principal_id=place.azure.databricks_principal_id)
    role(place.stack, "vault-secrets-reader", reader)
    place.log("vault", vault.id, "AllMetrics")
    return vault.id, keys
