"""The identity of an environment's pipeline, which moves versions to places other than Databricks (`make place`).

Each of their stacks gives it only the roles for that. Its roles in the subscription (`identities.py`) include some of
these, but neither access to files nor to objects in a cluster.
"""

from infra import azure_names
from infra.azure.identities import group_name
from infra.azure.serving_places import ServingPlace
from infra.cdktf_seam import azurerm


def pipeline_identity(place: ServingPlace) -> str:
    """Its object id. The stack `bootstrap` created it, in the platform's own subscription."""
    found = azurerm.data_azurerm_user_assigned_identity.DataAzurermUserAssignedIdentity(
        place.stack,
        "pipeline",
        name=azure_names.deployer(place.prefix, place.environment.name),
        resource_group_name=group_name(place.spec.platform),
        provider=place.shared,
    )
    return str(found.principal_id)
