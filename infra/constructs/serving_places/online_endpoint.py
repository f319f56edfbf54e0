"""An online endpoint of Azure Machine Learning. The release, not Terraform, decides which version answers."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope
from infra.constructs.serving_places.azapi import azapi

# https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/2024-10-01/workspaces/onlineendpoints
API = "2024-10-01"
_TYPE = f"Microsoft.MachineLearningServices/workspaces/onlineEndpoints@{API}"


@dataclass(frozen=True, kw_only=True)
class OnlineEndpointProps:
    """`identity_id` is the managed identity with which it pulls its image and reads its features."""

    name: str
    location: str
    workspace: Resource
    identity_id: str
    description: str
    tags: dict[str, str]


def online_endpoint(scope: Scope, id_: str, props: OnlineEndpointProps) -> str:
    """Id of the endpoint as a Terraform reference: it accepts only Entra tokens, at the workspace's private address."""
    made = azapi(
        scope,
        id_,
        "azapi_resource",
        {
            "type": _TYPE,
            "name": props.name,
            "location": props.location,
            "parent_id": props.workspace.id,
            "tags": props.tags,
            "identity": [{"type": "UserAssigned", "identity_ids": [props.identity_id]}],
            "body": {
                "kind": "Managed",
                "properties": {
                    "authMode": "AADToken",
                    "publicNetworkAccess": "Disabled",
                    "description": props.description,
                },
            },
        },
    )
    return f"${{{made.terraform_resource_type}.{made.friendly_unique_id}.id}}"
