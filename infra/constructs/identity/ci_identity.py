"""The identity of a deployment pipeline in Azure, which signs in by federation and has no secret."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.spec import FederatedIdentity

# The only audience that Entra accepts for tokens of other identity providers.
_AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True, kw_only=True)
class CiIdentityProps:
    """`identity` is the pipeline that may sign in as it."""

    name: str
    resource_group: str
    location: str
    identity: FederatedIdentity


@dataclass(frozen=True, kw_only=True)
class CiIdentityOutputs:
    """Its object id, for role assignments."""

    principal_id: str


def ci_identity(scope: Scope, id_: str, props: CiIdentityProps) -> CiIdentityOutputs:
    """A managed identity, and the issuers and subjects whose tokens Entra accepts for it."""
    made = azurerm.user_assigned_identity.UserAssignedIdentity(
        scope, id_, name=props.name, resource_group_name=props.resource_group, location=props.location
    )
    before: list[Resource] = []
    for label, subject in named_subjects(props.identity):
        credential = azurerm.federated_identity_credential.FederatedIdentityCredential(
            scope,
            f"{id_}-{label}",
            name="pipeline" if not before else label,
            resource_group_name=props.resource_group,
            parent_id=made.id,
            issuer=props.identity.issuer,
            audience=[_AUDIENCE],
            subject=subject,
            # Entra refuses two concurrent changes of one identity.
            depends_on=before or None,
        )
        before = [credential]
    return CiIdentityOutputs(principal_id=made.principal_id)


def named_subjects(identity: FederatedIdentity) -> list[tuple[str, str]]:
    """Each subject with the last part of the construct id of its federated credential."""
    return list(zip(("federation", "unattended-federation"), identity.subjects, strict=False))
