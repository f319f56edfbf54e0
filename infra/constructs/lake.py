"""An environment's storage: the credential, the locations, and nobody else's way to either."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.spec import Lake


@dataclass(frozen=True, kw_only=True)
class LakeProps:
    """`containers` become a location each. `workspace_id` is the one workspace that may use them."""

    name: str
    lake: Lake
    containers: tuple[str, ...]
    owner: str
    workspace_id: int


@dataclass(frozen=True, kw_only=True)
class LakeOutputs:
    """By container: its location, which must be there before what lies in it, and its URL."""

    locations: Mapping[str, Resource]
    urls: Mapping[str, str]


def isolated_lake(scope: Scope, id_: str, props: LakeProps) -> LakeOutputs:
    """A managed identity's credential and a location per container, validated and bound to one workspace."""
    credential = databricks.storage_credential
    made = credential.StorageCredential(
        scope,
        f"{id_}-credential",
        name=props.name,
        owner=props.owner,
        comment="The access connector's managed identity.",
        azure_managed_identity=credential.StorageCredentialAzureManagedIdentity(
            access_connector_id=props.lake.access_connector_id
        ),
        isolation_mode="ISOLATION_MODE_ISOLATED",
        force_destroy=False,
    )
    _binding(scope, f"{id_}-storage-credential-binding", "storage_credential", made.name, props.workspace_id)
    return LakeOutputs(
        locations={name: _location(scope, f"{id_}-{name}", props, made.name, name) for name in props.containers},
        urls={name: props.lake.url(name) for name in props.containers},
    )


def _location(scope: Scope, id_: str, props: LakeProps, credential: str, container: str) -> Resource:
    made = databricks.external_location.ExternalLocation(
        scope,
        f"{id_}-location",
        name=f"{props.name}-{container}",
        url=props.lake.url(container),
        credential_name=credential,
        owner=props.owner,
        comment=f"The container {container} of the lake.",
        isolation_mode="ISOLATION_MODE_ISOLATED",
        # No way around Unity Catalog to what lies here.
        fallback=False,
        force_destroy=False,
    )
    _binding(scope, f"{id_}-location-binding", "external_location", made.name, props.workspace_id)
    return made


def _binding(scope: Scope, id_: str, kind: str, name: str, workspace_id: int) -> None:
    databricks.workspace_binding.WorkspaceBinding(
        scope,
        id_,
        securable_name=name,
        securable_type=kind,
        workspace_id=workspace_id,
        binding_type="BINDING_TYPE_READ_WRITE",
    )
