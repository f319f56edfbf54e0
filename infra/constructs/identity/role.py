"""An Azure role, assigned to one identity at one scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from infra.cdktf_seam import Resource, Scope, azurerm

# Azure's built-in roles that an environment's pipeline may assign, with their ids for conditions.
GIVEN_BY_PIPELINES: Final = {
    "EventGrid EventSubscription Contributor": "428e0ff0-5e57-4d9c-a221-2c70d0e0a443",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
}
_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


def only_these_roles(role_ids: Iterable[str]) -> str:
    """Condition under which a principal assigns and removes only these roles, and none to itself."""
    listed = ", ".join(role_ids)
    clauses = (
        f"((!(ActionMatches{{'{_ASSIGNMENTS}/{action}'}})) OR "
        f"(@{source}[{_ASSIGNMENTS}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{listed}}}))"
        for action, source in (("write", "Request"), ("delete", "Resource"))
    )
    return " AND ".join(clauses)


def only_these_blobs(names: Iterable[str]) -> str:
    """Condition under which a principal reads and writes only these blobs. It can still list the names of all."""
    listed = ", ".join(f"'{name}'" for name in names)
    others = " AND ".join(f"!(ActionMatches{{'{_BLOBS}/{action}'}})" for action in ("write", "add/action", "delete"))
    reads = f"!(ActionMatches{{'{_BLOBS}/read'}} AND NOT SubOperationMatches{{'Blob.List'}})"
    return f"(({reads} AND {others}) OR (@Resource[{_BLOBS}:path] ForAnyOfAnyValues:StringEquals {{{listed}}}))"


@dataclass(frozen=True, kw_only=True)
class RoleProps:
    """`role` is the name of a built-in role; `scope` the id where it applies; `principal_id` an Entra object id.

    `condition` narrows it, in Azure's condition language. `after` must exist first, if `scope` does not refer to it.
    """

    role: str
    scope: str
    principal_id: str
    principal_type: Literal["ServicePrincipal", "Group"] = "ServicePrincipal"
    condition: str | None = None
    after: Sequence[Resource] = ()


def role(scope: Scope, id_: str, props: RoleProps) -> Resource:
    """The assignment, for resources that depend on it."""
    return azurerm.role_assignment.RoleAssignment(
        scope,
        id_,
        scope=props.scope,
        role_definition_name=props.role,
        principal_id=props.principal_id,
        principal_type=props.principal_type,
        # A new identity is not yet known everywhere in Entra: stating its type avoids the look-up.
        skip_service_principal_aad_check=True if props.principal_type == "ServicePrincipal" else None,
        condition=props.condition,
        condition_version="2.0" if props.condition else None,
        depends_on=list(props.after) or None,
    )
