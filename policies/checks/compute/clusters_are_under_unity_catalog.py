"""Other access modes let code read past the grants."""

from ..engine.api import Block, Resource, Severity, Verdict, expect, passed, rule, unknown, worst
from ..engine.clusters import clusters_of
from ..engine.modes import UNITY_CATALOG_MODES


@rule(
    "CKV_MLOPS_22",
    Severity.HIGH,
    "databricks_cluster",
    "databricks_job",
    rationale="Without an access mode of Unity Catalog, grants, masks and row filters do not apply on the cluster.",
    fix="Set `data_security_mode` to SINGLE_USER (dedicated) or USER_ISOLATION (standard).",
    control="SAT GOV-12",
)
def clusters_are_under_unity_catalog(resource: Resource) -> Verdict:
    """Clusters run in an access mode of Unity Catalog."""
    return worst(_one(cluster) for cluster in clusters_of(resource))


def _one(cluster: Block) -> Verdict:
    if cluster.has("kind") and not cluster.has("data_security_mode"):
        return passed("a simple form's cluster takes a mode of Unity Catalog")
    by_policy = unknown("data_security_mode is not set; a policy may set it, which is not seen from here")
    missing = by_policy if cluster.has("policy_id") else None
    return expect(cluster, "data_security_mode", *UNITY_CATALOG_MODES, missing=missing)
