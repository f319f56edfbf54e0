"""An environment's storage: the credential, the location, and nobody else's way to either."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.spec import Lake


@dataclass(frozen=True, kw_only=True)
class LakeProps:
    """`workspace_id` is the one workspace that may use them."""

    name: str
    lake: Lake
    owner: str
    workspace_id: int


@dataclass(frozen=True, kw_only=True)
class LakeOutputs:
    """The location, which must be there before what lies in it, and its URL."""

    location: Resource
    url: str


def isolated_lake(scope: Scope, id_: str, props: LakeProps) -> LakeOutputs:
    """A managed identity's credential and the container as a location, validated and bound to one workspace."""
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
    location = databricks.external_location.ExternalLocation(
        scope,
        f"{id_}-location",
        name=props.name,
        url=props.lake.url,
        credential_name=made.name,
        owner=props.owner,
        comment="Everything that the catalog stores.",
        isolation_mode="ISOLATION_MODE_ISOLATED",
        # No way around Unity Catalog to what lies here.
        fallback=False,
        force_destroy=False,
    )
    for kind, securable in (("storage_credential", made), ("external_location", location)):
        databricks.workspace_binding.WorkspaceBinding(
            scope,
            f"{id_}-{kind.replace('_', '-')}-binding",
            securable_name=securable.name,
            securable_type=kind,
            workspace_id=props.workspace_id,
            binding_type="BINDING_TYPE_READ_WRITE",
        )
    return LakeOutputs(location=location, url=props.lake.url)
