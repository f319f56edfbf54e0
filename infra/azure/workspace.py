"""The Databricks workspace, and its private endpoints."""

from infra import azure_names
from infra.azure.place import Place
from infra.constructs.adopted.environment import AdoptedWorkspaceProps, adopted_workspace
from infra.constructs.network.workspace_endpoints import WorkspaceEndpointsProps, workspace_endpoints
from infra.constructs.storage.access_connector import AccessConnectorProps, access_connector
from infra.constructs.storage.key_vault import EncryptionKeyOutputs
from infra.constructs.workspace.azure_workspace import (
    AzureWorkspaceOutputs,
    AzureWorkspaceProps,
    WorkspaceKeys,
    azure_workspace,
)
from infra.spec import Spec


def workspace(place: Place, spec: Spec, keys: dict[str, EncryptionKeyOutputs]) -> str:
    """Id of the workspace: created with our keys and endpoints, or adopted with its owner's."""
    return _adopted(place) if place.environment.adopt.workspace else _made(place, spec, keys)


def _adopted(place: Place) -> str:
    network = place.environment.adopt.network
    if network is None:
        raise ValueError(f"{place.environment.name} adopts a workspace without its network: add adopt.network")
    declared = place.environment.workspace
    props = AdoptedWorkspaceProps(
        id=place.places.workspace_id,
        region=place.azure.region,
        number=declared.id,
        host=declared.url.removeprefix("https://"),
        network=network,
    )
    return str(adopted_workspace(place.stack, "workspace", props).id)


def _made(place: Place, spec: Spec, keys: dict[str, EncryptionKeyOutputs]) -> str:
    environment, prefix = place.environment, place.azure.prefix
    root_account = azure_names.root_account(prefix, environment.name)
    props = AzureWorkspaceProps(
        name=azure_names.workspace(prefix, environment.name),
        managed_resource_group=azure_names.managed_resource_group(prefix, environment.name),
        spoke=place.spoke,
        root_account=root_account,
        root_redundancy=environment.azure.redundancy,
        root_connector_id=_root_connector(place) if place.private else None,
        keys=WorkspaceKeys(
            managed_services=keys["managed-services"],
            managed_disks=keys["managed-disks"],
            root_storage=keys["root-storage"],
        ),
        databricks_principal_id=place.azure.databricks_principal_id,
        compliance=environment.azure.compliance,
        public=not place.private,
        **place.at,
    )
    made = azure_workspace(place.stack, "workspace", props)
    _endpoints(place, spec, made)
    place.log("workspace", made.id)
    return made.id


def _root_connector(place: Place) -> str:
    name = azure_names.root_connector(place.azure.prefix, place.environment.name)
    return access_connector(place.stack, "root-connector", AccessConnectorProps(name=name, **place.at)).id


def _endpoints(place: Place, spec: Spec, workspace: AzureWorkspaceOutputs) -> None:
    subnet = place.spoke.endpoint_subnet_id
    if subnet is None:
        return
    leads_to = ("databricks_ui_api", "browser_authentication", "dfs", "blob")
    root_account_id = azure_names.root_account_id(
        place.environment.azure.subscription_id, place.azure.prefix, place.environment.name
    )
    props = WorkspaceEndpointsProps(
        name=place.name("workspace"),
        subnet_id=subnet,
        workspace_id=workspace.id,
        root_account_id=root_account_id,
        dns_zones={subresource: place.zone(subresource) for subresource in leads_to},
        browser_sign_in=spec.platform.browser_sign_in == place.environment.name,
        after=workspace.encrypted,
        **place.at,
    )
    workspace_endpoints(place.stack, "workspace", props)
