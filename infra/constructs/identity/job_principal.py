"""The service principal that a job runs as."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks


@dataclass(frozen=True, kw_only=True)
class JobPrincipalProps:
    """`deployer` is the service principal of the pipeline that deploys the job."""

    name: str
    account_id: str
    deployer: Resource


def job_principal(scope: Scope, id_: str, props: JobPrincipalProps) -> Resource:
    """The principal and its complete access rules: only the pipeline may assign it to a job.

    Workspace admins are restricted, so without this rule the pipeline, which is an admin, could not set `run_as`
    either.
    """
    made = databricks.service_principal.ServicePrincipal(scope, id_, display_name=props.name)
    rules = databricks.access_control_rule_set
    rules.AccessControlRuleSet(
        scope,
        f"{id_}-rules",
        name=f"accounts/{props.account_id}/servicePrincipals/{made.application_id}/ruleSets/default",
        grant_rules=[
            rules.AccessControlRuleSetGrantRules(
                principals=[f"servicePrincipals/{props.deployer.application_id}"], role="roles/servicePrincipal.user"
            )
        ],
    )
    return made
