"""A managed identity with which Databricks reaches storage, without keys."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class AccessConnectorProps:
    """Its location."""

    name: str
    resource_group: str
    location: str


@dataclass(frozen=True, kw_only=True)
class AccessConnectorOutputs:
    """Its id, and the object id of its identity, for role assignments."""

    id: str
    principal_id: str


def access_connector(scope: Scope, id_: str, props: AccessConnectorProps) -> AccessConnectorOutputs:
    """The connector with a system-assigned identity, which ends with it."""
    binding = azurerm.databricks_access_connector
    made = binding.DatabricksAccessConnector(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        identity=binding.DatabricksAccessConnectorIdentity(type="SystemAssigned"),
    )
    return AccessConnectorOutputs(id=made.id, principal_id=made.identity.principal_id)
