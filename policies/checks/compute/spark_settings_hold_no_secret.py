"""Spark settings are visible to everyone who can view the cluster, and are in Terraform's state."""

from ..engine.api import Block, Resource, Severity, Verdict, rule, worst
from ..engine.clusters import clusters_of
from ..engine.policy_definition import policy_of
from ..engine.secrets_in_settings import no_literal_secret, no_literal_secret_at

_SETTINGS = ("spark_conf", "spark_env_vars", "custom_tags")
_OF_WAREHOUSES = ("data_access_config", "sql_config_params")


@rule(
    "CKV_MLOPS_33",
    Severity.CRITICAL,
    "databricks_cluster",
    "databricks_job",
    "databricks_cluster_policy",
    "databricks_pipeline",
    "databricks_sql_global_config",
    "databricks_mount",
    rationale="A key in a cluster's settings can be read by everyone who sees the cluster, the state or the code.",
    fix="Write `{{secrets/<scope>/<key>}}`, with a scope backed by Key Vault.",
    control="SAT DP-1",
)
def spark_settings_hold_no_secret(resource: Resource) -> Verdict:
    """Spark settings and environment variables hold no secret."""
    if resource.type == "databricks_cluster_policy":
        return _of_policy(resource)
    if resource.type == "databricks_sql_global_config":
        return worst(no_literal_secret_at(resource.block, path) for path in _OF_WAREHOUSES)
    if resource.type == "databricks_mount":
        return no_literal_secret_at(resource.block, "extra_configs")
    of_pipeline = no_literal_secret_at(resource.block, "configuration")
    return worst([of_pipeline, *(_of_cluster(cluster) for cluster in clusters_of(resource))])


def _of_cluster(cluster: Block) -> Verdict:
    return worst(no_literal_secret_at(cluster, path) for path in _SETTINGS)


def _of_policy(resource: Resource) -> Verdict:
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    limits = policy.limits("spark_conf.") | policy.limits("spark_env_vars.")
    settings = {name: value for name, limit in limits.items() for value in limit.allowed or []}
    return no_literal_secret("definition", settings)
