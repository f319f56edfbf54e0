"""The lake's storage account, the identity that encrypts it, and the identity that reads and writes it."""

from infra import azure_names
from infra.azure.place import Place
from infra.cdktf_seam import azurerm
from infra.constructs.adopted.environment import adopted_lake
from infra.constructs.identity.role import RoleProps, role
from infra.constructs.storage.access_connector import AccessConnectorProps, access_connector
from infra.constructs.storage.key_vault import EncryptionKeyOutputs
from infra.constructs.storage.lake_storage import LakeStorageProps, containers, lake_storage
from infra.constructs.workspace.azure_workspace import KEY_USER
from infra.spec import LANDING

# Roles of the lake's connector: access to the data, and to Azure's events about new files.
_LAKE_ROLES = ("Storage Blob Data Contributor", "Storage Queue Data Contributor")
_EVENTS_ROLE = "EventGrid EventSubscription Contributor"


def lake(place: Place, key: EncryptionKeyOutputs | None, names: tuple[str, ...]) -> str:
    """Id of the lake's account, which the access connector reaches, with the containers `names`.

    `key` encrypts it; an adopted account has its own key.
    """
    connector = access_connector(
        place.stack,
        "connector",
        AccessConnectorProps(name=azure_names.access_connector(place.azure.prefix, place.environment.name), **place.at),
    )
    if key is None:
        lake_id: str = adopted_lake(place.stack, "lake", place.places.lake_account_id, place.azure.region).id
        containers(place.stack, "lake", lake_id, names)
    else:
        lake_id = _made(place, key, connector.id, names)
    _connector_roles(place, connector.principal_id, lake_id)
    return lake_id


def _made(place: Place, key: EncryptionKeyOutputs, connector_id: str, names: tuple[str, ...]) -> str:
    stack, environment, prefix = place.stack, place.environment, place.azure.prefix
    identity = azurerm.user_assigned_identity.UserAssignedIdentity(
        stack,
        "lake-identity",
        name=azure_names.lake_identity(prefix, environment.name),
        resource_group_name=place.group.name,
        location=place.azure.region,
    )
    may_encrypt = role(
        stack,
        "lake-key-user",
        RoleProps(role=KEY_USER, scope=key.resource_id, principal_id=identity.principal_id),
    )
    props = LakeStorageProps(
        name=place.places.lake_account,
        tenant_id=place.azure.tenant_id,
        redundancy=environment.azure.redundancy,
        containers=names,
        landing=LANDING,
        landing_days=environment.azure.landing_days,
        key_id=key.versionless_id,
        identity_id=identity.id,
        public=place.public,
        # Serverless compute connects as the connector; if private endpoints are the only way in, through one of them.
        trusted_resource_ids=() if place.private else (connector_id,),
        depends_on=(may_encrypt,),
        **place.at,
    )
    lake_id = lake_storage(stack, "lake", props).id
    place.endpoints("lake", lake_id, ("dfs", "blob", "queue"))
    place.log("lake", f"{lake_id}/blobServices/default", "Transaction")
    return lake_id


def _connector_roles(place: Place, principal_id: str, lake_id: str) -> None:
    for name in _LAKE_ROLES:
        id_ = f"connector-{name.split()[1].lower()}"
        role(place.stack, id_, RoleProps(role=name, scope=lake_id, principal_id=principal_id))
    # Azure stores the events of an account in a resource next to it, in the resource group.
    role(place.stack, "connector-events", RoleProps(role=_EVENTS_ROLE, scope=place.group.id, principal_id=principal_id))
