"""The service principal of a deployment pipeline, which signs in by federation and has no secret."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, Token, databricks
from infra.constructs.identity.ci_identity import named_subjects
from infra.spec import FederatedIdentity


@dataclass(frozen=True, kw_only=True)
class DeployerProps:
    """`identity` is the pipeline that may sign in as it."""

    name: str
    identity: FederatedIdentity


def deployer(scope: Scope, id_: str, props: DeployerProps) -> Resource:
    """The service principal and its federation policies."""
    made = databricks.service_principal.ServicePrincipal(scope, id_, display_name=props.name)
    policy = databricks.service_principal_federation_policy
    for label, subject in named_subjects(props.identity):
        policy.ServicePrincipalFederationPolicy(
            scope,
            f"{id_}-{label}",
            service_principal_id=Token.as_number(made.id),
            description=f"{props.name} signs in as {subject}.",
            oidc_policy=policy.ServicePrincipalFederationPolicyOidcPolicy(
                issuer=props.identity.issuer,
                audiences=[props.identity.audience],
                subject=subject,
                # The default, set explicitly: the provider reports a value that it did not set as an error.
                subject_claim="sub",
            ),
        )
    return made
