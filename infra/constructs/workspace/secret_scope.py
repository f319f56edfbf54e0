"""Secrets that jobs read by name, stored in a key vault."""

from collections.abc import Mapping

from infra.cdktf_seam import Scope, databricks
from infra.spec import KeyVault


def secret_scope(scope: Scope, id_: str, name: str, vault: KeyVault) -> None:
    """The scope `name`, in which nobody can change secrets.

    Databricks makes one for a caller with an Entra token only, who also manages the vault: a person, or a service
    principal of Entra. The pipelines' principals, which are Databricks' own, are refused.
    """
    binding = databricks.secret_scope
    binding.SecretScope(
        scope,
        id_,
        name=name,
        keyvault_metadata=binding.SecretScopeKeyvaultMetadata(resource_id=vault.resource_id, dns_name=vault.dns_name),
    )


def secret_readers(scope: Scope, id_: str, name: str, readers: Mapping[str, str]) -> None:
    """The right to read the scope `name`, for application ids of service principals by job."""
    for job, reader in readers.items():
        databricks.secret_acl.SecretAcl(scope, f"{id_}-{job}", scope=name, principal=reader, permission="READ")
