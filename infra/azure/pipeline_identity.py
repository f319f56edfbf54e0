"""The identity of an environment's pipeline, which moves versions to the places beside Databricks (`make place`).

Each of their stacks gives it the roles by which it does that there, and no more; what it may do in its subscription
(`identities.py`) includes some of them, but neither files nor what is in a cluster.
"""

from infra import azure_names
from infra.azure.identities import group_name
from infra.azure.serving_places import ServingPlace
from infra.cdktf_seam import azurerm


def pipeline_identity(place: ServingPlace) -> str:
    """Its object id. The stack `bootstrap` has made it, in the platform's own subscription."""
    found = azurerm.data_azurerm_user_assigned_identity.DataAzurermUserAssignedIdentity(
        place.stack,
        "pipeline",
        name=azure_names.deployer(place.prefix, place.environment.name),
        resource_group_name=group_name(place.spec.platform),
        provider=place.shared,
    )
    return str(found.principal_id)
