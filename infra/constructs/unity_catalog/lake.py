"""An environment's storage: the credential, the locations, and nobody else's way to either.

Both are isolated, and no binding is declared: isolating binds the workspace that does it. A declared binding of the
own workspace would be destroyed before what it binds, which the workspace then cannot destroy any more ("External
Location … is not accessible in current workspace"). Before it deletes a catalog, the provider binds it again; in the
version that is pinned here it does so for no location and no credential.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.spec import Lake


@dataclass(frozen=True, kw_only=True)
class LakeProps:
    """`containers` become a location each. The workspace that the stack is deployed to is the one that may use them."""

    name: str
    lake: Lake
    containers: tuple[str, ...]
    owner: str


@dataclass(frozen=True, kw_only=True)
class LakeOutputs:
    """By container: its location, which must be there before what lies in it, and its URL."""

    locations: Mapping[str, Resource]
    urls: Mapping[str, str]


def isolated_lake(scope: Scope, id_: str, props: LakeProps) -> LakeOutputs:
    """A managed identity's credential and a location per container, validated, for one workspace alone.

    Without a container nothing is made: every location is adopted, with its own credential.
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
        # No way around Unity Catalog to what lies here.
        fallback=False,
        force_destroy=False,
    )
