"""A job or a pipeline that runs as a person stops when the person leaves, and has the person's rights."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule


@rule(
    "CKV_MLOPS_38",
    Severity.HIGH,
    "databricks_job",
    "databricks_pipeline",
    rationale="A job that runs as a person has all of that person's rights; if unset, those of its deployer.",
    fix="Set `run_as { service_principal_name = ... }`.",
    control="SAT IA-7",
)
def jobs_run_as_service_principals(resource: Resource) -> Verdict:
    """Jobs and pipelines run as a service principal."""
    if resource.block.has("run_as.service_principal_name"):
        return passed()
    given = "a person" if resource.block.has("run_as.user_name") else "whoever deploys"
    return failed(f"it runs as {given}; allowed: run_as with service_principal_name")
