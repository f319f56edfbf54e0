"""A mount gives everyone in the workspace the same identity."""

from ..engine.api import Resource, Severity, Verdict, failed, rule


@rule(
    "CKV_MLOPS_84",
    Severity.MEDIUM,
    "databricks_mount",
    "databricks_azure_blob_mount",
    "databricks_azure_adls_gen1_mount",
    "databricks_azure_adls_gen2_mount",
    "databricks_aws_s3_mount",
    rationale="Every workspace user can read and write through the mount, regardless of Unity Catalog's grants.",
    fix="Use a volume or an external location of Unity Catalog.",
    control="Unity Catalog: mounts are deprecated",
)
def storage_is_not_mounted(resource: Resource) -> Verdict:
    """Storage is reached through Unity Catalog, not through mounts."""
    return failed(f"{resource.type} opens storage to the whole workspace; allowed: a volume or an external location")
