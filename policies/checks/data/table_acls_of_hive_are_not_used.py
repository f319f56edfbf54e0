"""Legacy table ACLs guard the Hive metastore, and only on some clusters."""

from ..engine.api import Resource, Severity, Verdict, failed, rule


@rule(
    "CKV_MLOPS_21",
    Severity.MEDIUM,
    "databricks_sql_permissions",
    rationale="Table ACLs apply only on table-ACL clusters; every other cluster reads the same files without them.",
    fix="Move the table to Unity Catalog and use `databricks_grants`.",
    control="SAT IA-3",
)
def table_acls_of_hive_are_not_used(resource: Resource) -> Verdict:
    """Tables are protected by Unity Catalog and not by legacy table ACLs."""
    return failed(f"{resource.type} is a legacy table ACL; allowed: databricks_grants")
