"""Secrets that jobs read by name, stored in a key vault."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.spec import KeyVault


@dataclass(frozen=True, kw_only=True)
class SecretScopeProps:
    """`readers` are application ids of service principals by job."""

    name: str
    vault: KeyVault
    readers: Mapping[str, str]


def secret_scope(scope: Scope, id_: str, props: SecretScopeProps) -> None:
    """The scope and the rights to read its secrets; nobody can list or change them here."""
    binding = databricks.secret_scope
    made = binding.SecretScope(
        scope,
        id_,
        name=props.name,
        keyvault_metadata=binding.SecretScopeKeyvaultMetadata(
            resource_id=props.vault.resource_id, dns_name=props.vault.dns_name
        ),
    )
    for name, reader in props.readers.items():
        databricks.secret_acl.SecretAcl(scope, f"{id_}-{name}", scope=made.name, principal=reader, permission="READ")
