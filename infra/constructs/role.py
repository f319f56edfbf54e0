"""A role of Azure, given to one identity at one place."""

from dataclasses import dataclass
from typing import Literal

from infra.cdktf_seam import Resource, Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class RoleProps:
    """`role` is the name of a built-in role; `scope` the id where it holds; `principal_id` an object id of Entra.

    `condition` narrows it, in Azure's own language.
    """

    role: str
    scope: str
    principal_id: str
    principal_type: Literal["ServicePrincipal", "Group"] = "ServicePrincipal"
    condition: str | None = None


def role(scope: Scope, id_: str, props: RoleProps) -> Resource:
    """The assignment, for what needs it to be there first."""
    return azurerm.role_assignment.RoleAssignment(
        scope,
        id_,
        scope=props.scope,
        role_definition_name=props.role,
        principal_id=props.principal_id,
        principal_type=props.principal_type,
        # An identity that was made a moment ago is not yet known everywhere: naming its type is enough.
        skip_service_principal_aad_check=True if props.principal_type == "ServicePrincipal" else None,
        condition=props.condition,
        condition_version="2.0" if props.condition else None,
    )
