"""An environment's storage: the credential and the locations, for its own workspace only.

Both are isolated, and no binding is declared: isolating binds the calling workspace. A declared binding of the own
workspace would be destroyed before the bound object, which the workspace then can no longer destroy ("External Location
… is not accessible in current workspace"). Before it deletes a catalog, the provider binds it again; the pinned version
does not do so for locations and credentials.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.spec import Lake


@dataclass(frozen=True, kw_only=True)
class LakeProps:
    """Each of `containers` gets a location. Only the workspace that the stack is deployed to may use them."""

    name: str
    lake: Lake
    containers: tuple[str, ...]
    owner: str


@dataclass(frozen=True, kw_only=True)
class LakeOutputs:
    """By container: its location, which must exist before its content, and its URL."""

    locations: Mapping[str, Resource]
    urls: Mapping[str, str]


def isolated_lake(scope: Scope, id_: str, props: LakeProps) -> LakeOutputs:
    """A credential with a managed identity and a location per container, validated, for only one workspace.

    Without a container nothing is created: every location is adopted, with its own credential.
    """
    if not props.containers:
        return LakeOutputs(locations={}, urls={})
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
    return LakeOutputs(
        locations={name: _location(scope, f"{id_}-{name}", props, made.name, name) for name in props.containers},
        urls={name: props.lake.url(name) for name in props.containers},
    )


def _location(scope: Scope, id_: str, props: LakeProps, credential: str, container: str) -> Resource:
    return databricks.external_location.ExternalLocation(
        scope,
        f"{id_}-location",
        name=f"{props.name}-{container}",
        url=props.lake.url(container),
        credential_name=credential,
        owner=props.owner,
        comment=f"The container {container} of the lake.",
        isolation_mode="ISOLATION_MODE_ISOLATED",
        # No way around Unity Catalog to the data here.
        fallback=False,
        force_destroy=False,
    )
