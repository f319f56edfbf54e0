"""An init script runs as root before anyone's code."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule
from ..engine.clusters import clusters_of


@rule(
    "CKV_MLOPS_32",
    Severity.HIGH,
    "databricks_cluster",
    "databricks_job",
    "databricks_global_init_script",
    rationale="Every user can write to DBFS: a changed script there runs on everyone's cluster.",
    fix="Keep the script in a Unity Catalog volume (`volumes`) or the workspace, on the cluster that needs it.",
    control="SAT GOV-25, INFO-5",
)
def init_scripts_are_guarded(resource: Resource) -> Verdict:
    """Init scripts are stored where grants protect them, and used on single clusters only."""
    if resource.type == "databricks_global_init_script":
        return failed("a global init script runs on every cluster; allowed: one of a cluster")
    open_ = any(cluster.has("init_scripts.dbfs") for cluster in clusters_of(resource))
    return failed("init_scripts lie on DBFS; allowed: volumes or workspace") if open_ else passed()
