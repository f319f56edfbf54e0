"""The key vault, the keys in it, and the readers of its secrets."""

from infra.azure.place import Place
from infra.cdktf_seam import Resource
from infra.constructs.adopted.environment import AdoptedVaultProps, adopted_vault
from infra.constructs.identity.role import RoleProps, role
from infra.constructs.storage.key_vault import (
    EncryptionKeyOutputs,
    EncryptionKeyProps,
    KeyVaultProps,
    encryption_key,
    key_vault,
)
from infra.spec import Environment

# One per kind of data, so that revoking one key leaves the other data readable.
_KEYS = ("lake", "managed-services", "managed-disks", "root-storage")


def vault_with_keys(place: Place) -> tuple[str, dict[str, EncryptionKeyOutputs]]:
    """The vault's id, and its keys by name: keys for the created resources, none for the adopted ones."""
    vault_id, way_in = _adopted(place) if place.environment.adopt.key_vault else _made(place)
    keys = {
        name: encryption_key(
            place.stack,
            f"key-{name}",
            EncryptionKeyProps(name=place.key_name(name), vault_id=vault_id, depends_on=way_in),
        )
        for name in _needed(place.environment)
    }
    # The secret scope reads secrets as Databricks' own application.
    reader = RoleProps(role="Key Vault Secrets User", scope=vault_id, principal_id=place.azure.databricks_principal_id)
    role(place.stack, "vault-secrets-reader", reader)
    return vault_id, keys


def _made(place: Place) -> tuple[str, list[Resource]]:
    """The id of a created vault, and the resources that must exist before its keys can be created."""
    props = KeyVaultProps(name=place.places.key_vault, tenant_id=place.azure.tenant_id, public=place.public, **place.at)
    vault = key_vault(place.stack, "vault", props)
    # Keys are created through the vault itself, which answers only at its private endpoint.
    way_in = place.endpoints("vault", vault.id, ("vault",))
    place.log("vault", vault.id, "AllMetrics")
    return vault.id, way_in


def _adopted(place: Place) -> tuple[str, list[Resource]]:
    """The id of the adopted vault; its owner has opened access to it."""
    props = AdoptedVaultProps(
        id=place.places.key_vault_id,
        region=place.azure.region,
        tenant_id=place.azure.tenant_id,
        private=place.private,
    )
    return adopted_vault(place.stack, "vault", props).id, []


def _needed(environment: Environment) -> tuple[str, ...]:
    """Adopted resources are already encrypted, with their owner's keys."""
    adopted = {"lake": environment.adopt.lake, **dict.fromkeys(_KEYS[1:], environment.adopt.workspace)}
    return tuple(name for name in _KEYS if not adopted[name])
